/**
 * The mistake `no-wait`: nobody waits for the children that have ended, so each stays a zombie. That one has ended the
 * parent knows all the same, without waiting (WNOWAIT): else it would not know which connections are over.
 *
 * @module
 */

import { Children, waitFor } from "../../../ipc/posix/processes/children.ts";
import { lookAt } from "../../../ipc/posix/processes/look.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { Process } from "../process/worker_process.ts";
import type { Mistake } from "./mistake.ts";
import { MistakenTransport } from "./mistaken_transport.ts";

/** Reaps its children when it is disposed, and none before: the last process to end leaves nothing behind. */
class UnawaitedChildren extends Children {
  readonly #zombies: Set<number>;

  constructor() {
    const zombies = new Set<number>();
    super((pid) => {
      const status = lookAt(pid);
      if (status !== null) zombies.add(pid);
      return status;
    });
    this.#zombies = zombies;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const pid of this.#zombies) waitFor(pid);
  }
}

class UnawaitedTransport extends MistakenTransport {
  override start(number: number, connection: AcceptedConnection | null): Process {
    return { ...super.start(number, connection), isNeverReaped: true };
  }
}

/** Makes it. */
export function noWait(): Mistake {
  return {
    handingOver: { children: new UnawaitedChildren() },
    mistaken: (transport) => new UnawaitedTransport(transport, "wait"),
  };
}
