/**
 * A transport that does all as another does, and tells what the parent leaves undone: others change one thing more.
 *
 * @module
 */

import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, Omission, ProcessOrigin, WorkerExit } from "../../events.ts";
import type { EngagedWorker, Process, WorkerProcess } from "../process/worker_process.ts";
import type { OpenedConnection, ProcessTransport } from "../transports/transport.ts";

/** Owns the other. */
export class MistakenTransport implements ProcessTransport {
  readonly #transport: ProcessTransport;
  readonly #omits: Omission | null;

  /** Takes over another. */
  constructor(transport: ProcessTransport, omits: Omission | null) {
    this.#transport = transport;
    this.#omits = omits;
  }

  /** The other's. */
  get hub(): ProcessTransport["hub"] {
    return this.#transport.hub;
  }

  /** As the other does. */
  start(number: number, connection: AcceptedConnection | null): Process {
    return this.#transport.start(number, connection);
  }

  /** As the other tells it, with what is left undone. */
  originOf(worker: WorkerProcess, connection: AcceptedConnection | null): ProcessOrigin {
    const origin = this.#transport.originOf(worker, connection);
    return this.#omits === null ? origin : { ...origin, omits: this.#omits };
  }

  /** As the other does. */
  open(engaged: EngagedWorker, connection: AcceptedConnection): Promise<OpenedConnection> {
    return this.#transport.open(engaged, connection);
  }

  /** As the other does. */
  reasonOf(exit: WorkerExit): CloseReason {
    return this.#transport.reasonOf(exit);
  }

  /** As the other does. */
  reaped(worker: WorkerProcess): void {
    this.#transport.reaped(worker);
  }

  /** As the other does. */
  finish(worker: WorkerProcess, end: { readonly isLost: boolean }): Promise<void> {
    return this.#transport.finish(worker, end);
  }

  /** As the other does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}
