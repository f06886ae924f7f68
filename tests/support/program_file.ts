/**
 * Programs that a test makes. Another process writes them: a process that is being started by a test of another file
 * would have for a moment what this one has open for writing, and what somebody writes cannot be executed (`ETXTBSY`).
 *
 * @module
 */

import { bytesOf } from "./bytes.ts";

/** Writes a program to `path`, which its owner may execute. */
export async function writeProgram(path: string, content: string | Uint8Array): Promise<void> {
  const script = 'cat > "$1" && chmod 700 "$1"';
  await run("sh", ["-c", script, "sh", path], content);
}

/** Copies a program to `path`. */
export async function copyProgram(program: string, path: string): Promise<void> {
  await run("cp", [program, path]);
}

async function run(
  path: string,
  args: readonly string[],
  input: string | Uint8Array = "",
): Promise<void> {
  const child = new Deno.Command(path, { args: [...args], stdin: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(typeof input === "string" ? bytesOf(input) : input);
  await writer.close();
  const { code } = await child.status;
  if (code !== 0) throw new Error(`${path} exited with status ${code}`);
}
