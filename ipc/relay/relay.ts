/**
 * The relay: copies bytes between two streams, both ways at once, until both directions have ended. A direction that
 * reads an end of file passes it on and the other goes on (half-close).
 *
 * @module
 */

import { type Clock, LATE, within } from "../clock.ts";
import { CutOffError } from "../errors.ts";
import { copy, type CopyResult } from "./copy.ts";
import { IdleTimer } from "./idle_timer.ts";
import { linger } from "./linger.ts";
import type { ByteStream } from "../transport.ts";

/**
 * How long a closed stream's last operation is waited for. Closing a socket cancels them, but Deno 2.6 leaves a write
 * waiting as long as the other side does not read.
 */
const CANCEL_MS = 500;

/**
 * What ended a relay: both sides' end of file, one side, which was lost or gone before, idleness, the end of its time,
 * or the signal. A client is lost also if it has its answer's end still to get when it is not waited for any more.
 */
export type RelayEnd = "both" | "client" | "server" | "idle" | "time" | "stop";

/** How a relay ended. */
export interface RelayResult {
  /** Bytes that went from the client to the server's side. */
  readonly bytesIn: number;
  /** Bytes that went from the server's side to the client. */
  readonly bytesOut: number;
  /** What ended it. */
  readonly endedBy: RelayEnd;
}

/** Bytes that have passed so far. Whoever counts them alters it. */
export interface Traffic {
  /** From the client. */
  bytesIn: number;
  /** To the client. */
  bytesOut: number;
}

/** What a relay may be told. */
export interface RelayOptions {
  /** Called with every chunk from the client before it is written. The chunk is valid during the call only. */
  readonly onInbound?: ((chunk: Uint8Array) => void) | undefined;

  /** Resolves when nobody reads the server's side any more. Must not reject. */
  readonly serverGone: Promise<unknown>;

  /** How long no byte may pass either way, in milliseconds; 0 means for ever. */
  readonly idleTimeoutMs: number;

  /** Bytes that the client has still to take from the kernel, or null where nobody can tell. */
  readonly unsentBytes?: (() => Promise<number | null>) | undefined;

  /** Where the relay counts; its own if there is none. */
  readonly traffic?: Traffic | undefined;

  /** Measures the time. */
  readonly clock: Clock;

  /** Ends both directions when it aborts, whatever is still to be written. */
  readonly signal: AbortSignal;

  /** Does so, too: the time of the connection is over. */
  readonly timeOver?: AbortSignal | undefined;
}

/**
 * Relays between a client and what serves it until both directions have ended, then closes both streams. Rejects only
 * for a bug.
 *
 * The two sides are not treated alike, because only one of them is ours:
 * - a client that is lost ends both directions: what is still written to it has no reader;
 * - a server's side that takes no more input ends that direction only, and its answer still goes out. When the answer
 *   has ended and the server's side is gone, nobody will read what the client may still send: it is read off and
 *   dropped (see `linger.ts`), so that the client gets the answer's end.
 */
export async function relay(
  client: ByteStream,
  server: ByteStream,
  options: RelayOptions,
): Promise<RelayResult> {
  return await new Relay(client, server, options).run();
}

/**
 * One relay. It is *open* until the answer has ended and nobody reads the question any more; then the client is
 * *lingered* for; then it is *closed*. Whoever severs it closes it at once.
 */
class Relay {
  readonly #client: ByteStream;
  readonly #server: ByteStream;
  readonly #options: RelayOptions;
  readonly #severed = Promise.withResolvers<void>();
  readonly #traffic: Traffic;
  #isServerClosed = false;
  /** Whether the answer's end was passed on. */
  #isAnswered = false;
  /** What ended it; null until it is closed. */
  #endedBy: RelayEnd | null = null;

  constructor(client: ByteStream, server: ByteStream, options: RelayOptions) {
    this.#client = client;
    this.#server = server;
    this.#options = options;
    this.#traffic = options.traffic ?? { bytesIn: 0, bytesOut: 0 };
  }

