/**
 * Sockets of libc on the loopback interface.
 *
 * @module
 */

import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import { localAddrOf } from "../../../ipc/posix/sockets/ends.ts";
import { accept, listen } from "../../../ipc/posix/sockets/listen.ts";
import { poll } from "../../../ipc/posix/sockets/poll.ts";
import { openSocketPair, type PairType } from "../../../ipc/posix/sockets/socket_pair.ts";

/** Two connected sockets, closed at the end. */
export class Pair implements Disposable {
  readonly one: Descriptor;
  readonly other: Descriptor;

  constructor(type: PairType = "stream") {
    [this.one, this.other] = openSocketPair(type);
  }

  [Symbol.dispose](): void {
    this.one[Symbol.dispose]();
    this.other[Symbol.dispose]();
  }
}

export function listenOnFreePort(hostname = "127.0.0.1"): Descriptor {
  return listen({ hostname, port: 0, backlog: 16 });
}

export function portOf(listener: Descriptor): number {
  return localAddrOf(listener)?.port ?? 0;
}

/** Accepts what is in the queue, or comes within ten seconds. */
export function acceptOne(listener: Descriptor): Descriptor {
  poll([{ descriptor: listener, want: "read" }], 10_000);
  const accepted = accept(listener);
  if (accepted === "again") throw new Error("Nobody has connected");
  return accepted.descriptor;
}

/** A client of Deno and the server's side of libc. */
export class MixedPair implements Disposable {
  private constructor(readonly client: Deno.TcpConn, readonly server: Descriptor) {}

  static async open(): Promise<MixedPair> {
    using listener = listenOnFreePort();
    const client = await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
    return new MixedPair(client, acceptOne(listener));
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
    this.server[Symbol.dispose]();
  }
}

/** What `/proc` says of a descriptor of a process: `socket:[1234]`, or null where there is none of that number. */
export function targetOf(number: number, pid: number | "self" = "self"): string | null {
  try {
    return Deno.readLinkSync(`/proc/${pid}/fd/${number}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * What `/proc` says of how a descriptor of this process is open, as in open(2); null where there is none of that
 * number.
 */
export function flagsOf(number: number): number | null {
  try {
    const info = Deno.readTextFileSync(`/proc/self/fdinfo/${number}`);
    return parseInt(/flags:\s+(\d+)/.exec(info)?.[1] ?? "", 8);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** In those flags: does not wait. */
export const O_NONBLOCK = 0o4000;
/** In those flags: no program that is executed has it. */
export const O_CLOEXEC = 0o2000000;
