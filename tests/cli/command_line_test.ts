import {
  type CommandSpec,
  parseCommandLine,
  type Parsed,
  parseValue,
} from "../../cli/command_line.ts";
import { UsageError } from "../../ipc/errors.ts";
import { type FlagTable, list, text, ValueError } from "../../cli/flags.ts";
import { assert, assertEquals, assertNotMatch, assertThrows } from "../assert.ts";
import { FLAGS, KNOCK, KNOCK_WITH, RING } from "./knock.ts";

const DEFAULTS = { host: "127.0.0.1", count: 3, sound: "soft", quiet: false } as const;

/** Parses a command line that asks nothing. */
function parse<Table extends FlagTable>(
  spec: CommandSpec<Table>,
  args: readonly string[],
): Parsed<Table> {
  const parsed = parseCommandLine(spec, args);
  assert(typeof parsed !== "string", `it asks for ${parsed}`);
  return parsed;
}

/** The flags that a command line gives, on top of the defaults. */
function assertFlags(
  args: readonly string[],
  expected: Partial<Record<keyof typeof FLAGS, unknown>>,
) {
  assertEquals<unknown>(parse(KNOCK, args).options, { ...DEFAULTS, ...expected }, args.join(" "));
}

function assertRefused(args: readonly string[], message: string) {
  const error = assertThrows(() => parseCommandLine(KNOCK, args), UsageError);
  assertEquals([error.message, error.command], [message, "knock"]);
}

Deno.test("parseCommandLine() fills in the defaults", () => {
  assertEquals<unknown>(parseCommandLine(KNOCK, ["door"]), {
    options: DEFAULTS,
    given: new Set<string>(),
    program: null,
    operands: ["door"],
  });
});

Deno.test("parseCommandLine() takes a value behind the flag or behind an equals sign", () => {
  assertFlags(["--host", "::1", "--count", "4", "door"], { host: "::1", count: 4 });
  assertFlags(["--host=::1", "--count=4", "door"], { host: "::1", count: 4 });
});

Deno.test("parseCommandLine() takes a value whatever it looks like", () => {
  const values = ["a=b", "-5", "-", "--", "--help", "--quiet=1", "two words", "two\nlines", "true"];
  for (const host of values) {
    assertFlags([`--host=${host}`, "door"], { host });
    assertFlags(["--host", host, "door"], { host });
  }
});

Deno.test("parseCommandLine() takes flags before, between and behind the operands", () => {
  const expected = {
    options: { ...DEFAULTS, count: 5, sound: "hard", quiet: true },
    given: new Set(["count", "sound", "quiet"]),
    program: null,
    operands: ["door", "guest"],
  } as const;
  const line = ["--quiet", "door", "--count", "5", "guest", "--sound=hard"];
  assertEquals<unknown>(parseCommandLine(KNOCK, line), expected);
});

Deno.test("parseCommandLine() lets the last of a repeated flag win", () => {
  assertFlags(["--count=4", "--count", "5", "--quiet", "--quiet", "door"], {
    count: 5,
    quiet: true,
  });
});

const REPEATABLE = {
  call: {
    ...text({ placeholder: "LETTER", fallback: "none", help: "what to call" }),
    join: (values: readonly string[]) => values.join("+"),
  },
};

Deno.test("parseCommandLine() joins the values of a flag that may be given again", () => {
  const spec = { ...KNOCK, flags: REPEATABLE };
  const { options, given } = parse(spec, ["--call=a", "door", "--call", "b", "--call=c"]);
  assertEquals([options.call, given], ["a+b+c", new Set(["call"] as const)]);
  const absent = parse(spec, ["door"]);
  assertEquals([absent.options.call, absent.given.size], ["none", 0]);
  const error = assertThrows(
    () => parseCommandLine(spec, ["--call=a", "--call=", "door"]),
    UsageError,
  );
  assertEquals(error.message, "--call needs a value: LETTER");
});

const VISITORS = {
  ...KNOCK,
  flags: {
    ...FLAGS,
    guest: list({
      placeholder: "NAME",
      help: "who else",
      separator: ",",
      parseItem(text) {
        if (text === "") throw new ValueError("expected a name");
        return text;
      },
      formatItem: String,
    }),
  },
};

Deno.test("parseCommandLine() makes one list of all values of a flag that may be repeated", () => {
  const line = ["--guest", "ann,ben", "door", "--guest=-", "--guest", "ann", "--count=4"];
  const { options, given, operands } = parse(VISITORS, line);
  assertEquals(options.guest, ["ann", "ben", "-", "ann"]);
  assertEquals([given, operands], [new Set(["guest", "count"]), ["door"]]);
  const none = parse(VISITORS, ["door"]);
  assertEquals([none.options.guest, none.given], [[], new Set()]);
});

Deno.test("parseCommandLine() refuses the one value of several that is wrong, or missing", () => {
  const refused = (args: readonly string[], message: string) =>
    assertEquals(
      assertThrows(() => parseCommandLine(VISITORS, args), UsageError).message,
      message,
    );
  refused(["--guest=ann", "--guest=ben,", "door"], '--guest "ben,": expected a name');
  refused(["--guest=ann", "door", "--guest"], "--guest needs a value: NAME");
  refused(["--guest=ann", "--guest=", "door"], "--guest needs a value: NAME");
});