  /** Relays from the first byte to the close. To be called once. */
  async run(): Promise<RelayResult> {
    const { clock, signal, timeOver, idleTimeoutMs: timeoutMs, unsentBytes } = this.#options;
    const severByStop = () => this.#sever("stop");
    const severByTime = () => this.#sever("time");
    const onIdle = () => this.#sever("idle");
    using idleTimer = new IdleTimer({ timeoutMs, clock, unsentBytes, onIdle });
    signal.addEventListener("abort", severByStop);
    if (signal.aborted) severByStop();
    timeOver?.addEventListener("abort", severByTime);
    if (timeOver?.aborted === true) severByTime();
    try {
      const question = this.#copyQuestion(idleTimer);
      const answer = this.#copyAnswer(idleTimer);
      const ended = Promise.all([question, this.#untilAnswered(question, answer, idleTimer)]);
      const severed = this.#severed.promise.then(() => within(CANCEL_MS, ended, { clock }));
      await Promise.race([ended, severed]);
    } finally {
      signal.removeEventListener("abort", severByStop);
      timeOver?.removeEventListener("abort", severByTime);
      this.#close("server");
    }
    return { ...this.#traffic, endedBy: this.#endedBy ?? "server" };
  }

  async #copyQuestion({ onActivity }: IdleTimer): Promise<CopyResult> {
    const { onInbound: onChunk } = this.#options;
    const onCopied = (bytes: number) => this.#traffic.bytesIn += bytes;
    const result = await copy(this.#client, this.#server, { onChunk, onActivity, onCopied });
    const { failure } = result;
    if (failure?.at === "read" && !await this.#isNeedless(failure.cause)) this.#sever("client");
    return result;
  }

  /** Whether a question was only cut off, when it had its answer and nobody read it any more, or soon nobody does. */
  async #isNeedless(cause: unknown): Promise<boolean> {
    if (!(cause instanceof CutOffError) || !this.#isAnswered) return false;
    const { clock, serverGone } = this.#options;
    return this.#isServerClosed || await within(CANCEL_MS, serverGone, { clock }) !== LATE;
  }

  async #copyAnswer({ onActivity }: IdleTimer): Promise<CopyResult> {
    const onCopied = (bytes: number) => this.#traffic.bytesOut += bytes;
    const result = await copy(this.#server, this.#client, { onActivity, onCopied });
    if (result.failure?.at === "write") this.#sever("client");
    this.#isAnswered = result.failure === null;
    return result;
  }

  async #untilAnswered(
    question: Promise<CopyResult>,
    answer: Promise<CopyResult>,
    idleTimer: IdleTimer,
  ): Promise<void> {
    const { failure } = await answer;
    const asked = await Promise.race([question, this.#options.serverGone.then(() => null)]);
    if (this.#endedBy !== null) return;
    idleTimer[Symbol.dispose]();
    // After its end of file a client sends no more, and the close resets nothing.
    const hasClientEnded = asked !== null && asked.failure === null;
    if (!hasClientEnded) await this.#linger(question, { isEndPassedOn: failure === null });
    this.#close(hasClientEnded && failure === null ? "both" : "server");
  }

  /** Closes the server's side, and waits for the end of a client that has its answer. */
  async #linger(
    question: Promise<CopyResult>,
    { isEndPassedOn }: { readonly isEndPassedOn: boolean },
  ): Promise<void> {
    const { clock, unsentBytes } = this.#options;
    // Ends also a write of the question that waits for somebody to read it.
    this.#closeServer();
    const isWhole = await linger({
      closeWrite: async () => void (isEndPassedOn || await this.#client.closeWrite()),
      // The copy of the question has the first read: one that brings bytes is followed by a write that fails.
      read: async (buffer) => {
        const { failure } = await question;
        if (failure === null || failure.cause instanceof CutOffError) return null;
        return await this.#client.read(buffer);
      },
    }, { clock, unsentBytes });
    if (!isWhole) this.#close("client");
  }

  /** Closes both sides before both directions have ended: what is under way fails, and so the copies end. */
  #sever(by: RelayEnd): void {
    this.#close(by);
    this.#severed.resolve();
  }

  #close(by: RelayEnd): void {
    if (this.#endedBy !== null) return;
    this.#endedBy = by;
    this.#client.close();
    this.#closeServer();
  }

  #closeServer(): void {
    if (this.#isServerClosed) return;
    this.#isServerClosed = true;
    this.#server.close();
  }
}
