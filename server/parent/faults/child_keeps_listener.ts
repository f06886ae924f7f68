/**
 * The mistake `child-keeps-listener`: each worker inherits the listening socket, which it never uses. A port is free
 * when its last listening socket is closed; so that this can be seen, a worker does not end with a server that was
 * killed, but with its connection.
 *
 * @module
 */

import { DOOR } from "../../../ipc/transports/socket.ts";
import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import type { ListenTarget } from "../../accept/acceptor.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import { type LibcAcceptor, listenWithLibc } from "../../accept/libc_acceptor.ts";
import type { ProcessOrigin } from "../../events.ts";
import type { WorkerProcess } from "../process/worker_process.ts";
import type { ProcessTransport } from "../transports/transport.ts";
import type { Mistake } from "./mistake.ts";
import { MistakenTransport } from "./mistaken_transport.ts";

/** Where a worker has it. */
const LISTENER = DOOR + 1;

class ListeningTransport extends MistakenTransport {
  readonly #inherited: ReadonlyMap<number, Descriptor>;

  constructor(transport: ProcessTransport, inherited: ReadonlyMap<number, Descriptor>) {
    super(transport, null);
    this.#inherited = inherited;
  }

  override originOf(worker: WorkerProcess, connection: AcceptedConnection | null): ProcessOrigin {
    const { descriptors, ...origin } = super.originOf(worker, connection);
    const listeners = Array.from(this.#inherited, ([number, descriptor]) => {
      return { number, kind: "listening", copyOf: descriptor.number } as const;
    });
    return { ...origin, descriptors: [...descriptors, ...listeners] };
  }
}

/** Makes it. */
export function childKeepsListener(): Mistake {
  const inherited = new Map<number, Descriptor>();
  return {
    listen(target: ListenTarget): LibcAcceptor {
      const acceptor = listenWithLibc(target);
      inherited.set(LISTENER, acceptor.descriptor);
      return acceptor;
    },
    handingOver: { inherited, flags: { outlivesParent: true } },
    mistaken: (transport) => new ListeningTransport(transport, inherited),
  };
}
