/**
 * The parent's side of a load with several processes: starts them, tells them all to begin at once, and adds up what
 * they count. A process that ends without a result is told, and its connections count as failed.
 *
 * @module
 */

import { OperationalError, spawnReasonOf } from "../../ipc/errors.ts";
import { ChildStream } from "../../ipc/transports/pipe.ts";
import { formatArgv } from "../../cli/flags.ts";
import { type SelfCommand, selfCommand } from "../../cli/self.ts";
import { UnresolvedError } from "./failure.ts";
import { type LoadMessage, receiveMessages, sendMessage } from "./messages.ts";
import type { LoadOptions } from "./options.ts";
import { LOAD_COMMAND, SHARE_FLAGS } from "./process.ts";
import { shareOf, sizeOfShare } from "./schedule.ts";
import type { ShareOptions } from "./share.ts";
import { Tally } from "./tally/tally.ts";

/** What the parent of a load's processes listens to and tells. */
export interface ProcessesOptions {
  /** Aborts when the load is to end. */
  readonly stopping: AbortSignal;
  /** Aborts when it is to end without the results that are missing. */
  readonly forced: AbortSignal;
  /** Told how many messages of the whole load came back or never will. */
  readonly onProgress: (settled: number) => void;
}

/** What a load with several processes came to. */
export interface ProcessesResult {
  /** What all of them counted. */
  readonly tally: Tally;
  /** The processes that were lost, each in a line. */
  readonly losses: readonly string[];
}

/** The share of process `index`: every connection in turn, and its part of the concurrency. */
export function shareOfProcess(options: LoadOptions, index: number): ShareOptions {
  const { hostname, port, connections, rate, messages, size } = options;
  const { concurrency, processes: parts, connectTimeoutMs, timeoutMs } = options;
  return {
    ...shareOf(connections, { index, parts }),
    hostname,
    port,
    concurrency: Math.floor(concurrency / parts) + (index < concurrency % parts ? 1 : 0),
    rate,
    messages,
    size,
    connectTimeoutMs,
    timeoutMs,
  };
}

/** One process of a load. Disposing kills it if it still runs. */
class LoadProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stream: ChildStream;
  readonly #messages: AsyncGenerator<LoadMessage, void>;
  readonly #share: ShareOptions;
  /** Messages that came back or never will. */
  settled = 0;
  /** How it ended, if that was without a result. */
  loss: string | null = null;

  constructor(share: ShareOptions) {
    this.#share = share;
    this.#child = spawn(selfCommand(LOAD_COMMAND, formatArgv(SHARE_FLAGS, share)));
    this.#stream = new ChildStream(this.#child);
    this.#messages = receiveMessages(this.#stream);
  }

  /** Resolves when it has started, or has ended instead. */
  async ready(): Promise<void> {
    await this.#messages.next();
  }

  /** Sends a message. */
  async send(message: LoadMessage): Promise<void> {
    await sendMessage(this.#stream, message);
  }

  /** Resolves to what it counted when it has ended. Rejects if it could not resolve the host name. */
  async result(onProgress: () => void): Promise<Tally> {
    let tally: Tally | null = null;
    for await (const message of this.#messages) {
      if (message.type === "unresolved") throw new UnresolvedError();
      if (message.type === "result") tally = Tally.decode(message.tally);
      if (message.type === "progress") {
        this.settled = message.settled;
        onProgress();
      }
    }
    const status = await this.#child.status;
    this.settled = sizeOfShare(this.#share) * this.#share.messages;
    onProgress();
    return tally ?? this.#countLost(status);
  }

  #countLost({ code, signal }: Deno.CommandStatus): Tally {
    const tally = new Tally();
    const connections = sizeOfShare(this.#share);
    const end = signal === null ? `exited with status ${code}` : `was killed by ${signal}`;
    const reason = `load process ${this.#child.pid} ${end}`;
    tally.fail({ kind: "processLost", reason }, connections);
    this.loss = `${reason}: its ${connections} connections count as failed`;
    return tally;
  }

  /** Ends it at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already: Deno's own error for a process that it has reaped.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#child.status;
    this.#stream.close();
  }
}

function spawn({ path, args }: SelfCommand): Deno.ChildProcess {
  try {
    return new Deno.Command(path, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      // A session of its own keeps Ctrl-C from it: the parent stops it and waits for what it counted.
      detached: true,
    }).spawn();
  } catch (cause) {
    throw new OperationalError(`Cannot start a load process: ${spawnReasonOf(cause)}`, { cause });
  }
}

/** Runs a load in its processes, until all have ended. Rejects with `UnresolvedError`. */
export async function runProcesses(
  load: LoadOptions,
  options: ProcessesOptions,
): Promise<ProcessesResult> {
  const { stopping, forced, onProgress } = options;
  await using stack = new AsyncDisposableStack();
  const processes: LoadProcess[] = [];
  for (let index = 0; index < load.processes; index++) {
    processes.push(stack.use(new LoadProcess(shareOfProcess(load, index))));
  }
  const kill = () => processes.forEach((process) => process.kill());
  forced.addEventListener("abort", kill);
  stack.defer(() => forced.removeEventListener("abort", kill));
  await Promise.all(processes.map((process) => process.ready()));
  await Promise.all(processes.map((process) => process.send({ type: "start" })));

  let stopsSent: Promise<unknown> = Promise.resolve();
  const stop = () => {
    stopsSent = Promise.all(processes.map((process) => process.send({ type: "stop" })));
  };
  stopping.addEventListener("abort", stop);
  stack.defer(() => stopping.removeEventListener("abort", stop));
  if (stopping.aborted) stop();
  const progress = () => onProgress(processes.reduce((sum, { settled }) => sum + settled, 0));
  const tallies = await Promise.all(processes.map((process) => process.result(progress)));
  await stopsSent;
  const tally = new Tally();
  for (const part of tallies) tally.add(part);
  return { tally, losses: processes.flatMap(({ loss }) => loss ?? []) };
}
