/** Command lines, whatever is typed, and what a process of ours hands to another. */

import fc from "fast-check";
import { CLIENT_COMMAND, parseClientOptions } from "../../client/command.ts";
import { UsageError } from "../../ipc/errors.ts";
import { choice, formatArgv, integer, readArgv, seconds, text, toggle } from "../../cli/flags.ts";
import { parseServerOptions, SERVER_COMMAND } from "../../server/command.ts";
import { assert, assertEquals, assertMatch } from "../assert.ts";

const TABLE = {
  name: text({ placeholder: "NAME", fallback: "", help: "who" }),
  count: integer({ placeholder: "N", fallback: 7, min: 0, max: 1_000_000, help: "how many" }),
  pause: seconds({ placeholder: "S", fallback: 3, min: 0, help: "how long" }),
  color: choice(["red", "green", "blue"], "which"),
  loud: toggle("whether"),
};

const values = fc.record({
  name: fc.string({ minLength: 1, unit: "binary" }),
  count: fc.nat(1_000_000),
  pause: fc.nat(2_147_483_000),
  color: fc.constantFrom("red", "green", "blue"),
  loud: fc.boolean(),
});

Deno.test("readArgv() reads back any values that formatArgv() has written, in any order", () => {
  fc.assert(
    fc.property(
      values,
      fc.infiniteStream(fc.nat()),
      (values, order) => {
        const argv = formatArgv(TABLE, values).map((word) => ({ word, at: order.next().value }));
        const shuffled = argv.toSorted((a, b) => a.at - b.at).map(({ word }) => word);
        assertEquals(readArgv(TABLE, shuffled), values);
      },
    ),
  );
});

/** Words as somebody may type them to a command: its flags, with and without values, and anything. */
function argvOf(flags: Readonly<Record<string, unknown>>) {
  const name = fc.constantFrom(...Object.keys(flags), "help", "", "_", "__proto__", "constructor");
  const word = fc.oneof(
    name.map((name) => `--${name}`),
    fc.tuple(name, fc.string()).map(([name, value]) => `--${name}=${value}`),
    fc.nat(70_000).map(String),
    fc.constantFrom("--", "-", "-v", "localhost", "9000", "unix", "pipe", "prefork", "iterative"),
    fc.string({ unit: "binary" }),
  );
  return fc.array(word, { maxLength: 8 });
}

for (
  const [{ name, flags }, parse] of [
    [CLIENT_COMMAND, parseClientOptions],
    [SERVER_COMMAND, parseServerOptions],
  ] as const
) {
  Deno.test(`brood ${name} understands any command line, or says in one line what is wrong`, () => {
    fc.assert(
      fc.property(argvOf(flags), (argv) => {
        try {
          parse(argv);
        } catch (error) {
          assert(error instanceof UsageError, `${error}`);
          assertEquals(error.command, name);
          assertMatch(error.message, /^\P{Cc}+$/u);
        }
      }),
      { numRuns: 500 },
    );
  });
}
