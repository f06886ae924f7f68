import { CATALOGUE } from "../../../lab/grade/catalogue.ts";
import { type GradeOptions, parseGradeOptions } from "../../../lab/grade/command.ts";
import { UsageError } from "../../../ipc/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

/** An environment with these variables. */
function env(variables: Record<string, string> = {}): Pick<Deno.Env, "get"> {
  return { get: (name) => variables[name] };
}

function parse(...args: string[]): GradeOptions {
  const options = parseGradeOptions(args, env());
  assert(typeof options !== "string" && "server" in options);
  return options;
}

const namesOf = (options: GradeOptions) => options.tests.map(({ name }) => name);

Deno.test("a grading is of a port, or of a program with its arguments as they are", () => {
  assertEquals(parse("9000").server, 9000);
  assertEquals(parse("--json", "--", "./server", "--json", "{port}").server, [
    "./server",
    "--json",
    "{port}",
  ]);
});

Deno.test("one of the two has to be given, and not both", () => {
  for (const args of [[], ["9000", "--", "./server"]]) {
    assertThrows(() => parse(...args), UsageError, "either PORT or -- PROGRAM");
  }
  assertThrows(() => parse("--"), UsageError, "PROGRAM is missing");
  assertThrows(() => parse("0"), UsageError, "PORT");
  assertThrows(() => parse("9000", "9001"), UsageError, "surplus");
});

Deno.test("without --only every test is run", () => {
  assertEquals(namesOf(parse("9000")), CATALOGUE.map(({ name }) => name));
});

Deno.test("--time is what all may take, and gives the server as much more for each thing", () => {
  assertEquals([parse("9000").timeMs, parse("9000").patience], [30_000, 1]);
  const { timeMs, patience } = parse("--time", "75", "9000");
  assertEquals([timeMs, patience], [75_000, 1.75]);
  for (const time of ["29", "301", "a"]) {
    assertThrows(
      () => parse("--time", time, "9000"),
      UsageError,
      "expected seconds, from 30 to 300",
    );
  }
});

Deno.test("--only takes tests and groups, a list of them and itself again, in the report's order", () => {
  const expected = ["talks/line", "reaps/burst"];
  assertEquals(namesOf(parse("--only", "reaps,talks/line", "9000")), expected);
  assertEquals(namesOf(parse("--only", "reaps", "--only=talks/line", "9000")), expected);
  assertEquals(namesOf(parse("9000", "--only", "reaps/burst, talks/line")), expected);
  const concurrent = ["concurrent/second-client", "concurrent/twenty"];
  assertEquals(namesOf(parse("--only=concurrent", "9000")), concurrent);
});

Deno.test("--only behind -- is the program's", () => {
  const options = parse("--only", "reaps", "--", "./server", "--only", "me");
  assertEquals(namesOf(options), ["reaps/burst"]);
  assertEquals(options.server, ["./server", "--only", "me"]);
});

Deno.test("a test that there is not is refused, with the groups that there are", () => {
  const error = assertThrows(() => parse("--only", "talks,reap", "9000"), UsageError);
  assertEquals(
    error.message,
    '--only "talks,reap": there is no test "reap"; ' +
      "the groups are talks, concurrent, processes, reaps, survives",
  );
  assertThrows(() => parse("9000", "--only"), UsageError, "--only needs a value");
  assertThrows(() => parse("--explain", "", "9000"), UsageError, "--explain needs a value");
});

Deno.test("--explain needs no server", () => {
  const options = parseGradeOptions(["--explain", "reaps/burst", "--lang", "ko"], env());
  assert(typeof options !== "string" && "explained" in options);
  assertEquals(options.explained.map(({ name }) => name), ["reaps/burst"]);
  assertEquals(options.language, "ko");
});

Deno.test("--lang is stronger than the environment", () => {
  const korean = env({ LANG: "ko_KR.UTF-8" });
  const languageWith = (...args: string[]) => {
    const options = parseGradeOptions([...args, "9000"], korean);
    assert(typeof options !== "string");
    return options.language;
  };
  assertEquals(languageWith(), "ko");
  assertEquals(languageWith("--lang", "en"), "en");
  assertThrows(() => parse("--lang", "fr", "9000"), UsageError, "expected en or ko");
});
