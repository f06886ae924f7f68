/**
 * The echo handler: sends back every byte as it comes, until the client's end of file (RFC 862).
 *
 * @module
 */

import { copy } from "../../ipc/relay/copy.ts";
import type { ByteStream } from "../../ipc/transport.ts";

/** Echoes the connection's bytes; the end of file too. */
export async function echo(
  connection: Pick<ByteStream, "read" | "readNow" | "write" | "writeNow" | "closeWrite">,
): Promise<void> {
  const { failure } = await copy(connection, connection);
  if (failure !== null) throw failure.cause;
}
