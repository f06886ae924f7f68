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
 * Serves one connection. It is over when the promise settles; a rejection with a stream's error means that the
 * client is gone, any other is the handler's own failure.
 */
export type Handler = (connection: Connection) => Promise<void>;
