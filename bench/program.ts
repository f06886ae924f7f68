/**
 * Our server as it is measured: from source, or compiled.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { OperationalError } from "../ipc/errors.ts";
import { SERVER_PERMISSIONS } from "../tools/permissions.ts";

const ROOT = new URL("../", import.meta.url);

/** Where a compiled binary may be, the best first: `deno task compile` and `deno task test` make them. */
const BINARIES = ["dist/brood", "dist/test/brood"];

/** The program under test. */
export interface ServerProgram {
  /** What it is, for the table. */
  readonly name: string;
  /** The program and the arguments before its own. */
  readonly command: readonly string[];
  /** What `server --help` prints: which flags it has. */
  readonly help: string;
}

/** Finds the program. Throws `OperationalError` if it is not there or does not start. */
export async function findProgram(form: "source" | "compiled"): Promise<ServerProgram> {
  const { name, command } = form === "source" ? fromSource() : await compiled();
  const [path = "", ...args] = [...command, "server", "--help"];
  const { success, stdout } = await new Deno.Command(path, { args, stderr: "inherit" }).output();
  if (!success) throw new OperationalError(`Cannot start the server: ${path} failed`);
  return { name, command, help: new TextDecoder().decode(stdout) };
}

function fromSource(): Pick<ServerProgram, "name" | "command"> {
  const main = fileURLToPath(new URL("main.ts", ROOT));
  const name = `source, on Deno ${Deno.version.deno}`;
  return {
    name,
    command: [Deno.execPath(), "run", "--no-prompt", ...SERVER_PERMISSIONS, main],
  };
}

async function compiled(): Promise<Pick<ServerProgram, "name" | "command">> {
  for (const binary of BINARIES) {
    const path = fileURLToPath(new URL(binary, ROOT));
    try {
      const { mtime } = await Deno.stat(path);
      return { name: `${binary}, compiled ${mtime?.toISOString()}`, command: [path] };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new OperationalError(
    `Cannot find a compiled binary (${BINARIES.join(", ")}): make it with 'deno task compile'`,
  );
}
