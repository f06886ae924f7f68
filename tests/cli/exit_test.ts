import { assertEquals, assertMatch } from "../assert.ts";

/** Runs the child to its end. */
async function run(kind: string, message: string): Promise<{ status: number; stderr: string }> {
  const child = new URL("exit_child.ts", import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", child, kind, message],
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stderr } = await command.output();
  return { status: code, stderr: new TextDecoder().decode(stderr) };
}

/** What drives a terminal, or rearranges a line. */
const HOSTILE = "a\x1b[31m\x07\x7f\x9b\u202e\r\n\u2028\\n넷";

const ESCAPED = "a\\x1b[31m\\x07\\x7f\\x9b\\u202e\\x0d\\x0a\\u2028\\n넷";

Deno.test("exitWith() tells an error in one line that drives no terminal", async () => {
  assertEquals(await run("usage", HOSTILE), {
    status: 2,
    stderr: `door: ${ESCAPED}; try 'a door knock --help'\n`,
  });
  assertEquals(await run("operational", HOSTILE), { status: 1, stderr: `door: ${ESCAPED}\n` });
});

Deno.test("exitWith() tells a bug with its stack and its cause, which drive no terminal", async () => {
  for (const kind of ["bug", "rejection"]) {
    const { status, stderr } = await run(kind, HOSTILE);
    assertEquals(status, 70);
    assertMatch(stderr, /^door: this is a bug, please report it: RangeError: a\\x1b\[31m\\x07/);
    assertMatch(stderr, /\n {4}at .*exit_child\.ts:\d+:\d+/);
    if (kind === "bug") assertMatch(stderr, /\n *\[cause\]: Error: a\\x1b/);
    assertMatch(stderr, /^[\x20-\x7e\n넷]*$/);
  }
});

Deno.test("exitWith() prints nothing at a good end", async () => {
  assertEquals(await run("done", ""), { status: 0, stderr: "" });
});
