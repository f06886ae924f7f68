/**
 * The mode: how connections meet processes. Each file in this folder is one, named as its flag value.
 *
 * @module
 */

import type { AcceptedConnection } from "../accept/connection.ts";

/** Serves connections. Disposing it leaves no process and no file behind. */
export interface Mode extends AsyncDisposable {
  /** Called once, when the server listens: starts what is kept ready. */
  start(): void;

  /**
   * Serves one connection, tells its events, and closes it. Resolves when all that it used is gone, its process too;
   * a failure of the connection does not reject.
   */
  serve(connection: AcceptedConnection): Promise<void>;

  /** Called when no connection comes any more: nothing needs to be kept ready. */
  drain(): void;

  /** Ends every connection that is being served; each `serve` then resolves. */
  endAll(): Promise<void>;
}
