/**
 * How the client gets its connection.
 *
 * @module
 */

import { formatEndpoint } from "../ipc/address.ts";
import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";
import type { ClientOptions } from "./command.ts";
import { say } from "../ipc/say.ts";

function reasonWithAdvice(cause: unknown): string {
  const reason = reasonOf(cause);
  return errnoOf(cause) === "ECONNREFUSED" ? say`${reason} (is a server listening there?)` : reason;
}

/** Connects. Throws {@linkcode OperationalError} that names the server and the reason, also after the timeout. */
export async function connect(
  options: Pick<ClientOptions, "hostname" | "port" | "connectTimeoutMs">,
): Promise<Deno.TcpConn> {
  const { hostname, port, connectTimeoutMs } = options;
  const timeout = AbortSignal.timeout(connectTimeoutMs);
  try {
    const conn = await Deno.connect({ hostname, port, signal: timeout });
    conn.setNoDelay(true);
    return conn;
  } catch (cause) {
    const reason = timeout.aborted
      ? say`no answer within ${connectTimeoutMs / 1000} s`
      : reasonWithAdvice(cause);
    throw new OperationalError(say`Cannot connect to ${formatEndpoint(options)}: ${reason}`, {
      cause,
    });
  }
}
