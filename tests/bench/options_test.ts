import { assertEquals, assertThrows } from "../assert.ts";
import { UsageError } from "../../ipc/errors.ts";
import { parseBenchOptions } from "../../bench/options.ts";

Deno.test("parseBenchOptions() fills in every default", () => {
  assertEquals(parseBenchOptions([]), {
    program: "source",
    only: "",
    repeats: 3,
    loadMs: 1000,
    load: "c",
    json: "bench/results.json",
    thousand: false,
  });
});

Deno.test("parseBenchOptions() reads what is given", () => {
  const options = parseBenchOptions(["--program=compiled", "--seconds", "0.5", "--load", "client"]);
  assertEquals([options?.program, options?.loadMs, options?.load], ["compiled", 500, "client"]);
  assertEquals(parseBenchOptions(["--help"]), null);
});

Deno.test("parseBenchOptions() refuses what it does not know or cannot do", () => {
  for (
    const [args, message] of [
      [["--fast"], "unknown flag --fast"],
      [["9000"], 'surplus argument "9000"'],
      [["--program", "other"], '--program "other": expected source or compiled'],
      [["--seconds", "0"], '--seconds "0": expected seconds, from 0.1 to 60'],
      [["--repeats", "many"], '--repeats "many": expected a whole number from 1 to 20'],
      [["--load", "deno"], '--load "deno": expected c or client'],
    ] as const
  ) {
    const error = assertThrows(() => parseBenchOptions(args), UsageError, message);
    assertEquals(error.command, "bench");
  }
});
