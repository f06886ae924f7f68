/**
 * A connection that another process has: no byte of it passes the parent, which waits until that process is done.
 *
 * @module
 */

import type { ClosedReport } from "../../../ipc/control.ts";
import type { RelayEnd } from "../../../ipc/relay/relay.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { EngagedWorker } from "../process/worker_process.ts";
import type { CarriedConnection, CarryLimits, OpenedConnection } from "./transport.ts";

/** Who is told to have ended a connection that its worker has closed so. */
const ENDED_BY: Readonly<Record<ClosedReport["reason"], RelayEnd>> = {
  finished: "server",
  client_lost: "client",
  idle_timeout: "idle",
  max_duration: "time",
};

/** Tells what its worker reports. A program reports nothing. */
export class HandedOverConnection implements OpenedConnection {
  readonly #closed = Promise.withResolvers<CarriedConnection>();

  /** Listens to the worker, which is about to get the connection. */
  constructor(connection: AcceptedConnection, engaged: EngagedWorker) {
    const { onMessage } = connection;
    engaged.listen((report) => {
      if (report.type === "received") {
        onMessage?.(Uint8Array.fromBase64(report.data), report.size);
      } else {
        connection.traffic = report;
        if (report.type === "closed") this.#tellClosed(report);
      }
    });
  }

  #tellClosed({ bytesIn, bytesOut, reason }: ClosedReport): void {
    this.#closed.resolve({ bytesIn, bytesOut, endedBy: ENDED_BY[reason] });
  }

  /**
   * Waits for the report of its end, or for the end of its process. When its time is over whoever has it is made to end
   * it, or to end.
   */
  async carry(limits: CarryLimits): Promise<CarriedConnection> {
    const { workerDone, signal, timeOver, hangUp } = limits;
    const { promise: stopped, resolve: stop } = Promise.withResolvers<CarriedConnection>();
    const unknown = { bytesIn: null, bytesOut: null };
    const onStop = () => stop({ ...unknown, endedBy: "stop" });
    signal.addEventListener("abort", onStop);
    if (signal.aborted) onStop();
    const ended = workerDone.then((): CarriedConnection => {
      return { ...unknown, endedBy: timeOver?.aborted === true ? "time" : "server" };
    });
    let hungUp: Promise<void> | undefined;
    const onTimeOver = () => void (hungUp = hangUp());
    timeOver?.addEventListener("abort", onTimeOver);
    if (timeOver?.aborted === true) onTimeOver();
    try {
      const carried = await Promise.race([this.#closed.promise, ended, stopped]);
      await hungUp;
      return carried;
    } finally {
      timeOver?.removeEventListener("abort", onTimeOver);
      signal.removeEventListener("abort", onStop);
    }
  }
}
