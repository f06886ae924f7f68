/**
 * The PROXY headers of balancers (`--proxy-from`): who is behind one tells each connection's client with the first
 * bytes of it.
 *
 * Whoever is not in these networks is never read: his bytes are data, whatever they look like. So nobody can claim to
 * be somebody else who is not trusted to tell.
 *
 * @module
 */

import { type Clock, LATE, within } from "../../../ipc/clock.ts";
import { isStreamError } from "../../../ipc/errors.ts";
import type { SocketWaits } from "../../../ipc/posix/sockets/socket_waits.ts";
import type { ByteStream, ConnectionEnds } from "../../../ipc/transport.ts";
import type { EventBus, HeaderProblem, Rejection } from "../../events.ts";
import type { ClientSocket } from "../client_socket.ts";
import type { Network } from "../network.ts";
import type { Introductions } from "../reception.ts";
import { Rules } from "../rules.ts";
import { type ReadHeader, readHeader } from "./header.ts";

/** How long a header may take, in milliseconds. */
export const HEADER_MS = 3000;

/** What they are read with. */
export interface ProxyHeadersOptions {
  /** Measures how long one takes. */
  readonly clock: Clock;
  /** Where it is told what one says. */
  readonly events: EventBus;
  /** Where sockets of libc's are waited for; null where there are none. */
  readonly waits: SocketWaits | null;
}

/** Owns the waits for sockets of libc's; a socket stays its reception's. */
export class ProxyHeaders implements Introductions {
  readonly #balancers: Rules;
  readonly #options: ProxyHeadersOptions;

  /** Expects a header of whoever connects from one of these networks. */
  constructor(networks: readonly Network[], options: ProxyHeadersOptions) {
    this.#balancers = new Rules(networks.map((network) => ({ verdict: "allow", network })));
    this.#options = options;
  }

  /** Whether the socket's other end is a balancer. That of a Unix-domain socket has no address. */
  expects({ remoteAddr: { hostname, path } }: ClientSocket): boolean {
    return path === undefined && this.#balancers.admits(hostname);
  }

  /**
   * Reads the header of a balancer's connection. Resolves to the ends that it tells, or to null where they are the
   * socket's own; where there is none closes the socket, and resolves to why.
   */
  async read(
    socket: ClientSocket,
    signal: AbortSignal,
  ): Promise<ConnectionEnds | Rejection | null> {
    const reading = this.#read(socket);
    const read = await within(HEADER_MS, reading, { clock: this.#options.clock, signal });
    if (read === LATE || signal.aborted) {
      // That alone ends a read under way.
      socket.close();
      await reading;
      return missing(signal.aborted ? "server_stopped" : "late");
    }
    const { state, ...counts } = read;
    if (state.kind === "wrong") {
      socket.close();
      return missing(state.problem);
    }
    const { remoteAddr } = socket;
    const client = state.ends?.remoteAddr ?? null;
    this.#options.events.emit({ event: "proxy_header_read", remoteAddr, client, ...counts });
    return state.ends;
  }

  async #read(socket: ClientSocket): Promise<ReadHeader> {
    try {
      return await readHeader(this.#streamOf(socket));
    } catch (error) {
      if (!isStreamError(error)) throw error;
      return { state: { kind: "wrong", problem: "cut_off" }, bytes: 0, reads: 0 };
    }
  }

  #streamOf(socket: ClientSocket): Pick<ByteStream, "read"> {
    if (!("descriptor" in socket)) return socket;
    const { waits } = this.#options;
    if (waits === null) throw new TypeError("Nobody waits for sockets of libc's here");
    return waits.streamOf(socket.descriptor);
  }

  /** Ends what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.waits?.[Symbol.asyncDispose]();
  }
}

function missing(problem: HeaderProblem): Rejection {
  return { reason: "proxy_header", problem };
}

/**
 * Expects headers of balancers in these networks. What waits for sockets of libc's is loaded where the server has
 * such sockets: at the start, since it takes a descriptor, which may be missing when the first of them comes.
 */
export async function openProxyHeaders(
  networks: readonly Network[],
  { hasDescriptors, ...options }: Omit<ProxyHeadersOptions, "waits"> & {
    readonly hasDescriptors: boolean;
  },
): Promise<ProxyHeaders> {
  if (!hasDescriptors) return new ProxyHeaders(networks, { ...options, waits: null });
  const { SocketWaits } = await import("../../../ipc/posix/sockets/socket_waits.ts");
  return new ProxyHeaders(networks, { ...options, waits: new SocketWaits() });
}
