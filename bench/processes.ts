/**
 * The processes that the bench starts: each leads a process group of its own, so that a Ctrl-C in the terminal reaches
 * the bench alone, and so that all that a peer forks can be ended with it.
 *
 * @module
 */

import { textLinesOf } from "../cli/text_lines.ts";

/** How long a process may take to end when it is asked to. */
const FAREWELL_MS = 5000;

/** How to start a process. */
export interface ProcessOptions {
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborts when it is to be killed. */
  readonly signal: AbortSignal;
}

/** A process and its group. Disposing ends both. */
export class OwnedProcess implements AsyncDisposable {
  /** The process, and also its group. */
  readonly pid: number;
  readonly #child: Deno.ChildProcess;
  readonly #signal: AbortSignal;
  readonly #kill = () => this.#signalGroup("SIGKILL");
  readonly #lines: ReadableStreamDefaultReader<string>;

  /** Starts the program with its arguments. Throws the operating system's error. */
  constructor(command: readonly string[], options: ProcessOptions) {
    const [path = "", ...args] = command;
    options.signal.throwIfAborted();
    this.#child = new Deno.Command(path, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
      env: { ...options.env, NO_COLOR: "1" },
      detached: true,
    }).spawn();
    this.pid = this.#child.pid;
    this.#lines = textLinesOf(this.#child.stdout).getReader();
    this.#signal = options.signal;
    this.#signal.addEventListener("abort", this.#kill, { once: true });
  }

  /** Resolves to the next line of its standard output, or null when that has ended. */
  async readLine(): Promise<string | null> {
    return (await this.#lines.read()).value ?? null;
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#child.stdin.close();
  }

  /** Resolves when it has ended. */
  get ended(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Asks it to end. */
  terminate(): void {
    this.#signalGroup("SIGTERM");
  }

  #signalGroup(signal: Deno.Signal): void {
    try {
      // A negative number names a process group: kill(2).
      Deno.kill(-this.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Asks the process to end and, when it has or after some seconds, kills what is left of its group. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#kill);
    this.terminate();
    const timer = setTimeout(this.#kill, FAREWELL_MS);
    await this.#child.stdin.abort().catch(() => {});
    await this.#child.status;
    clearTimeout(timer);
    this.#kill();
    while (!(await this.#lines.read()).done);
  }
}