Deno.test("parseCommandLine() tells which flags were given, also with their default's value", () => {
  const given = (args: readonly string[]) => parse(KNOCK, args).given;
  assertEquals(given(["--count", "3", "--sound=soft", "door"]), new Set(["count", "sound"]));
  assertEquals(given(["--host", "--quiet", "door"]), new Set(["host"]));
  assertEquals(given(["--", "--quiet", "--count=4"]), new Set());
});

Deno.test("parseCommandLine() keeps the text of an operand that looks like a number", () => {
  const operands = ["007", "1e3"];
  assertEquals(parse(KNOCK, operands).operands, operands);
  assertEquals(parse(KNOCK, ["--", ...operands]).operands, operands);
});

Deno.test("parseCommandLine() takes what stands behind -- as operands", () => {
  assertEquals<unknown>(parseCommandLine(KNOCK, ["--quiet", "--", "--help", "--quiet=1"]), {
    options: { ...DEFAULTS, quiet: true },
    given: new Set(["quiet"]),
    program: null,
    operands: ["--help", "--quiet=1"],
  });
});

Deno.test("parseCommandLine() takes the word help for the question, where it stands alone", () => {
  assertEquals<unknown>(parseCommandLine(KNOCK, ["help"]), "help");
  assertEquals(parse(KNOCK, ["help", "guest"]).operands, ["help", "guest"]);
  assertEquals(parse(KNOCK, ["--", "help"]).operands, ["help"]);
});

Deno.test("parseCommandLine() returns what is asked, whatever else is missing", () => {
  const versioned = { ...KNOCK, hasVersion: true };
  for (const flag of ["--help", "-h"]) {
    for (const args of [[flag], ["--count=99", flag], ["a", "b", "c", flag]]) {
      assertEquals<unknown>(parseCommandLine(KNOCK, args), "help");
    }
    assertEquals<unknown>(parseCommandLine(versioned, [flag, "--version"]), "help");
  }
  assertEquals<unknown>(parseCommandLine(versioned, ["--count=99", "--version"]), "version");
});

Deno.test("parseCommandLine() knows no --version of a command that has none", () => {
  assertRefused(["--version", "door"], "unknown flag --version");
});

Deno.test("parseCommandLine() refuses an unknown flag, by its name", () => {
  const unknown = ["--nope", "-x", "-5", "--host.x=1", "--no-quiet", "--__proto__", "--toString=1"];
  for (const flag of unknown) assertRefused([flag, "door"], `unknown flag ${flag}`);
});

Deno.test("parseCommandLine() takes a flag by its letter, with its value behind it", () => {
  const parsed = parseCommandLine(RING, ["-q", "door", "-n", "4", "guest"]);
  assertEquals<unknown>(parsed, {
    options: { host: "127.0.0.1", count: 4, quiet: true },
    given: new Set(["count", "quiet"]),
    program: null,
    operands: ["door", "guest"],
  });
});

Deno.test("parseCommandLine() takes a letter for a value or an operand where one belongs", () => {
  assertEquals<unknown>(parse(RING, ["--host", "-q", "door"]).options.host, "-q");
  assertEquals<unknown>(parse(RING, ["--host=-q", "door"]).options.host, "-q");
  assertEquals(parse(RING, ["--", "-q", "-n"]).operands, ["-q", "-n"]);
});

Deno.test("parseCommandLine() refuses letters that are unknown or joined to something", () => {
  for (const argument of ["-x", "-Q", "-qq", "-qn", "-n4", "-n=4", "-q=1", "--q", "-quiet"]) {
    const error = assertThrows(() => parseCommandLine(RING, [argument, "door"]), UsageError);
    assertEquals(error.message, `unknown flag ${argument}`);
  }
});

Deno.test("parseCommandLine() names a flag in full where the letter was typed", () => {
  const refused = (args: string[], message: string) =>
    assertThrows(() => parseCommandLine(RING, args), UsageError, message);
  refused(["-n", "10", "door"], '--count "10": expected a whole number from 1 to 9');
  refused(["door", "-n"], "--count needs a value: N");
});

Deno.test("parseCommandLine() refuses a flag that is named as the parser's own list of operands", () => {
  assertRefused(["--_=x", "door"], "unknown flag --_=x");
});

Deno.test("parseCommandLine() refuses a flag whose value is missing", () => {
  assertRefused(["door", "--host"], "--host needs a value: ADDR");
  assertRefused(["--host=", "door"], "--host needs a value: ADDR");
  assertRefused(["--sound", "", "door"], "--sound needs a value: soft|hard");
});

Deno.test("parseCommandLine() refuses a value for a switch", () => {
  for (const argument of ["--quiet=true", "--quiet=", "--help=false"]) {
    const [name] = argument.split("=");
    assertRefused([argument, "door"], `${name} takes no value`);
  }
});

