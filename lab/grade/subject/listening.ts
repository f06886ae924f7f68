/**
 * Whether a server listens, and on which address of this machine.
 *
 * @module
 */

import { listenersOn } from "../observe/process_view.ts";
import { type ServerAddress, Visitor } from "../observe/visitor.ts";

const IPV4 = "127.0.0.1";
const IPV6 = "::1";

/** How long a connection within this machine may take. */
const CONNECT_MS = 1000;

/**
 * The address by which this machine reaches what listens on the port; null where nothing does. Where the kernel's table
 * cannot be read it is tried, which the server sees as a client that says nothing.
 */
export async function listeningAddress(
  port: number,
  isBlind: boolean,
): Promise<ServerAddress | null> {
  if (isBlind) {
    for (const hostname of [IPV4, IPV6]) {
      using visitor = await Visitor.connect({ hostname, port }, { ms: CONNECT_MS });
      if (visitor.isConnected) return { hostname, port };
    }
    return null;
  }
  const hostnames = listenersOn(port).map(({ local }) => local.hostname);
  const [first] = hostnames;
  if (first === undefined) return null;
  const isAny = hostnames.some((name) => [IPV4, "0.0.0.0", "::"].includes(name));
  return { hostname: isAny ? IPV4 : IPV6, port };
}
