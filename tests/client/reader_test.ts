import { READER_COMMAND } from "../../client/reader.ts";
import { selfCommand } from "../../cli/self.ts";
import { assertEquals } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";

const READER = selfCommand(READER_COMMAND, []);

/** Starts a reader; with `-A` and a module of the test's own it is that instead. */
function start(args: readonly string[] = READER.args): Deno.ChildProcess {
  return new Deno.Command(READER.path, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Gives it the text and the end of its input. Resolves to what it makes of that. */
async function finish(reader: Deno.ChildProcess, text: string) {
  const input = reader.stdin.getWriter();
  const [{ code, stdout, stderr }] = await Promise.all([
    reader.output(),
    input.write(bytesOf(text)).then(() => input.close()),
  ]);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("A reader prints its input to the end of file, and exits with status 0", async () => {
  const text = "안녕\0\n".repeat(100_000);
  assertEquals(await finish(start(), text), { code: 0, stdout: text, stderr: "" });
});

Deno.test("A reader prints nothing of an empty input", async () => {
  assertEquals(await finish(start(), ""), { code: 0, stdout: "", stderr: "" });
});

Deno.test("A reader prints what its parent has written, also when that is gone since", async () => {
  const reader = start();
  // Stopped, it reads nothing before the other end of its pipe is closed.
  Deno.kill(reader.pid, "SIGSTOP");
  const input = reader.stdin.getWriter();
  await input.write(bytesOf("last words\n"));
  await input.close();
  Deno.kill(reader.pid, "SIGCONT");
  const { code, stdout } = await reader.output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, "last words\n"]);
});

Deno.test("A reader that nobody reads says so in one line, and exits with status 1", async () => {
  const reader = start();
  await reader.stdout.cancel();
  const input = reader.stdin.getWriter();
  await input.write(bytesOf("hello\n"));
  const { code } = await reader.status;
  assertEquals(code, 1);
  assertEquals(
    await new Response(reader.stderr).text(),
    "brood: Cannot write to standard output: broken pipe: nobody reads it any more\n",
  );
  await input.close();
});

Deno.test("A reader has given up every permission before it prints the first byte", async () => {
  const child = new URL("reader_child.ts", import.meta.url).href;
  assertEquals(await finish(start(["run", "-A", "--no-prompt", child]), "hello\n"), {
    code: 0,
    stdout: "[] hello\n",
    stderr: "",
  });
});

Deno.test("A reader is started without any permission when the program is its source", () => {
  assertEquals(READER.args.filter((argument) => argument.startsWith("--allow")), []);
});
