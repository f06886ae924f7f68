/**
 * What is told where a server cannot listen at a place.
 *
 * @module
 */

import { type Endpoint, formatEndpoint } from "../../ipc/address.ts";
import { errnoOf, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";

/**
 * Binds or listens at that place. Throws {@linkcode OperationalError} that names the place, the reason and what to do.
 */
export function tellingPlace<T>(place: Endpoint, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof OperationalError) throw cause;
    const reason = place.path === undefined ? reasonWithAdvice(cause) : reasonOf(cause);
    throw new OperationalError(say`Cannot listen on ${formatEndpoint(place)}: ${reason}`, {
      cause,
    });
  }
}

function reasonWithAdvice(cause: unknown): string {
  const reason = reasonOf(cause);
  switch (errnoOf(cause)) {
    case "EACCES":
      return say`${reason} (ports below 1024 need a privilege; choose a higher one)`;
    case "EADDRINUSE":
      return say`${reason} (choose another port, or 0 for a free one)`;
    default:
      return reason;
  }
}
