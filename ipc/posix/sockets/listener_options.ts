/**
 * What the listening sockets of this process are set to, also those of Deno's: on Linux a connection inherits it,
 * tcp(7).
 *
 * @module
 */

import { ownSockets } from "./own_sockets.ts";
import { type KeepAlive, setKeepAliveOf } from "./socket_options.ts";

/**
 * Asks the other sides of connections to this port of this process whether they are there: those that are made from
 * now on. Throws `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function keepListenerAlive(port: number, options: KeepAlive): void {
  for (const { number, family, isListening, local } of ownSockets()) {
    if (family === "tcp" && isListening && local?.port === port) setKeepAliveOf(number, options);
  }
}
