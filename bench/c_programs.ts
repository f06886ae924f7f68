/**
 * Compiles the bench's C programs, where there is a C compiler.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Compiles a C file of this folder into `output`. Resolves to why it cannot, or to null when it has. */
export async function compileC(source: string, output: string): Promise<string | null> {
  const file = fileURLToPath(new URL(source, import.meta.url));
  const command = new Deno.Command("cc", {
    args: ["-O2", "-o", output, file],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  try {
    const { success, stderr } = await command.output();
    if (success) return null;
    const [line = ""] = new TextDecoder().decode(stderr).split("\n");
    return `cc cannot compile ${source}: ${line}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "there is no C compiler (cc)";
  }
}
