/**
 * With what a server listens, and where: sockets of Deno's or of libc's, at one place or at several, or sockets that it
 * was handed.
 *
 * @module
 */

import { unixEndpoint } from "../../ipc/address.ts";
import { errnoOf, OperationalError } from "../../ipc/errors.ts";
import type { Acceptor, Listen, ListenTarget } from "./acceptor.ts";
import { keepAliveFrom } from "./keepalive.ts";
import type { LibcAcceptor } from "./libc_acceptor.ts";
import { bindAt, Listener } from "./listener.ts";
import { pathOf } from "./places.ts";
import type { Owner } from "./socket_file.ts";

/** How many free ports are tried. */
const TRIES = 10;

/** What a user asks of it. */
export interface OpenListenerOptions extends Pick<ListenTarget, "backlog" | "keepaliveMs"> {
  /** Where to listen. */
  readonly places: readonly string[];
  /** At addresses. */
  readonly port: number;
  /** How many sockets the server was handed: if any, no other is opened. */
  readonly handedSockets: number;
  /** Whether others may listen on the port besides. */
  readonly reusePort: boolean;
  /** How processes get connections: over `socket` they need those of libc. */
  readonly transport: string;
  /** Whose the files of Unix-domain sockets are to be; null for this process's user. */
  readonly owner?: Owner | null;
  /** With what to listen, where a mistake needs it. */
  readonly listen?: Listen | undefined;
}

/**
 * Listens at all the places, or at none. Throws `OperationalError` that names the place, the reason and what to do.
 */
export async function openListener(options: OpenListenerOptions): Promise<Listener> {
  const { handedSockets, keepaliveMs = 0, transport, reusePort } = options;
  const isRelayed = transport !== "socket";
  if (handedSockets > 0) {
    const { takeHandedSockets } = await import("./activation.ts");
    const { LibcAcceptor } = await import("./libc_acceptor.ts");
    const acceptor = new LibcAcceptor(takeHandedSockets(handedSockets, keepaliveMs));
    return new Listener(isRelayed ? await streamed(acceptor) : acceptor);
  }
  if (options.listen !== undefined || (isRelayed && !reusePort)) {
    const listener = await openAt(options);
    await keepAliveFrom(listener.addresses, keepaliveMs);
    return listener;
  }
  const { listenWithLibc, joinLibc } = await import("./libc_acceptor.ts");
  const join = async (acceptors: readonly Acceptor[]) => {
    const joined = await joinLibc(acceptors as readonly LibcAcceptor[]);
    return isRelayed ? await streamed(joined) : joined;
  };
  return await openAt({ ...options, listen: listenWithLibc, join, finishes: reusePort });
}

async function streamed(acceptor: LibcAcceptor): Promise<Acceptor> {
  const { StreamedAcceptor } = await import("./streamed_acceptor.ts");
  return new StreamedAcceptor(acceptor);
}

/** What listens at each place, and becomes one. */
interface Means extends OpenListenerOptions {
  readonly join?: (acceptors: readonly Acceptor[]) => Promise<Acceptor>;
  readonly finishes?: boolean;
}

/** A free port at the first address may be taken at another one: then a further one is tried. */
async function openAt(options: Means): Promise<Listener> {
  for (let left = options.port === 0 ? TRIES - 1 : 0;; left--) {
    try {
      return await tryAt(options);
    } catch (error) {
      const isTaken = error instanceof OperationalError && errnoOf(error.cause) === "EADDRINUSE";
      if (!isTaken || left === 0) throw error;
    }
  }
}

async function tryAt(options: Means): Promise<Listener> {
  const { places, listen, owner = null, join = joinDeno, finishes = false, ...rest } = options;
  const { backlog, keepaliveMs = 0, reusePort: reusesPort } = rest;
  let { port } = rest;
  using stack = new DisposableStack();
  const files = new DisposableStack();
  stack.use(files);
  const acceptors: Acceptor[] = [];
  for (const place of places) {
    const at = { backlog, keepaliveMs };
    const path = pathOf(place);
    const acceptor = path === null
      ? bindAt({ ...at, hostname: place, port, reusesPort }, listen)
      : await openFile({ ...at, ...unixEndpoint(path) }, { listen, files, owner });
    stack.adopt(acceptor, (acceptor) => acceptor.close());
    acceptors.push(acceptor);
    if (path === null) port = acceptor.addr.port;
  }
  const acceptor = await join(acceptors);
  stack.move();
  return new Listener(acceptor, { files, finishes });
}

/** Listens on a Unix-domain socket whose file is there as long as the listener is. */
async function openFile(
  target: ListenTarget & { readonly path: string },
  { listen, files, owner }: Pick<OpenListenerOptions, "listen"> & {
    readonly files: DisposableStack;
    readonly owner: Owner | null;
  },
): Promise<Acceptor> {
  const { SocketFile } = await import("./socket_file.ts");
  const file = files.use(await SocketFile.reserve(target.path));
  const acceptor = bindAt({ ...target, boundPath: file.boundPath }, listen);
  try {
    file.place(owner);
    return acceptor;
  } catch (error) {
    acceptor.close();
    throw error;
  }
}

async function joinDeno(acceptors: readonly Acceptor[]): Promise<Acceptor> {
  const [only] = acceptors;
  if (only !== undefined && acceptors.length === 1) return only;
  const { JoinedAcceptor } = await import("./joined_acceptor.ts");
  return new JoinedAcceptor(acceptors);
}
