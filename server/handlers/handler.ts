/**
 * The handler: what is done with a connection, in a worker or (iterative mode) in the parent.
 *
 * @module
 */

import type { ByteStream, ConnectionInfo } from "../../ipc/transport.ts";

/** A connection as its handler sees it. Whoever calls the handler closes it afterwards. */
export interface Connection
  extends ConnectionInfo, Pick<ByteStream, "read" | "write" | "closeWrite"> {}

/**
 * Serves one connection. It is over when the promise settles; a rejection is the
 * handler's own failure, unless the connection had failed before.
 */
export type Handler = (connection: Connection) => Promise<void>;
