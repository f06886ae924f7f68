/** A worker's process and its end of the control channel, played by the test. */

import { ControlChannel, type ControlMessage } from "../../ipc/control.ts";
import type { ByteStream } from "../../ipc/transport.ts";
import type { Process } from "../../server/parent/process/worker_process.ts";
import { bytesOf } from "../support/bytes.ts";
import type { FakeClock } from "../support/fake_clock.ts";
import { MemoryStream } from "../support/memory_stream.ts";

/** A process that ends only when the test says so, whatever it is sent. */
export class FakeProcess implements Process {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
  /** What it was sent and when: `"1000 ms: SIGTERM"`. The stop message counts too. */
  readonly received: string[] = [];
  /** As a worker is: SIGTERM does nothing to it. */
  isShielded = false;
  readonly #clock: FakeClock;
  readonly #end: (status: Deno.CommandStatus) => void;
  #next = Promise.withResolvers<void>();

  constructor(pid: number, clock: FakeClock) {
    const { promise, resolve } = Promise.withResolvers<Deno.CommandStatus>();
    this.pid = pid;
    this.status = promise;
    this.#end = resolve;
    this.#clock = clock;
  }

  kill(signal: Deno.Signal = "SIGTERM"): void {
    this.record(signal);
  }

  /** Ends with a status. */
  exit(code: number): void {
    this.#end({ success: code === 0, code, signal: null });
  }

  /** Ends by a signal. */
  dieOf(signal: Deno.Signal): void {
    this.#end({ success: false, code: 128, signal });
  }

  record(what: string): void {
    this.received.push(`${this.#clock.now()} ms: ${what}`);
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /** Resolves when it has been sent that signal, or `"stop"`. */
  async receives(what: string): Promise<void> {
    while (!this.received.some((line) => line.endsWith(what))) await this.#next.promise;
  }
}

/** The parent's end of a process's channel: the stream behind it tells the process what is sent. */
export class FakeChannel {
  readonly channel: ControlChannel;
  isClosed = false;
  readonly #sent: Uint8Array[] = [];
  #nextSent = Promise.withResolvers<void>();

  constructor(process: FakeProcess) {
    const incoming = new MemoryStream({ reads: () => this.#incoming() });
    const stream: ByteStream = {
      read: (buffer) => incoming.read(buffer),
      write(bytes) {
        const message: { readonly type: string } = JSON.parse(new TextDecoder().decode(bytes));
        process.record(message.type);
        return Promise.resolve(bytes.length);
      },
      closeWrite: () => Promise.resolve(),
      close: () => {
        this.isClosed = true;
        incoming.close();
      },
    };
    this.channel = new ControlChannel(stream);
  }

  /** How many messages of the worker nobody has read. */
  get unread(): number {
    return this.#sent.length;
  }

  /** Lets the worker send a message. */
  send(message: ControlMessage): void {
    this.#sent.push(bytesOf(JSON.stringify(message) + "\n"));
    this.#nextSent.resolve();
    this.#nextSent = Promise.withResolvers();
  }

  /** What the worker sends, until the channel is closed. */
  async *#incoming(): AsyncGenerator<Uint8Array> {
    while (true) {
      const bytes = this.#sent.shift();
      if (bytes === undefined) await this.#nextSent.promise;
      else yield bytes;
    }
  }
}
