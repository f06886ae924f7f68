/**
 * The receiving half of a client that behaves as the lecture note's: each answer stands on a line of its own, although
 * it comes without a newline, and the sending half can wait for it.
 *
 * A stream of bytes does not say where an answer ends. It has ended when as many bytes have come as were sent, which is
 * an echo, or when no more come for a moment, which is a shorter one. What comes while nobody waits for an answer
 * stands on a line of its own as it is read.
 *
 * @module
 */

import { type Clock, LATE, systemClock, within } from "../ipc/clock.ts";
import type { ByteStream } from "../ipc/transport.ts";
import { writeOutput } from "../cli/output.ts";

/** How long an answer that is shorter than its line may pause before it counts as whole. */
export const PAUSE_MS = 200;

const NEWLINE = new TextEncoder().encode("\n");

/** How answers are taken. */
export interface AnswersOptions {
  /** Whether a line is sent only when the one before is answered. */
  readonly areAwaited: boolean;
  /** Where the time comes from. */
  readonly clock?: Clock;
}

/** Prints the answers to the lines that are sent on one connection. */
export class Answers {
  readonly #areAwaited: boolean;
  readonly #clock: Clock;
  /** How many bytes are still to come for what was sent. */
  #missing = 0;
  #answered = Promise.withResolvers<void>();

  /** Takes the answers of a connection on which nothing was sent yet. */
  constructor({ areAwaited, clock = systemClock }: AnswersOptions) {
    this.#areAwaited = areAwaited;
    this.#clock = clock;
  }

  /** To be called before so many bytes are sent. Resolves when the next may be: at once, where nobody waits. */
  expect(bytes: number): Promise<void> {
    if (!this.#areAwaited) return Promise.resolve();
    if (this.#missing === 0) this.#answered = Promise.withResolvers();
    this.#missing += bytes;
    return this.#answered.promise;
  }

  /**
   * Prints until the end of file. Rejects with the source's error if that fails, and with `OutputError` if the output
   * does.
   */
  async receive(
    source: Pick<ByteStream, "read">,
    output: Pick<ByteStream, "write">,
  ): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    let isLineOpen = false;
    let isAnswerOpen = false;
    const endAnswer = async () => {
      if (isLineOpen) await writeOutput(output, NEWLINE);
      isLineOpen = isAnswerOpen = false;
      this.#missing = 0;
      this.#answered.resolve();
    };
    let reading = source.read(buffer);
    while (true) {
      const count = isAnswerOpen
        ? await within(PAUSE_MS, reading, { clock: this.#clock })
        : await reading;
      if (count === null) return await endAnswer();
      if (count === LATE) {
        await endAnswer();
        continue;
      }
      await writeOutput(output, buffer.subarray(0, count));
      isLineOpen = buffer[count - 1] !== NEWLINE[0];
      this.#missing -= count;
      isAnswerOpen = this.#missing > 0;
      if (!isAnswerOpen) await endAnswer();
      reading = source.read(buffer);
    }
  }
}
