import {
  choice,
  fallbacksOf,
  type Flag,
  flagName,
  formatArgv,
  host,
  integer,
  list,
  optionalChoice,
  readArgv,
  seconds,
  text,
  toggle,
  ValueError,
} from "../../cli/flags.ts";
import { assertEquals, assertThrows } from "../assert.ts";

const NAME = text({ placeholder: "NAME", fallback: "nobody", help: "who" });
const COUNT = integer({ placeholder: "N", fallback: 7, min: 5, max: 10, help: "how many" });
const PAUSE = seconds({ placeholder: "S", fallback: 3, min: 0.5, help: "how long" });
const COLOR = choice(["red", "green", "blue"], "which");
const LOUD = toggle("whether");

const TABLE = {
  name: NAME,
  count: COUNT,
  pause: PAUSE,
  color: COLOR,
  loud: LOUD,
};

const VALUES = { name: "brood", count: 7, pause: 1500, color: "green", loud: true } as const;

const COUNT_EXPECTED = "expected a whole number from 5 to 10";
const PAUSE_EXPECTED = "expected seconds, from 0.5 to 2147483";

function assertTakes<T>(flag: Flag<T>, values: readonly (readonly [text: string, value: T])[]) {
  for (const [text, value] of values) assertEquals(flag.parse(text), value, text);
}

function assertRefuses(flag: Flag<unknown>, texts: readonly string[], expected: string) {
  for (const text of texts) {
    const error = assertThrows(() => flag.parse(text), ValueError);
    assertEquals(error.message, expected, JSON.stringify(text));
  }
}

Deno.test("text() takes any text as it is", () => {
  assertTakes(NAME, [["x", "x"], [" ", " "], ["--name=1\n", "--name=1\n"], ["0x10", "0x10"]]);
});

Deno.test("text() refuses the empty text", () => {
  assertRefuses(NAME, [""], "expected a text that is not empty");
});

Deno.test("host() takes an IPv6 address with and without brackets, and any other name as it is", () => {
  const flag = host({ placeholder: "ADDR", fallback: "127.0.0.1", help: "where" });
  assertTakes(flag, [["[::1]", "::1"], ["::1", "::1"], ["[fe80::1%lo]", "fe80::1%lo"]]);
  const names = ["10.0.0.1", "example.org", "[x]", "[::1", "::1]", "[::1]:9000"];
  assertTakes(flag, names.map((name) => [name, name] as const));
  assertRefuses(flag, [""], "expected a text that is not empty");
});

Deno.test("integer() takes whole numbers from min to max, both included", () => {
  assertTakes(COUNT, [["5", 5], ["6", 6], ["10", 10], ["007", 7]]);
});

Deno.test("integer() refuses numbers beyond min and max", () => {
  assertRefuses(COUNT, ["4", "11", "0", "99999999999999999999"], COUNT_EXPECTED);
});

Deno.test("integer() refuses what is no plain whole number", () => {
  const texts = ["", " ", "7 ", " 7", "7\n", "+7", "-7", "7.0", "7.5", "7e0", "0x7", "７", "seven"];
  assertRefuses(COUNT, texts, COUNT_EXPECTED);
});

Deno.test("integer() refuses a number that no longer is the one that was written", () => {
  const { MAX_SAFE_INTEGER: max } = Number;
  const flag = integer({ placeholder: "N", fallback: 0, min: 0, max, help: "" });

  assertEquals(flag.parse("9007199254740991"), max);
  assertRefuses(flag, ["9007199254740993"], `expected a whole number from 0 to ${max}`);
});

Deno.test("seconds() takes decimals from min to what a timer can wait", () => {
  assertTakes(PAUSE, [
    ["0.5", 500],
    [".5", 500],
    ["1.", 1000],
    ["30", 30_000],
    ["2147483", 2_147_483_000],
  ]);
});

Deno.test("seconds() is declared in seconds, and its value is in milliseconds", () => {
  assertEquals([PAUSE.fallback, PAUSE.format(PAUSE.fallback)], [3000, "3"]);
});

Deno.test("flagName() names a flag after its option, without the unit, unless it has a name of its own", () => {
  const names = ["host", "maxPerHost", "idleTimeoutMs", "rooMs"];
  assertEquals(names.map((option) => flagName(option, {})), [
    "host",
    "max-per-host",
    "idle-timeout",
    "roo",
  ]);
  assertEquals(flagName("htmlPath", { name: "html" }), "html");
});

Deno.test("seconds() refuses times beyond min and what a timer can wait", () => {
  assertRefuses(PAUSE, ["0.499", "0", "2147483.1", "2147484"], PAUSE_EXPECTED);
});

Deno.test("seconds() refuses what is no plain decimal", () => {
  const texts = ["", ".", "1.5.0", "1,5", "+1", "-1", "1e3", "0x1", "1s", " 1", "1\n", "Infinity"];
  assertRefuses(PAUSE, texts, PAUSE_EXPECTED);
});

Deno.test("choice() takes its words and nothing like them", () => {
  assertTakes(COLOR, [["red", "red"], ["green", "green"], ["blue", "blue"]]);
  assertRefuses(COLOR, ["", "Red", "red ", "red|green", "yellow"], "expected red or green or blue");
});

