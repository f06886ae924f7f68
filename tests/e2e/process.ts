/**
 * A running program as a test sees it: its output as lines to wait for, its end, and what it left behind.
 *
 * @module
 */

import { assertEquals } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";

/** How long a test waits for anything before it fails. Not a measure: generous for a loaded machine. */
const PATIENCE_MS = 120_000;

/** Resolves as `promise` does; rejects with what was waited for if that takes too long. */
export async function within<T>(promise: Promise<T>, waitedFor: () => string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No ${waitedFor()}`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The lines of one output, those that came and those to come. */
export class Lines {
  readonly all: string[] = [];
  readonly #waiting = new Set<() => void>();
  /** Resolves when the output has ended. */
  readonly ended: Promise<void>;
  #open = true;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#collect(stream);
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.all.push(...lines);
      for (const check of this.#waiting) check();
    }
    if (rest !== "") this.all.push(rest);
    this.#open = false;
    for (const check of this.#waiting) check();
  }

  /** Resolves to the first line, from index `from` on, that `pick` makes something of. */
  async find<T>(pick: (line: string) => T | undefined, from = 0): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let next = from;
    const check = () => {
      while (next < this.all.length) {
        const found = pick(this.all[next++] ?? "");
        if (found !== undefined) return resolve(found);
      }
      if (!this.#open) reject(new Error(`The output ended without the line:\n${this.text}`));
    };
    this.#waiting.add(check);
    check();
    try {
      return await within(promise, () => `such line (${pick}) in:\n${this.text}`);
    } finally {
      this.#waiting.delete(check);
    }
  }

  /** Resolves to the first line that matches. */
  async match(pattern: RegExp): Promise<RegExpExecArray> {
    return await this.find((line) => pattern.exec(line) ?? undefined);
  }

  /** All of it so far. */
  get text(): string {
    return this.all.map((line) => line + "\n").join("");
  }
}

/** How to start a program. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A process group of its own, as a shell gives a foreground job. */
  readonly ownGroup?: boolean;
}

/** A started program. Disposing kills it if it still runs. */
export class RunningProcess implements AsyncDisposable {
  readonly pid: number;
  readonly stdout: Lines;
  readonly stderr: Lines;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(command: readonly string[], options: StartOptions = {}) {
    const [path = "", ...args] = command;
    this.#child = new Deno.Command(path, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { LC_ALL: "C", ...options.env, NO_COLOR: "1" },
      detached: options.ownGroup ?? false,
    }).spawn();
    this.pid = this.#child.pid;
    this.stdout = new Lines(this.#child.stdout);
    this.stderr = new Lines(this.#child.stderr);
    this.#input = this.#child.stdin.getWriter();
  }

  /** Types into its standard input. */
  async type(text: string): Promise<void> {
    await this.#input.write(bytesOf(text));
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#input.close();
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits for its end, and that of its outputs. */
  async ended(): Promise<Deno.CommandStatus> {
    const [status] = await within(
      Promise.all([this.#child.status, this.stdout.ended, this.stderr.ended]),
      () => `end of process ${this.pid}; its output:\n${this.stdout.text}${this.stderr.text}`,
    );
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // Ended already: Deno's own error for a process that it has reaped.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#input.abort().catch(() => {});
    await this.ended();
  }
}

/** What a program that has ended printed, and its exit status. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with that standard input. */
export async function runToEnd(
  command: readonly string[],
  options: StartOptions & { readonly input?: string } = {},
): Promise<Finished> {
  await using process = new RunningProcess(command, options);
  await process.type(options.input ?? "");
  await process.endInput();
  const { code } = await process.ended();
  return { status: code, stdout: process.stdout.text, stderr: process.stderr.text };
}

/**
 * Starts a shell that runs a program whose output nobody reads: its reader has gone before the program starts. The
 * shell's standard error is the program's, and then tells its status: `status 1`.
 */
export function startWithoutReader(
  command: readonly string[],
  options: { readonly folder: TempFolder; readonly input?: string },
): RunningProcess {
  const script = `
    gone=$1 input=$2
    shift 2
    mkfifo "$gone"
    {
      read -r line < "$gone"
      printf %s "$input" | "$@"
      echo "status $?" >&2
    } | {
      exec <&-
      echo gone > "$gone"
    }`;
  const gone = options.folder.join("gone");
  return new RunningProcess(["sh", "-c", script, "sh", gone, options.input ?? "", ...command]);
}

/** Kills a process that a test has found. Not pid 0 where it has found none: that is the test's own group (kill(2)). */
export function killProcess(pid: number | undefined): void {
  if (pid === undefined || pid <= 0) throw new Error(`Cannot kill a process with pid ${pid}`);
  Deno.kill(pid, "SIGKILL");
}

/** The processes whose parent is `pid`, by their state letter in `/proc` (`Z` is a zombie). */
export async function childrenOf(pid: number): Promise<{ pid: number; state: string }[]> {
  const children = [];
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const stat = await readIfThere(`/proc/${entry.name}/stat`);
    // The command's name stands in parentheses and may itself contain some: proc(5).
    const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(parent) === pid) children.push({ pid: Number(entry.name), state });
  }
  return children;
}

/** The processes that have `text` in their command line, or in the environment they were started with. */
export async function processesWith(text: string): Promise<number[]> {
  const pids = [];
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    for (const file of ["cmdline", "environ"]) {
      const content = await readIfThere(`/proc/${entry.name}/${file}`);
      if (!content.includes(text)) continue;
      pids.push(Number(entry.name));
      break;
    }
  }
  return pids;
}

/** Whether a process runs. One that has ended and waits to be reaped does not: it has no command line any more. */
export async function isRunning(pid: number): Promise<boolean> {
  return await readIfThere(`/proc/${pid}/cmdline`) !== "";
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    // The process ended since its folder was listed (ENOENT, or ESRCH from the read).
    return "";
  }
}

/** How many descriptors a process has open. */
export async function descriptorsOf(pid: number): Promise<number> {
  return (await Array.fromAsync(Deno.readDir(`/proc/${pid}/fd`))).length;
}

/** How much memory of a process is in RAM, in bytes. */
export async function residentBytesOf(pid: number): Promise<number> {
  const [, kibibytes = "0"] =
    /^VmRSS:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`)) ?? [];
  return Number(kibibytes) * 1024;
}

/** A folder for one test. Disposing checks that the program left nothing in it, and removes it. */
export class TestFolder extends TempFolder {
  override async [Symbol.asyncDispose](): Promise<void> {
    const left = this.names();
    await super[Symbol.asyncDispose]();
    assertEquals(left, [], "files left behind");
  }
}

/** Looks again and again, because nothing tells of it. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  let isOver = false;
  const looking = async () => {
    while (!isOver && !await isSo());
  };
  const looked = looking();
  try {
    await within(looked, () => what);
  } finally {
    isOver = true;
    await looked;
  }
}