Deno.test("parseCommandLine() takes the word behind a switch as an operand, also true and false", () => {
  for (const word of ["door", "true", "false"]) {
    assertEquals<unknown>(parseCommandLine(KNOCK, ["--quiet", word]), {
      options: { ...DEFAULTS, quiet: true },
      given: new Set(["quiet"]),
      program: null,
      operands: [word],
    });
  }
});

Deno.test("parseCommandLine() refuses a value out of range, by flag, value and what was expected", () => {
  assertRefused(["--count", "10", "door"], '--count "10": expected a whole number from 1 to 9');
  assertRefused(["--sound=loud", "door"], '--sound "loud": expected soft or hard');
});

Deno.test("parseCommandLine() refuses a surplus argument", () => {
  assertRefused(["door", "guest", "more", "most"], 'surplus argument "more"');
  assertRefused(["door", "guest", "--", "--more"], 'surplus argument "--more"');
});

Deno.test("parseCommandLine() takes a lone dash as an operand", () => {
  assertEquals(parse(KNOCK, ["-"]).operands, ["-"]);
});

Deno.test("parseCommandLine() refuses the letter of a flag that has none", () => {
  assertRefused(["-undefined", "door"], "unknown flag -undefined");
});

Deno.test("parseCommandLine() takes any number of an operand that may be repeated", () => {
  const deliver = { ...KNOCK, operands: ["PARCEL", "[DOOR]..."] };
  for (const operands of [["parcel"], ["parcel", "a"], ["parcel", "a", "b", "c"]]) {
    assertEquals(parse(deliver, operands).operands, operands);
  }
  assertThrows(() => parseCommandLine(deliver, []), UsageError, "PARCEL is missing");
});

Deno.test("parseCommandLine() refuses a missing operand, by name", () => {
  assertRefused(["--quiet"], "DOOR is missing");
  const move = { ...KNOCK, operands: ["FROM", "TO"] };
  assertThrows(() => parseCommandLine(move, []), UsageError, "FROM and TO is missing");
  const { message } = assertThrows(() => parseCommandLine(move, ["here"]), UsageError);
  assertEquals(message, "TO is missing");
});

Deno.test("parseCommandLine() refuses in one line, whatever was typed", () => {
  for (const argument of ["--no\npe", "--no\npe=1", "--quiet=\n1", "-\n", "--count=\n"]) {
    const error = assertThrows(() => parseCommandLine(KNOCK, [argument, "door"]), UsageError);
    assertNotMatch(error.message, /\n/);
  }
});

Deno.test("parseValue() returns the value", () => {
  assertEquals(parseValue("COUNT", "4", { flag: FLAGS.count, command: "knock" }), 4);
});

Deno.test("parseValue() names what cannot be, with its text quoted, and carries the command", () => {
  const options = { flag: FLAGS.count, command: "knock" };
  const error = assertThrows(() => parseValue("COUNT", "a\nb", options), UsageError);
  assertEquals(error.message, 'COUNT "a\\nb": expected a whole number from 1 to 9');
  assertEquals(error.command, "knock");
});

Deno.test("parseValue() lets a bug in a flag through", () => {
  const flag = {
    parse(): number {
      throw new RangeError("a bug");
    },
  };
  assertThrows(() => parseValue("COUNT", "1", { flag, command: "knock" }), RangeError, "a bug");
});

Deno.test("parseCommandLine() takes what stands behind -- as a program, as it is", () => {
  const line = ["--quiet", "door", "--", "sh", "-c", "--", "--quiet=1", "--help", ""];
  assertEquals<unknown>(parseCommandLine(KNOCK_WITH, line), {
    options: { ...DEFAULTS, quiet: true },
    given: new Set(["quiet"]),
    operands: ["door"],
    program: ["sh", "-c", "--", "--quiet=1", "--help", ""],
  });
});

Deno.test("parseCommandLine() takes -- as the value of a flag, and the next as the start of a program", () => {
  const parsed = parse(KNOCK_WITH, ["door", "--host", "--", "--", "cat"]);
  assertEquals([parsed.options.host, parsed.program], ["--", ["cat"]]);
});

Deno.test("parseCommandLine() finds no program where no -- is", () => {
  assertEquals<unknown>(parse(KNOCK_WITH, ["door", "guest"]).program, null);
});

Deno.test("parseCommandLine() refuses -- without a program behind it", () => {
  for (const behind of [[], [""], ["", "cat"]]) {
    const error = assertThrows(
      () => parseCommandLine(KNOCK_WITH, ["door", "--", ...behind]),
      UsageError,
    );
    assertEquals([error.message, error.command], ["PROGRAM is missing behind --", "knock"]);
  }
});

Deno.test("parseCommandLine() counts no word of a program as an operand", () => {
  const missing = () => parseCommandLine(KNOCK_WITH, ["--", "door"]);
  assertEquals(assertThrows(missing, UsageError).message, "DOOR is missing");
  const surplus = () => parseCommandLine(KNOCK_WITH, ["door", "guest", "more", "--", "cat"]);
  assertEquals(assertThrows(surplus, UsageError).message, 'surplus argument "more"');
});
