/**
 * Tries once whether a worker gets ready, with all that workers are given, such as limits: where another server has the
 * clients as long as this one cannot serve them. Loaded only there.
 *
 * @module
 */

import { OperationalError } from "../../ipc/errors.ts";
import type { ServerContext } from "../context.ts";
import { EventBus } from "../events.ts";
import type { ProcessTransport } from "./transports/transport.ts";
import { Workers } from "./workers.ts";

/** What a trial works with. */
export type WorkerTrial = Omit<ServerContext, "events"> & {
  /** Aborts when nobody wants to know any more. */
  readonly signal: AbortSignal;
};

/**
 * Starts a worker and ends it when it is ready, and tells nobody of it: it serves no connection. Those without a
 * control channel cannot say that they are ready, and are not tried. Throws {@linkcode OperationalError} that tells
 * what is wrong with it, and the reason of `signal` if that aborts before.
 */
export async function tryWorker(
  transport: ProcessTransport,
  { signal, ...context }: WorkerTrial,
): Promise<void> {
  if (transport.hub === null) return;
  signal.throwIfAborted();
  const problems: string[] = [];
  const events = new EventBus();
  events.subscribe(["worker_failed"], (event) => {
    if (event.event === "worker_failed") problems.push(event.error);
  });
  const workers = new Workers({ ...context, events }, transport);
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await Promise.race([workers.start(null)?.ready, aborted]);
  await workers.endAll();
  signal.throwIfAborted();
  const [problem] = problems;
  if (problem !== undefined) throw new OperationalError(problem);
}
