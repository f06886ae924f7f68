/**
 * How the client gets its connection.
 *
 * @module
 */

import { formatEndpoint } from "../ipc/address.ts";
import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";
import type { ClientOptions } from "./command.ts";
import { type Connection, connectorFor, readTrust } from "./connection/connection.ts";
import { HandshakeError } from "./connection/tls_errors.ts";
import { say } from "../ipc/say.ts";

function reasonWithAdvice(cause: unknown): string {
  const reason = reasonOf(cause);
  return errnoOf(cause) === "ECONNREFUSED" ? say`${reason} (is a server listening there?)` : reason;
}

/**
 * Connects, with TLS if that is asked for. Throws {@linkcode OperationalError} that names the server and the reason,
 * also after the timeout, which is that of the connection and of the TLS handshake together.
 */
export async function connect(
  options: Pick<ClientOptions, "hostname" | "port" | "connectTimeoutMs" | "tls">,
): Promise<Connection> {
  const { hostname, port, connectTimeoutMs, tls } = options;
  const open = await connectorFor(await readTrust(tls));
  const timeout = AbortSignal.timeout(connectTimeoutMs);
  try {
    return await open({ hostname, port, name: hostname }, timeout);
  } catch (cause) {
    const server = formatEndpoint(options);
    if (cause instanceof HandshakeError) {
      const reason = timeout.aborted
        ? say`no handshake within ${connectTimeoutMs / 1000} s (does it speak TLS on that port?)`
        : reasonOf(cause);
      throw new OperationalError(say`Cannot connect to ${server} with TLS: ${reason}`, { cause });
    }
    const reason = timeout.aborted
      ? say`no answer within ${connectTimeoutMs / 1000} s`
      : reasonWithAdvice(cause);
    throw new OperationalError(say`Cannot connect to ${server}: ${reason}`, { cause });
  }
}
