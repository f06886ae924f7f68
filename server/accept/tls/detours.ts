/**
 * Connections of this process with itself, on loopback: one end has the plain bytes, and TLS by `Deno.listenTls`; the
 * other end has the encrypted ones. The two are known for one by their port.
 *
 * Any process of this machine can connect to the listener, too. Strangers are accepted all the time, and dropped: a
 * queue that they have filled would keep the detours out. (Deno closes such a connection when the stranger does.)
 *
 * @module
 */

import { LATE, type Limit, NEEDLESS, within } from "../../../ipc/clock.ts";
import { AcceptFailures, isOfOneConnection } from "../accept_failures.ts";
import type { Certificates } from "./certificates.ts";

const LOOPBACK = "127.0.0.1";

/** Ends whose other one may have yet to tell its port: so many are kept, whatever strangers do. */
const EARLY_MAX = 128;

/** How many descriptors a detour has. */
export const DETOUR_DESCRIPTORS = 2;

/** A connection within this process. */
export interface Detour {
  /** Where the encrypted bytes are. */
  readonly outer: Deno.TcpConn;
  /** Where the plain bytes are, with a handshake still to make. */
  readonly plain: Deno.TlsConn;
}

/** Owns the listener, and accepts until the disposal. The detours outlast it. */
export class Detours implements AsyncDisposable {
  readonly #listener: Deno.TlsListener;
  readonly #accepting: Promise<void>;
  readonly #ended = new AbortController();
  /** Who waits for the plain end, by the port of the other one. */
  readonly #expected = new Map<number, PromiseWithResolvers<Deno.TlsConn>>();
  /** Plain ends that were accepted before the other one had told its port; or those of strangers. */
  readonly #early = new Map<number, Deno.TlsConn>();
  #connecting = 0;
  /** Those that somebody waits for. They do not reject. */
  readonly #making = new Set<Promise<unknown>>();

  /** Listens; the clock times a pause where accepting fails. Throws the operating system's error. */
  constructor({ cert, key }: Certificates, { clock }: Pick<Limit, "clock">) {
    this.#listener = Deno.listenTls({ hostname: LOOPBACK, port: 0, cert, key });
    this.#accepting = this.#acceptAll(clock);
  }

  async #acceptAll(clock: Limit["clock"]): Promise<void> {
    const { signal } = this.#ended;
    const failures = new AcceptFailures({ clock, signal });
    while (!signal.aborted) {
      try {
        this.#take(await this.#listener.accept());
        failures.accepted();
      } catch (error) {
        if (signal.aborted) return;
        if (!isOfOneConnection(error)) {
          for (const { reject } of this.#expected.values()) reject(error);
        }
        await failures.recover(error);
      }
    }
  }

  #take(plain: Deno.TlsConn): void {
    const { hostname, port } = plain.remoteAddr;
    const expected = this.#expected.get(port);
    if (hostname !== LOOPBACK) plain[Symbol.dispose]();
    else if (expected !== undefined) expected.resolve(plain);
    else {
      this.#dropEarly(port);
      this.#early.set(port, plain);
      this.#dropEarlies();
    }
  }

  #dropEarlies(): void {
    const kept = this.#connecting === 0 ? 0 : EARLY_MAX;
    for (const port of this.#early.keys()) {
      if (this.#early.size <= kept) return;
      this.#dropEarly(port);
    }
  }

  #dropEarly(port: number): void {
    this.#early.get(port)?.[Symbol.dispose]();
    this.#early.delete(port);
  }

  /** Makes one. Rejects with the operating system's error; resolves to `LATE`, and leaves none, beyond the limit. */
  async make(limitMs: number, limit: Limit): Promise<Detour | typeof LATE> {
    const connecting = this.#connect();
    const making = within(limitMs, connecting, limit);
    const settled = making.catch(() => {}).finally(() => this.#making.delete(settled));
    this.#making.add(settled);
    const detour = await making;
    if (detour === LATE) connecting.then(closeDetour, () => {});
    return detour;
  }

  async #connect(): Promise<Detour> {
    this.#connecting += 1;
    try {
      const outer = await Deno.connect({ hostname: LOOPBACK, port: this.#listener.addr.port });
      try {
        return { outer, plain: await this.#otherEndOf(outer.localAddr.port) };
      } catch (error) {
        outer.close();
        throw error;
      }
    } finally {
      this.#connecting -= 1;
      this.#dropEarlies();
    }
  }

  async #otherEndOf(port: number): Promise<Deno.TlsConn> {
    const early = this.#early.get(port);
    if (early !== undefined) {
      this.#early.delete(port);
      return early;
    }
    const expected = Promise.withResolvers<Deno.TlsConn>();
    this.#expected.set(port, expected);
    return await expected.promise.finally(() => this.#expected.delete(port));
  }

  /** Waits for those that somebody waits for, and listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#making.size > 0) await Promise.all(this.#making);
    this.#ended.abort(NEEDLESS);
    this.#listener.close();
    const error = new Deno.errors.BadResource("The listener is closed");
    for (const { reject } of this.#expected.values()) reject(error);
    await this.#accepting;
  }
}

function closeDetour({ outer, plain }: Detour): void {
  outer[Symbol.dispose]();
  plain[Symbol.dispose]();
}
