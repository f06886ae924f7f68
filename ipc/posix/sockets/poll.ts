/**
 * Waiting until descriptors are ready, poll(2).
 *
 * A synchronous wait costs no more than the call, and nothing else happens in the process meanwhile. A wait in the
 * pool takes a thread and lets the event loop go on; both ways through it cost some 20 us, and there are 32 threads
 * for all such waits of a process, whatever they are for.
 *
 * What a pool's thread works on stays where it is and alive: an ArrayBuffer of its own that the wait holds, and numbers
 * that are not closed before the wait has ended (`holdOpen`).
 *
 * @module
 */

import { type Descriptor, holdOpen, numberOf } from "../descriptor.ts";
import { countAsTurn, openTurns } from "./event_loop_turn.ts";
import { byteLengthOf, newWords, toSize } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { ERRNO, lastErrno, openErrors, PosixError } from "../posix_error.ts";
import { openTransfer, prepareShutdown } from "./transfer.ts";

/** `<poll.h>` of Linux; the same on x86-64 and on arm64. */
const POLLIN = 0x1;
const POLLOUT = 0x4;
const POLLERR = 0x8;
const POLLHUP = 0x10;
const POLLNVAL = 0x20;

/** A struct pollfd is two words: the number; the wanted events and, in the upper half, those that came. */
const POLLFD_WORDS = 2;
const POLLFD_BYTES = 8;

/** What a descriptor is waited for. That it has failed or was hung up is told besides, also where that is nothing. */
export type Want = "nothing" | "read" | "write" | "both";

const EVENTS: Readonly<Record<Want, number>> = {
  nothing: 0,
  read: POLLIN,
  write: POLLOUT,
  both: POLLIN | POLLOUT,
};

/** A descriptor, and what it is waited for. */
export interface Interest {
  /** Open. */
  readonly descriptor: Descriptor;
  /** What would end the wait. */
  readonly want: Want;
}

/** What came of it. */
export interface Readiness {
  /** There is something to read, to accept or to learn: a read would not wait. */
  readonly canRead: boolean;
  /** There is room: a write would not wait. */
  readonly canWrite: boolean;
  /** Both directions have ended. Bytes that came before may be there still. */
  readonly isHungUp: boolean;
  /** An operation would throw. */
  readonly hasFailed: boolean;
}

let libc: Libc<"poll" | "pollInPool"> | null = null;

function open(): Libc<"poll" | "pollInPool"> {
  return libc ??= openLibc(["poll", "pollInPool"]);
}

/** Opens the functions that the others here call, so that they go on when FFI was given up. */
export function openPoll(): void {
  openErrors();
  openTransfer();
  openTurns();
  open();
}

/** An array of struct pollfd, for poll(2). */
export class PollSet {
  readonly #words: Int32Array<ArrayBuffer>;

  /** Of these interests, in this order. Throws `Deno.errors.BadResource` where one is closed. */
  constructor(interests: readonly Interest[]) {
    this.#words = newWords(interests.length * POLLFD_WORDS);
    let at = 0;
    for (const { descriptor, want } of interests) {
      this.#words[at] = numberOf(descriptor);
      this.#words[at + 1] = EVENTS[want];
      at += POLLFD_WORDS;
    }
  }

  /** Waits up to `timeoutMs` here; 0 only looks. Returns how many are ready. Throws {@linkcode PosixError}. */
  wait(timeoutMs: number): number {
    return waitHere(this.#words, timeoutMs);
  }

  /** Likewise in the pool; -1 waits without end. Whoever calls this holds the descriptors open until it has ended. */
  async waitInPool(timeoutMs: number): Promise<number> {
    const waiting = open().pollInPool(this.#words, countOf(this.#words), timeoutMs);
    const ready = await countAsTurn(waiting);
    // What went wrong is known to the other thread alone, so it is asked for again.
    return ready >= 0 ? ready : this.wait(0);
  }

  /** What came, in the order of the interests. */
  get results(): readonly Readiness[] {
    const results: Readiness[] = [];
    for (let at = 1; at < this.#words.length; at += POLLFD_WORDS) {
      const events = (this.#words[at] ?? 0) >> 16;
      const isHungUp = (events & POLLHUP) !== 0;
      const hasFailed = (events & (POLLERR | POLLNVAL)) !== 0;
      results.push({
        canRead: (events & POLLIN) !== 0 || isHungUp || hasFailed,
        canWrite: (events & POLLOUT) !== 0 || hasFailed,
        isHungUp,
        hasFailed,
      });
    }
    return results;
  }
}

/**
 * Waits up to `timeoutMs` milliseconds for any of these, synchronously; 0 only looks. Returns what came, in their
 * order: of all of them nothing where the time was up or a signal came.
 */
export function poll(interests: readonly Interest[], timeoutMs: number): readonly Readiness[] {
  const set = new PollSet(interests);
  set.wait(timeoutMs);
  return set.results;
}

const single = newWords(POLLFD_WORDS);

/**
 * Likewise for one, without an array to make each time. Returns whether anything came. Throws {@linkcode PosixError}.
 */
export function pollOne({ descriptor, want }: Interest, timeoutMs: number): boolean {
  single[0] = numberOf(descriptor);
  single[1] = EVENTS[want];
  return waitHere(single, timeoutMs) > 0;
}

/** The array has room for so many, whatever there was to put into it. */
function countOf(words: Int32Array): bigint {
  return toSize(byteLengthOf(words) / POLLFD_BYTES);
}

function waitHere(words: Int32Array<ArrayBuffer>, timeoutMs: number): number {
  const ready = open().poll(words, countOf(words), timeoutMs);
  if (ready >= 0) return ready;
  const errno = lastErrno();
  // A signal came: its listener has its turn when this returns.
  if (errno === ERRNO.EINTR) return 0;
  throw new PosixError("Cannot poll", errno);
}

/**
 * Waits in the pool until a connected socket is ready, or for `timeoutMs` milliseconds. Where the descriptor is closed
 * meanwhile, its connection is shut down (shutdown(2)), which ends the wait, also where other processes have it open.
 */
export async function pollSocketInPool(interest: Interest, timeoutMs = -1): Promise<void> {
  const set = new PollSet([interest]);
  const release = holdOpen(interest.descriptor, prepareShutdown(interest.descriptor));
  try {
    await set.waitInPool(timeoutMs);
  } finally {
    release();
  }
}
