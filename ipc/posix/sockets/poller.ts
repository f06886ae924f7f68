/**
 * One wait for many descriptors: the listening socket of a server and whatever its workers write to it.
 *
 * @module
 */

import { type Descriptor, holdOpen, numberOf, takeOwnership } from "../descriptor.ts";
import { isTurnDue, takeTurn } from "./event_loop_turn.ts";
import { newBytes } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { type Interest, openPoll, PollSet, type Readiness } from "./poll.ts";
import { throwLastError } from "../posix_error.ts";

/** `<sys/eventfd.h>` of Linux; the same on x86-64 and on arm64. */
const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;

let libc: Libc<"eventfd" | "eventfd_read" | "eventfd_write"> | null = null;

function open(): Libc<"eventfd" | "eventfd_read" | "eventfd_write"> {
  return libc ??= openLibc(["eventfd", "eventfd_read", "eventfd_write"]);
}

/** Opens the functions that the others here call. */
export function openPoller(): void {
  openPoll();
  open();
}

/** Waits in one thread of the pool, and owns a descriptor to be woken by. The descriptors it waits for are others'. */
export class Poller implements AsyncDisposable {
  /** An eventfd(2): to be read while somebody wants the wait to end. */
  readonly #alarm: Descriptor;
  /** What it counts, which nobody asks for. */
  readonly #count = newBytes(8);
  #waiting: Promise<readonly Readiness[]> | null = null;
  #isClosed = false;

  /** Waits for nothing yet. Throws {@linkcode PosixError}: EMFILE where no descriptor is free. */
  constructor() {
    const own = takeOwnership();
    openPoller();
    const number = open().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (number === -1) throwLastError("Cannot make an event descriptor");
    this.#alarm = own(number);
  }

  /**
   * Waits for any of these, without end, and resolves to what came, in their order. Of all of them nothing came where
   * {@linkcode wake} ended it, or one was closed: then the others are to be waited for again. One wait at a time;
   * throws `Deno.errors.BadResource` where the poller or one of these is closed.
   */
  async wait(interests: readonly Interest[]): Promise<readonly Readiness[]> {
    if (this.#isClosed) throw new Deno.errors.BadResource("The poller is closed");
    if (this.#waiting !== null) throw new TypeError("The poller waits already");
    this.#waiting = this.#wait(interests);
    try {
      return await this.#waiting;
    } finally {
      this.#waiting = null;
    }
  }

  async #wait(interests: readonly Interest[]): Promise<readonly Readiness[]> {
    const set = new PollSet([...interests, { descriptor: this.#alarm, want: "read" }]);
    const releases = interests.map(({ descriptor }) => holdOpen(descriptor, () => this.wake()));
    try {
      if (isTurnDue()) await takeTurn();
      if (set.wait(0) === 0) await set.waitInPool(-1);
    } finally {
      for (const release of releases) release();
    }
    open().eventfd_read(numberOf(this.#alarm), this.#count);
    return set.results.slice(0, -1);
  }

  /** Ends the wait under way, or the next one at once. */
  wake(): void {
    if (this.#isClosed) return;
    const result = open().eventfd_write(numberOf(this.#alarm), 1n);
    if (result === -1) throwLastError("Cannot wake a poller");
  }

  /** Ends the wait under way, and resolves when its thread is free. More than once does no harm. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.wake();
    this.#isClosed = true;
    // The alarm is closed when nobody waits for it any more; whoever waits is told what went wrong himself.
    await Promise.allSettled([this.#waiting]);
    this.#alarm.close();
  }
}
