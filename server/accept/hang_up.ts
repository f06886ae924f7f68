/**
 * SIGHUP: files are read again, and nobody is ended.
 *
 * @module
 */

/** Reads something again on every SIGHUP, one time after the other, from its making to its disposal. */
export class HangUp implements AsyncDisposable {
  readonly #onHangUp: () => void;
  #reading: Promise<void> = Promise.resolve();

  /** Listens. `readAgain` must not reject. */
  constructor(readAgain: () => Promise<void>) {
    this.#onHangUp = () => void (this.#reading = this.#reading.then(readAgain));
    // Windows has no SIGHUP that a program could listen for.
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", this.#onHangUp);
  }

  /** Listens no more, and waits for what is being read. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGHUP", this.#onHangUp);
    await this.#reading;
  }
}
