/**
 * A server that ran before, and goes on afterwards: nothing is done to it that its clients could not do, but that one
 * of its children is killed.
 *
 * @module
 */

import { findLibcProblem } from "../../../ipc/posix/libc.ts";
import type { StartObservation } from "../observe/observations.ts";
import { ProcessView } from "../observe/process_view.ts";
import type { ServerAddress } from "../observe/visitor.ts";
import { listeningAddress } from "./listening.ts";
import type { Absence, Subject } from "../observe/subject.ts";

/** Looks at a server that somebody else has started. */
export class RunningServer implements Subject {
  /** It is somebody else's. */
  readonly isOurs = false;
  /** Why its processes cannot be seen, or null. */
  readonly blind: string | null = findLibcProblem();
  /** What it prints is nobody's here. */
  readonly output: readonly string[] = [];
  /** Nobody here is told how it ends. */
  readonly end = null;
  #address: ServerAddress;
  #view: ProcessView | null = null;
  #hasListened = false;

  /** At a port of this machine. */
  constructor(port: number) {
    this.#address = { hostname: "127.0.0.1", port };
  }

  /** Where it listens now. */
  get address(): ServerAddress {
    return this.#address;
  }

  /** Its processes, or null. */
  get view(): ProcessView | null {
    return this.#view;
  }

  /** Looks whether something listens. */
  async begin(): Promise<StartObservation> {
    const { port } = this.#address;
    const address = await listeningAddress(port, this.blind !== null);
    if (address === null) return { port, listeningAfterMs: null, end: null, ranBefore: true };
    this.#hasListened = true;
    this.#address = address;
    if (this.blind === null) this.#view = ProcessView.find({ port, keeper: null });
    return { port, listeningAfterMs: 0, end: null, ranBefore: true };
  }

  /** Looks whether it is there still. */
  async ensure(): Promise<Absence | null> {
    if (!this.#hasListened) return "never";
    return await this.isAlive() ? null : "gone";
  }

  /** Whether the process that accepts runs. */
  async isAlive(): Promise<boolean> {
    if (this.#view !== null) return this.#view.isAlive;
    return await listeningAddress(this.#address.port, this.blind !== null) !== null;
  }

  /** Never called. */
  restart(): Promise<StartObservation> {
    throw new Error("A server that ran before is not started again");
  }

  /** Ends nothing. */
  async finish(): Promise<void> {}

  /** Ends nothing. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
