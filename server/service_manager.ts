/**
 * The service manager that has started the server, such as systemd: it is told when the server is ready and when it
 * stops, by the protocol of sd_notify(3), which is a datagram to the socket in `NOTIFY_SOCKET`.
 *
 * @module
 */

import { readVariable } from "../cli/environment.ts";
import { errnoOf, OperationalError, reasonOf } from "../ipc/errors.ts";
import { say } from "../ipc/say.ts";
import type { EventBus } from "./events.ts";

/** What it is told. */
export type ServiceState = "READY=1" | "STOPPING=1";

/** Tells the service manager. Why it could not be told is an event, the first time. */
export interface ServiceManager {
  /** Tells it, at once or not at all. */
  tell(state: ServiceState): void;
}

/** The service manager of this process, or null where nobody waits to be told: then nothing is loaded. */
export async function openServiceManager(
  events: EventBus,
  env: Pick<Deno.Env, "get"> = Deno.env,
): Promise<ServiceManager | null> {
  const path = readVariable("NOTIFY_SOCKET", env);
  if (path === undefined || path === "") return null;
  const { sendDatagram } = await import("../ipc/posix/sockets/datagram.ts");
  let isReachable = true;
  return {
    tell(state) {
      if (!isReachable) return;
      try {
        sendDatagram(path, new TextEncoder().encode(state));
      } catch (cause) {
        const isTold = cause instanceof OperationalError || cause instanceof RangeError;
        if (!isTold && errnoOf(cause) === null) throw cause;
        isReachable = false;
        const error = say`Cannot tell the service manager at ${path}: ${reasonOf(cause)}`;
        events.emit({ event: "service_manager_lost", error });
      }
    },
  };
}
