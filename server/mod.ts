/**
 * The server: wires its parts together, and takes them apart again when it is asked to stop.
 *
 * @module
 */

import { type Clock, systemClock } from "../ipc/clock.ts";
import type { Lifetime } from "../ipc/lifetime.ts";
import { Admission, type Slot } from "./admission.ts";
import type { ServerOptions } from "./command.ts";
import { AcceptedConnection } from "./connection.ts";
import { EventBus } from "./events.ts";
import { echo } from "./handlers/echo.ts";
import { LineWriter } from "./line_writer.ts";
import { Listener } from "./listener.ts";
import { subscribeLog } from "./log.ts";
import { IterativeMode } from "./modes/iterative.ts";
import type { Mode, ModeContext } from "./modes/mode.ts";
import { PerConnectionMode } from "./modes/per_connection.ts";

/**
 * Runs a server until `lifetime` is over. Rejects with `OperationalError` if it cannot start. When it resolves nothing
 * of it is left: no process, no socket, no file.
 */
export async function runServer(
  options: ServerOptions,
  lifetime: Pick<Lifetime, "stopping" | "forced">,
): Promise<void> {
  const clock = systemClock;
  const events = new EventBus();
  await using _log = openLog(events, { ...options, clock });

  using listener = Listener.bind(options);
  await using mode = await openMode(options.mode, { events, clock });
  const { hostname: host, port } = listener.addr;
  events.emit({
    event: "listening",
    host,
    port,
    mode: options.mode,
    pid: Deno.pid,
    backlog: options.backlog,
    maxConnections: options.maxConnections,
  });

  const serving = new Set<Promise<void>>();
  let accepted = 0;
  const serve = (stream: Deno.TcpConn, slot: Slot) => {
    const connection = new AcceptedConnection(stream, { id: ++accepted, events, clock });
    const served = mode.serve(connection).finally(() => {
      slot[Symbol.dispose]();
      serving.delete(served);
    });
    serving.add(served);
  };
  const admission = openAdmission(options, events);
  await listener.acceptLoop({ admission, events, clock, signal: lifetime.stopping }, serve);

  const { graceMs } = options;
  events.emit({ event: "stopping", connections: serving.size, graceMs });
  await settleWithin(graceMs, { serving, forced: lifetime.forced, clock });
  await mode.endAll();
  await Promise.all(serving);
  events.emit({ event: "stopped", connectionsServed: accepted });
}

function openLog(
  events: EventBus,
  options: Pick<ServerOptions, "log" | "quiet"> & { readonly clock: Clock },
): AsyncDisposable {
  const { log: format, quiet, clock } = options;
  const warnings = new LineWriter(Deno.stderr, { name: "standard error", warn() {}, clock });
  const warn = (message: string) => warnings.writeLine(`warning: ${message}`);
  const output = new LineWriter(Deno.stdout, { name: "standard output", warn, clock });
  subscribeLog(events, { format, quiet, output, warnings, date: () => new Date() });
  return {
    async [Symbol.asyncDispose]() {
      await output[Symbol.asyncDispose]();
      await warnings[Symbol.asyncDispose]();
    },
  };
}

async function openMode(name: ServerOptions["mode"], context: ModeContext): Promise<Mode> {
  switch (name) {
    case "per-connection":
      return await PerConnectionMode.open(context);
    case "iterative":
      return new IterativeMode(context, echo);
  }
}

/** An iterative server has one slot, whatever the limit is, and that it is taken is no news. */
function openAdmission(
  options: Pick<ServerOptions, "mode" | "maxConnections">,
  events: EventBus,
): Admission {
  if (options.mode === "iterative") return new Admission({ limit: 1 });
  const { maxConnections } = options;
  return new Admission({
    limit: maxConnections,
    onPaused: () => events.emit({ event: "admission_paused", maxConnections }),
    onResumed: () => events.emit({ event: "admission_resumed", maxConnections }),
  });
}

/** Waits for the connections being served, until the grace is over or somebody insists. */
async function settleWithin(
  graceMs: number,
  options: {
    readonly serving: Iterable<Promise<void>>;
    readonly forced: AbortSignal;
    readonly clock: Clock;
  },
): Promise<void> {
  const settled = new AbortController();
  const enough = AbortSignal.any([options.forced, settled.signal]);
  await Promise.race([Promise.all(options.serving), options.clock.sleep(graceMs, enough)]);
  settled.abort();
}
