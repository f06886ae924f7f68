/**
 * The echo handler: sends back every byte as it comes, until the client's end of file (RFC 862).
 *
 * @module
 */

import { copy } from "../../ipc/copy.ts";
import type { Connection } from "./handler.ts";

/** Echoes the connection's bytes; the end of file too. */
export async function echo(connection: Connection): Promise<void> {
  const { failure } = await copy(connection, connection);
  if (failure !== null) throw failure.cause;
}
