/**
 * Workers that the test plays in its own process: what would start one gets a process that runs nothing, and the test
 * listens on the worker's socket, says hello to the hub, and ends it.
 */

import { ControlChannel, type ControlMessage } from "../../ipc/control.ts";
import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";
import { UnixWorkerTransport } from "../../ipc/transports/unix.ts";
import { assert } from "../assert.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { replaceEnv } from "../support/replaced_env.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { FIRST_PID } from "./fake_worker.ts";
import { FakeProcess } from "./fake_process.ts";
import { replaceDeno } from "./replaced_deno.ts";

/** A worker that was started, and does what the test says. It obeys the stop message and signals, unless it is deaf. */
export class PlayedWorker {
  readonly pid: number;
  /** The flags it was started with, by their names. */
  readonly flags: Readonly<Record<string, string>>;
  readonly process: FakeProcess;
  /** The messages that it got, in order. */
  readonly messages: ControlMessage[] = [];
  isDeaf = false;
  #transport: UnixWorkerTransport | null = null;
  #channel: ControlChannel | null = null;
  #next = Promise.withResolvers<void>();
  #hasEnded = false;

  constructor(pid: number, args: readonly string[]) {
    this.pid = pid;
    this.flags = Object.fromEntries(
      args.map((arg) => arg.split("=")).map(([name = "", value = ""]) => [name.slice(2), value]),
    );
    const obey = (signal: Deno.Signal) => {
      if (!this.isDeaf || signal === "SIGKILL") this.dieOf(signal);
    };
    this.process = new class extends FakeProcess {
      override kill(signal: Deno.Signal): void {
        super.kill(signal);
        obey(signal);
      }
    }(pid, new FakeClock());
  }

  /** Listens, connects to the hub and says hello. Without a socket nobody can connect to it. */
  async becomeReady({ listens = true } = {}): Promise<void> {
    const { socket = "", control = "", worker } = this.flags;
    if (listens) this.#transport = new UnixWorkerTransport(socket);
    this.#channel = await ControlChannel.connect(control);
    this.#receive(this.#channel);
    await this.send({ type: "hello", worker: Number(worker) });
  }

  async #receive(channel: ControlChannel): Promise<void> {
    for (let message; (message = await channel.receive()) !== null;) {
      this.messages.push(message);
      this.#next.resolve();
      this.#next = Promise.withResolvers();
      if (message.type === "stop" && !this.isDeaf) this.exit(0);
    }
  }

  /** Resolves to the first message of that type. */
  async receives(type: ControlMessage["type"]): Promise<ControlMessage> {
    while (true) {
      const message = this.messages.find((message) => message.type === type);
      if (message !== undefined) return message;
      await this.#next.promise;
    }
  }

  async send(message: ControlMessage): Promise<void> {
    await this.#channel?.send(message);
  }

  /** Takes the next connection. */
  async accept(): Promise<{ readonly stream: ByteStream; readonly info: ConnectionInfo }> {
    assert(this.#transport !== null);
    return await this.#transport.accept();
  }

  /** Takes the next connection, sends what it reads and ends: an echo, which tells that it has finished. */
  async echo(): Promise<ConnectionInfo> {
    const { stream, info } = await this.accept();
    const buffer = new Uint8Array(1024);
    for (let count; (count = await stream.read(buffer)) !== null;) {
      await stream.write(buffer.subarray(0, count));
    }
    stream.close();
    await this.send({ type: "finished" });
    return info;
  }

  /** Ends with a status. */
  exit(status: number): void {
    this.#close();
    this.process.exit(status);
  }

  /** Ends by a signal. */
  dieOf(signal: Deno.Signal): void {
    this.#close();
    this.process.dieOf(signal);
  }

  #close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#transport?.[Symbol.dispose]();
    this.#channel?.[Symbol.dispose]();
  }
}

/** Plays every worker that is started as long as it is not disposed, with a folder for run folders. */
export class PlayedWorkers implements AsyncDisposable {
  /** Those that were started, in order. */
  readonly started: PlayedWorker[] = [];
  /** What starting one fails with, if it does. */
  startFailure: Error | null = null;
  readonly folder = new TempFolder();
  readonly #replaced = new DisposableStack();
  #next = Promise.withResolvers<void>();

  constructor() {
    const start = (flags: readonly string[]) => this.#start(flags);
    this.#replaced.use(replaceEnv({ XDG_RUNTIME_DIR: this.folder.path }));
    this.#replaced.use(replaceDeno(
      "Command",
      class extends Deno.Command {
        readonly #flags: string[];

        constructor(path: string | URL, options: Deno.CommandOptions = {}) {
          super(path, options);
          const { args = [] } = options;
          const at = args.indexOf("--transport=unix");
          this.#flags = at === -1 ? [] : args.slice(at);
        }

        override spawn(): Deno.ChildProcess {
          return this.#flags.length === 0 ? super.spawn() : start(this.#flags);
        }
      },
    ));
  }

  #start(flags: readonly string[]): Deno.ChildProcess {
    if (this.startFailure !== null) throw this.startFailure;
    const worker = new PlayedWorker(FIRST_PID + this.started.length, flags);
    this.started.push(worker);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
    // As much of one as is used of a worker's.
    return worker.process as unknown as Deno.ChildProcess;
  }

  /** Resolves to the worker of that number, from 1, as soon as it has been started. */
  async worker(number: number): Promise<PlayedWorker> {
    while (true) {
      const worker = this.started[number - 1];
      if (worker !== undefined) return worker;
      await this.#next.promise;
    }
  }

  /** Resolves to the worker of that number, which has said hello. */
  async readyWorker(number: number): Promise<PlayedWorker> {
    const worker = await this.worker(number);
    await worker.becomeReady();
    return worker;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#replaced[Symbol.dispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Lets connecting to a worker fail with these errors, one after the other, until it is disposed. */
export function failToConnect(failures: Error[]): Disposable {
  const { connect } = Deno;
  return replaceDeno("connect", (options: Deno.UnixConnectOptions) => {
    const failure = /\/w\d+$/.test(options.path) ? failures.shift() : undefined;
    return failure === undefined ? connect(options) : Promise.reject(failure);
  });
}
