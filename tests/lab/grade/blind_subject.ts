/**
 * A server to be graded that is a listener of the test's.
 *
 * @module
 */

import type { StartObservation } from "../../../lab/grade/observe/observations.ts";
import type { Absence, Subject } from "../../../lab/grade/observe/subject.ts";

/** A server whose processes cannot be seen, and which nobody has started here. */
export class BlindSubject implements Subject {
  readonly isOurs = false;
  readonly view = null;
  blind: string | null = "it is dark";
  readonly output = [];
  readonly end = null;
  readonly address: { readonly hostname: string; readonly port: number };
  readonly #absence: Absence | null;

  constructor(port: number, absence: Absence | null = null) {
    this.address = { hostname: "127.0.0.1", port };
    this.#absence = absence;
  }

  begin(): Promise<StartObservation> {
    const listeningAfterMs = this.#absence === "never" ? null : 0;
    const { port } = this.address;
    return Promise.resolve({ port, listeningAfterMs, end: null, ranBefore: true });
  }

  ensure(): Promise<Absence | null> {
    return Promise.resolve(this.#absence);
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(true);
  }

  restart(): Promise<StartObservation> {
    throw new Error("It is not started again");
  }

  async finish(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
