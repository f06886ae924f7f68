import { UsageError } from "../../../ipc/errors.ts";
import { countHandedSockets } from "../../../server/accept/handed.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

function count(variables: Readonly<Record<string, string>>): number {
  const env = { get: (name: string) => variables[name] };
  return countHandedSockets({ pid: 42, env });
}

Deno.test("countHandedSockets() counts those that are for this process", () => {
  assertEquals(count({ LISTEN_PID: "42", LISTEN_FDS: "2" }), 2);
  assertEquals(count({ LISTEN_PID: "42", LISTEN_FDS: "0" }), 0);
  assertEquals(count({ LISTEN_PID: "42" }), 0);
  assertEquals(count({ LISTEN_PID: "43", LISTEN_FDS: "2" }), 0);
  assertEquals(count({ LISTEN_PID: "43", LISTEN_FDS: "two" }), 0);
  assertEquals(count({ LISTEN_FDS: "2" }), 0);
});

for (const text of ["two", "-1", "", "1001", "1.5"]) {
  Deno.test(`countHandedSockets() refuses ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => count({ LISTEN_PID: "42", LISTEN_FDS: text }), UsageError);
    assertEquals(
      error.message,
      `LISTEN_FDS ${JSON.stringify(text)}: expected a whole number from 0 to 1000`,
    );
  });
}