Deno.test("optionalChoice() takes its words, and is none where it is absent", () => {
  const flag = optionalChoice(["red", "green"], { placeholder: "NAME", help: "which" });
  assertEquals([flag.fallback, flag.format(flag.fallback)], [null, "none"]);
  assertEquals([flag.parse("green"), flag.format("green")], ["green", "green"]);
  const error = assertThrows(() => flag.parse("none"), ValueError);
  assertEquals(error.message, "expected one of red, green");
});

Deno.test("choice() falls back on its first word and shows all of them", () => {
  assertEquals([COLOR.fallback, COLOR.placeholder], ["red", "red|green|blue"]);
});

Deno.test("toggle() is off where it is absent and has no placeholder", () => {
  assertEquals([LOUD.fallback, LOUD.placeholder], [false, null]);
});

Deno.test("a flag may have a letter that stands for its name", () => {
  assertEquals(toggle("whether", { alias: "l" }).alias, "l");
  assertEquals(text({ placeholder: "X", fallback: "", help: "", alias: "t" }).alias, "t");
  assertEquals(LOUD.alias, undefined);
});

Deno.test("formatArgv() writes every flag of the table, in its order", () => {
  assertEquals(formatArgv(TABLE, VALUES), [
    "--name=brood",
    "--count=7",
    "--pause=1.5",
    "--color=green",
    "--loud=true",
  ]);
});

Deno.test("readArgv() reads back what formatArgv() wrote", () => {
  const names = [
    "a=b=c",
    "--name=x",
    " two  words ",
    "two\nlines\r\n",
    "\n",
    "ü\u2028",
    "$(x) '\"",
  ];
  for (const name of names) {
    const values = { ...VALUES, name, loud: false };
    assertEquals(readArgv(TABLE, formatArgv(TABLE, values)), values);
  }
});

Deno.test("readArgv() reads back every time that a person can type", () => {
  const table = { pause: seconds({ placeholder: "S", fallback: 0, min: 0, help: "" }) };
  for (const typed of ["0", "0.1", "2147483", "2147482.999", "0.0000001"]) {
    const values = { pause: table.pause.parse(typed) };
    assertEquals(readArgv(table, formatArgv(table, values)), values);
  }
});

Deno.test("seconds() keeps what is more than nothing so, and a millisecond what it is", () => {
  const pause = seconds({ placeholder: "S", fallback: 0, min: 0, help: "" });
  assertTakes(pause, [["0", 0], ["0.0000001", 1], ["0.001", 1], ["0.0016", 2]]);
});

Deno.test("list() takes items with a separator between them, or one item whatever is in it", () => {
  const description = { placeholder: "N", help: "", parseItem: COUNT.parse, formatItem: String };
  const numbers = list({ ...description, separator: "," });
  assertTakes(numbers, [["7", [7]], ["5,10,5", [5, 10, 5]]]);
  assertRefuses(numbers, ["7,", ",7", "7;8", "7,11"], COUNT_EXPECTED);
  const words = list({ ...description, separator: null, parseItem: (text: string) => text });
  assertTakes(words, [["a,b", ["a,b"]]]);
});

Deno.test("list() is empty where it is absent, and tells its items as they are typed", () => {
  const numbers = list({
    ...{ placeholder: "N", help: "", separator: ",", parseItem: COUNT.parse },
    formatItem: String,
  });
  assertEquals(numbers.fallback, []);
  assertEquals([numbers.format([]), numbers.format([5, 10])], ["none", "5,10"]);
  assertEquals(numbers.join?.([[5], [], [7, 5]]), [5, 7, 5]);
});

Deno.test("readArgv() takes the flags in any order", () => {
  assertEquals(readArgv(TABLE, formatArgv(TABLE, VALUES).toReversed()), VALUES);
});

Deno.test("readArgv() throws where a flag is missing", () => {
  const argv = formatArgv(TABLE, VALUES).filter((argument) => !argument.startsWith("--count="));
  assertThrows(() => readArgv(TABLE, argv), Error, "the flag --count is missing");
});

Deno.test("readArgv() throws for an argument that is no flag of the table", () => {
  const strangers = [
    "--other=1",
    "--constructor=1",
    "--name",
    "-name=1",
    "name=1",
    "--=1",
    "",
    "x",
  ];
  for (const argument of strangers) {
    const message = `Cannot read the argument ${JSON.stringify(argument)}`;
    assertThrows(() => readArgv(TABLE, [...formatArgv(TABLE, VALUES), argument]), Error, message);
  }
});

Deno.test("readArgv() throws for a value that its flag cannot take", () => {
  for (const wrong of ["--name=", "--count=4", "--pause=x", "--color=pink", "--loud=maybe"]) {
    assertThrows(() => readArgv(TABLE, [...formatArgv(TABLE, VALUES), wrong]), Error, "expected");
  }
});

Deno.test("fallbacksOf() gives every option its flag's fallback", () => {
  assertEquals<unknown>(fallbacksOf({ pause: PAUSE, color: COLOR, loud: LOUD }), {
    pause: 3000,
    color: "red",
    loud: false,
  });
});
