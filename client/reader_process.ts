/**
 * The reader as the parent knows it: a child process, and the pipe to it.
 *
 * @module
 */

import { isStreamError, OperationalError, spawnReasonOf } from "../ipc/errors.ts";
import { selfCommand } from "../cli/self.ts";
import { READER_COMMAND } from "./reader.ts";
import { say } from "../ipc/say.ts";

/** A running reader. Whoever started it ends its input and waits for `ended`. */
export class ReaderProcess {
  /** The process. */
  readonly pid: number;
  /** Resolves when it has been reaped. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #pipe: WritableStreamDefaultWriter<Uint8Array>;

  /** Takes over a process that was just started. */
  constructor(process: Pick<Deno.ChildProcess, "pid" | "status" | "stdin">) {
    this.pid = process.pid;
    this.ended = process.status;
    this.#pipe = process.stdin.getWriter();
  }

  /** Starts one that prints to this process's own outputs. Throws {@linkcode OperationalError} if it cannot. */
  static start(): ReaderProcess {
    const { path, args } = selfCommand(READER_COMMAND, []);
    const command = new Deno.Command(path, { args: [...args], stdin: "piped" });
    try {
      return new ReaderProcess(command.spawn());
    } catch (cause) {
      // Not to be allowed to start programs is the choice of who runs this from source.
      if (!isStreamError(cause) && !(cause instanceof Deno.errors.NotCapable)) throw cause;
      throw new OperationalError(say`Cannot start the reader: ${spawnReasonOf(cause)}`, { cause });
    }
  }

  /** Passes bytes on; resolves to their number when the pipe has taken all of them. */
  async write(bytes: Uint8Array): Promise<number> {
    await this.#pipe.write(bytes);
    return bytes.length;
  }

  /** Ends its input, behind all that was written. Of a reader that is gone, `ended` tells. */
  async endInput(): Promise<void> {
    // A write has failed: there is nothing to close any more.
    if (this.#pipe.desiredSize === null) return;
    try {
      await this.#pipe.close();
    } catch (error) {
      if (!isStreamError(error)) throw error;
    }
  }
}
