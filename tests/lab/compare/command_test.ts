import { languageOf } from "../../../cli/language.ts";
import { type CompareOptions, parseCompareOptions } from "../../../lab/compare/command.ts";
import { MODEL_IDS } from "../../../lab/compare/models.ts";
import { UsageError } from "../../../ipc/errors.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

function parse(...args: readonly string[]): CompareOptions {
  const options = parseCompareOptions(args);
  if (typeof options === "string") throw new Error(options);
  return options;
}

Deno.test("compare measures every model in 60 s with 8 clients unless told", () => {
  assertEquals(parse(), {
    models: MODEL_IDS,
    totalMs: 60_000,
    concurrency: 8,
    json: false,
    htmlPath: null,
    language: languageOf([]),
  });
});

Deno.test("compare takes what its flags say", () => {
  const args = ["--seconds", "7.5", "--concurrency", "3", "--json", "--html", "x.html"];
  assertEquals(parse(...args, "--models", "prefork"), {
    models: ["prefork"],
    totalMs: 7500,
    concurrency: 3,
    json: true,
    htmlPath: "x.html",
    language: languageOf([]),
  });
});

Deno.test("compare takes models in any order, and has each once in its own", () => {
  assertEquals(parse("--models", "c-fork,iterative,c-fork").models, ["iterative", "c-fork"]);
  assertEquals(parse("--models=all").models, MODEL_IDS);
});

Deno.test("compare refuses models that it does not know, and names those that it does", () => {
  for (const list of ["fork", "iterative,", ",", "Iterative", "iterative prefork"]) {
    const error = assertThrows(() => parse("--models", list), UsageError);
    assertEquals(error.message.includes(`expected ${MODEL_IDS.join(", ")}`), true, error.message);
  }
  assertThrows(() => parse("--models="), UsageError, "--models needs a value: A,B");
});

Deno.test("compare refuses what it cannot do", () => {
  for (
    const args of [["--seconds", "0"], ["--concurrency", "65"], ["--concurrency", "0"], ["9000"]]
  ) {
    assertThrows(() => parse(...args), UsageError);
  }
});
