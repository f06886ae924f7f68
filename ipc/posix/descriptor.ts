/**
 * A file descriptor and its owner.
 *
 * Every function of this folder that does something to a descriptor takes a {@linkcode Descriptor} and no number; what
 * takes a number only tells about it. So what a process can do with these functions, it can do to descriptors that
 * somebody gave it, and nobody can make one of a number that he guesses: that takes {@linkcode takeOwnership}, which
 * Deno refuses where FFI was given up.
 *
 * @module
 */

import { checkLibc, type Libc, openLibc } from "./libc.ts";
import { throwLastError } from "./posix_error.ts";

let libc: Libc<"close"> | null = null;

/** What the class lets this file alone do. */
let own: (number: number) => Descriptor;
let hold: (descriptor: Descriptor, onClose: () => void) => () => void;
let read: (descriptor: Descriptor) => number;

/** Only who has this can make a descriptor. */
const KEY = Symbol("own");

/** Owns one descriptor: it is closed exactly once, and nothing is done with its number after that. */
export class Descriptor implements Disposable {
  readonly #number: number;
  #isOpen = true;
  /** What ends the waits in the pool that it is in: they hold its number. */
  readonly #waits = new Set<() => void>();

  /** Not to be called: descriptors come from the functions that open them. */
  constructor(key: symbol, number: number) {
    if (key !== KEY) throw new TypeError("A descriptor is made only by what opens it");
    this.#number = number;
  }

  static {
    own = (number) => new Descriptor(KEY, number);
    read = (descriptor) => {
      if (descriptor.#isOpen) return descriptor.#number;
      throw new Deno.errors.BadResource("The descriptor is closed");
    };
    hold = (descriptor, onClose) => {
      descriptor.#waits.add(onClose);
      return () => {
        descriptor.#waits.delete(onClose);
        if (!descriptor.#isOpen && descriptor.#waits.size === 0) closeNumber(descriptor.#number);
      };
    };
    Object.freeze(this.prototype);
    Object.freeze(this);
  }

  /** Whether it was not closed yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Its number, as in `/proc/self/fd`. Throws `Deno.errors.BadResource` where it is closed. */
  get number(): number {
    return read(this);
  }

  /**
   * Closes it, close(2). Throws `Deno.errors.BadResource` where that was done before. A wait in the pool is ended
   * first, and the kernel told when it has: until then nothing else may get the number.
   */
  close(): void {
    const number = read(this);
    this.#isOpen = false;
    if (this.#waits.size === 0) return closeNumber(number);
    for (const end of [...this.#waits]) end();
  }

  /** Closes it unless that was done before. */
  [Symbol.dispose](): void {
    if (this.#isOpen) this.close();
  }
}

function closeNumber(number: number): void {
  // Linux has closed it even where it says that a signal came (close(2)), which it does for no socket.
  if (openClose().close(number) === -1) throwLastError("Cannot close a descriptor");
}

function openClose(): Libc<"close"> {
  return libc ??= openLibc(["close"]);
}

/**
 * Gives the function that makes an owner of a number which the kernel has just given out. Whoever holds it may close
 * any descriptor of the process: it stays in the file that took it. Throws `OperationalError` where FFI may not be
 * used, at each call.
 */
export function takeOwnership(): (number: number) => Descriptor {
  checkLibc();
  openClose();
  return own;
}

/** The number of what is truly a descriptor, and open; throws `TypeError` for what only looks like one. */
export function numberOf(descriptor: Descriptor): number {
  return read(descriptor);
}

/**
 * Keeps the number of a descriptor from the kernel until the function that this returns is called: for a thread of the
 * pool that waits on it. `onClose` is called where it is closed before; it has to end that wait.
 */
export function holdOpen(descriptor: Descriptor, onClose: () => void): () => void {
  read(descriptor);
  return hold(descriptor, onClose);
}
