/**
 * How a connection with TLS fails, beyond what happens to every socket.
 *
 * @module
 */

import { StreamError } from "../../ipc/errors.ts";

/** There is a server, and TLS did not come about. The message says why. */
export class HandshakeError extends StreamError {}

/** The server's connection ended without the end that TLS has. */
export class TruncatedError extends StreamError {}
