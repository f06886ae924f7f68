import { assertEquals, assertThrows } from "../assert.ts";
import { UsageError } from "../../ipc/errors.ts";
import { parseBenchOptions, RESULTS_FILE } from "../../bench/options.ts";

Deno.test("parseBenchOptions() fills in every default", () => {
  assertEquals(parseBenchOptions([]), {
    program: "source",
    only: "",
    repeats: 3,
    seconds: 1,
    load: "c",
    json: RESULTS_FILE,
    thousand: false,
  });
});

Deno.test("parseBenchOptions() reads what is given", () => {
  const options = parseBenchOptions(["--program=compiled", "--seconds", "0.5", "--thousand"]);
  assertEquals([options?.program, options?.seconds, options?.thousand], ["compiled", 0.5, true]);
  assertEquals(parseBenchOptions(["--help"]), null);
});

Deno.test("parseBenchOptions() refuses what it does not know or cannot do", () => {
  for (
    const [args, message] of [
      [["--fast"], "unknown flag --fast"],
      [["9000"], 'surplus argument "9000"'],
      [["--program", "other"], '--program "other": expected source or compiled'],
      [["--seconds", "0"], '--seconds "0": expected up to 60'],
      [["--repeats", "many"], '--repeats "many": expected up to 20'],
    ] as const
  ) {
    assertThrows(() => parseBenchOptions(args), UsageError, message);
  }
});
