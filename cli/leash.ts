/**
 * A program on a leash: it ends with this process, however that ends, and what it leaves in its temporary folder is
 * removed.
 *
 * A shell holds the leash. It reads its standard input, of which this process has the other end and writes nothing: the
 * kernel closes that when this process has ended, killed or not. The end of the input is also how this process ends it,
 * so there is one way to end and not two. The shell has a session of its own, so that a Ctrl-C is for this process
 * alone, and ends its whole process group at last. Nothing that it starts has a group of its own but what the program
 * itself starts in one and ends with itself, as our server does with its workers. Where the shell itself was killed,
 * another one does the same.
 *
 * @module
 */

import { isStreamError, OperationalError, spawnReasonOf } from "../ipc/errors.ts";
import { startAnywhere } from "../ipc/working_folder.ts";
import { textLinesOf } from "./text_lines.ts";
import { say } from "../ipc/say.ts";

/**
 * The folder is printed first, and then the program's number, by what becomes the program, before the program can print
 * anything. The folder is in `TMPDIR`; an empty `XDG_RUNTIME_DIR` counts as none. SIGTERM asks the program to end, and
 * 3 s later it has to.
 */
const SCRIPT = `
exec 2>&1
folder=$(mktemp -d "\${TMPDIR:-/tmp}/brood-leash-XXXXXX") || exit 1
echo "$folder"
export TMPDIR="$folder" XDG_RUNTIME_DIR=
sh -c 'echo "$$"; exec "$@"' sh "$@" </dev/null &
program=$!
exec >/dev/null 2>&1
read -r _
kill -TERM "$program"
looks=0
while kill -0 "$program" && [ "$looks" -lt 60 ]; do
  sleep 0.05
  looks=$((looks + 1))
done
rm -rf "$folder"
kill -KILL 0
`;

/** Ends the group of a shell that was killed, and removes its folder. */
const AFTERWARDS = 'kill -KILL "-$1"; rm -rf "$2"';

/** Owns the program. Disposing ends it, and resolves when it has ended and its folder is gone. */
export class LeashedProgram implements AsyncDisposable {
  readonly #shell: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #pid = 0;
  #folder = "";

  private constructor(shell: Deno.ChildProcess) {
    this.#shell = shell;
    this.#lines = textLinesOf(shell.stdout).getReader();
  }

  /** Starts a program with its arguments. Rejects with {@linkcode OperationalError} if it cannot be started. */
  static async start(command: readonly [string, ...string[]]): Promise<LeashedProgram> {
    const program = new LeashedProgram(spawn(command));
    const first = await program.readLine();
    const second = await program.readLine();
    if (first !== null && second !== null && /^\d+$/.test(second)) {
      program.#folder = first;
      program.#pid = Number(second);
      return program;
    }
    await program[Symbol.asyncDispose]();
    throw new OperationalError(
      say`Cannot start ${command[0]}: ${first ?? say`the shell has ended`}`,
    );
  }

  /** The program's own process. */
  get pid(): number {
    return this.#pid;
  }

  /** Resolves to the next line of its output, standard error included, or to null when it has ended. */
  async readLine(): Promise<string | null> {
    return (await this.#lines.read()).value ?? null;
  }

  /** Reads what it still prints, so that it never waits for a reader. Resolves to the last line, or to null. */
  async readToEnd(): Promise<string | null> {
    let last: string | null = null;
    for (let line; (line = await this.readLine()) !== null;) last = line;
    return last;
  }

  /** Ends it, and resolves when it has ended and its folder is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#shell.stdin.close();
    } catch (error) {
      // The shell is gone already.
      if (!isStreamError(error) && !(error instanceof TypeError)) throw error;
    }
    await this.#shell.status;
    // The shell removes the folder before its end, unless it was killed.
    if (this.#folder !== "" && await exists(this.#folder)) {
      const args = ["-c", AFTERWARDS, "sh", String(this.#shell.pid), this.#folder];
      await new Deno.Command("sh", { args, stdout: "null", stderr: "null" }).output();
    }
    await this.readToEnd();
  }
}

function spawn(command: readonly string[]): Deno.ChildProcess {
  const shell = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "sh", ...command],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    detached: true,
  });
  try {
    return startAnywhere(() => shell.spawn());
  } catch (cause) {
    throw new OperationalError(say`Cannot start sh: ${spawnReasonOf(cause)}`, { cause });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}
