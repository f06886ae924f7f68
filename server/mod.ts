/**
 * The server: wires its parts together, and takes them apart again when it is asked to stop.
 *
 * @module
 */

import { formatEndpoint } from "../ipc/address.ts";
import { type Clock, systemClock, within } from "../ipc/clock.ts";
import type { Lifetime } from "../cli/lifetime.ts";
import { Admission, type Slot } from "./accept/admission.ts";
import type { ClientSocket } from "./accept/client_socket.ts";
import { describeHandler, type ServerOptions } from "./command.ts";
import { connectionLimit, descriptorLimit, withoutSpares } from "./accept/descriptors.ts";
import { EventBus } from "./events.ts";
import { openGate } from "./accept/gate.ts";
import type { LineWriter } from "./log/line_writer.ts";
import { openListener } from "./accept/open_listener.ts";
import { type Introductions, Reception } from "./accept/reception.ts";
import { closingSignal } from "./closing.ts";
import { openLog } from "./log/open_log.ts";
import { findUser } from "./user.ts";
import { findLibcProblem } from "../ipc/posix/libc.ts";
import { openServiceManager } from "./service_manager.ts";
import type { TlsEntrance } from "./accept/tls/tls_entrance.ts";
import type { Mistake } from "./parent/faults/mistake.ts";
import { isServedHere, openMode } from "./modes/open_mode.ts";
import type { ServerStatus, ServerStatusOptions } from "./parent/status/server_status.ts";

/** How long the end of connections that have been ended is waited for. */
const LAST_MS = 2000;

/**
 * Runs a server until `lifetime` is over. Rejects with `OperationalError` if it cannot start. When it resolves nothing
 * of it is left: no process, no socket, no file.
 */
export async function runServer(
  options: ServerOptions,
  lifetime: Pick<Lifetime, "stopping" | "forced">,
): Promise<void> {
  try {
    await serveUntilStopped(options, lifetime);
  } catch (error) {
    // It was asked to stop while it was waiting for something to start with.
    if (error !== lifetime.stopping.reason) throw error;
  }
}

async function serveUntilStopped(
  options: ServerOptions,
  lifetime: Pick<Lifetime, "stopping" | "forced">,
): Promise<void> {
  const clock = systemClock;
  const events = new EventBus();
  const isParentServing = isServedHere(options);
  await using log = await openLog(events, { ...options, clock, isParentServing });

  const mistake = await openFault(options.fault);
  await using entrance = await openGate(options, { clock, events });
  const { gate } = entrance;
  await using security = await openTls(options, { clock, events });
  const maxConnections = await admissionLimit(options, security?.descriptorsEach ?? 0);
  const user = options.user === null ? null : await findUser(options.user);
  using listener = await openListener({
    ...options,
    listen: mistake.listen,
    owner: user?.identity ?? null,
  });
  // From here on nothing is root's: no process, no file, no connection.
  await user?.become();
  await using introductions = await openIntroductions(options, { clock, events });
  const isModuleHere = options.mode === "iterative" && options.handler.kind === "module";
  // Standard output is the log's.
  using _printing = isModuleHere ? await printModule(log.errors) : null;
  const { idleTimeoutMs } = options;
  const showsTraffic = options.status !== null;
  const context = { events, clock, idleTimeoutMs, showsTraffic, signal: lifetime.stopping };
  await using status = await openStatus(options, {
    ...context,
    linesLost: () => log.output.linesLost,
  });
  using _orphans = await openOrphans(options.fault);
  await using mode = await openMode(options, { ...context, mistake });
  // Last of all: from here on the kernel gives it clients, also where another server would have had them.
  listener.listen();
  const { hostname: host, port } = listener.addr;
  const addresses = listener.addresses.length === 1
    ? {}
    : { addresses: listener.addresses.map(formatEndpoint) };
  const { mode: name, backlog, graceMs, drainDelayMs: delayMs, fault } = options;
  events.emit({
    event: "listening",
    host,
    port,
    mode: name,
    pid: Deno.pid,
    backlog,
    maxConnections,
    ...security === null ? {} : { tls: true },
    ...fault === null ? {} : { fault },
    ...addresses,
    ...options.handedSockets > 0 ? { handedOver: true } : {},
    ...options.reusePort ? { sharesPort: true } : {},
  });

  status?.begin({
    ...{ host, port, mode: name, backlog, maxConnections, pid: Deno.pid, startedAt: Date.now() },
    transport: isParentServing ? null : options.transport,
    handler: describeHandler(options.handler),
    fault,
  });
  if (status !== null) events.emit({ event: "status_listening", url: status.url });

  if (isModuleHere) events.emit({ event: "handler_not_isolated" });

  mode.start();
  const serviceManager = await openServiceManager(events);
  serviceManager?.tell("READY=1");

  const reception = new Reception({
    ...{ introductions, gate, security, events, clock, maxDurationMs: options.maxDurationMs },
    isKeepAliveOff: options.keepaliveMs === 0,
    serve: (connection) => {
      status?.watch(connection);
      return mode.serve(connection);
    },
  });
  const receive = (socket: ClientSocket, slot: Slot) => reception.receive(socket, slot);
  const admission = openAdmission(name, { limit: maxConnections, events });
  const connectionsAborted = await listener.acceptLoop({
    admission,
    events,
    clock,
    signal: closingSignal(lifetime, {
      delayMs,
      clock,
      onDelay: () => events.emit({ event: "draining", delayMs }),
    }),
  }, receive);

  mode.drain();
  serviceManager?.tell("STOPPING=1");
  events.emit({ event: "stopping", connections: reception.size + listener.waiting, graceMs });
  const graceOver = new AbortController();
  const allServed = listener.serveWaiting({ admission, signal: graceOver.signal }, receive)
    .then(() => reception.allServed());
  await within(graceMs, allServed, { clock, signal: lifetime.forced });
  graceOver.abort();
  reception.end();
  await mode.endAll();
  // What is left has been ended; the end of this process closes what the runtime may still wait for.
  await within(LAST_MS, reception.allServed(), { clock });
  events.emit({ event: "stopped", connectionsAccepted: reception.accepted, connectionsAborted });
}

/** Who tells the clients of balancers; null, and nothing is loaded, where there are none. */
async function openIntroductions(
  { proxyFrom, transport }: Pick<ServerOptions, "proxyFrom" | "transport">,
  context: { readonly clock: Clock; readonly events: EventBus },
): Promise<Introductions | null> {
  if (proxyFrom.length === 0) return null;
  const { openProxyHeaders } = await import("./accept/proxy/proxy_headers.ts");
  return await openProxyHeaders(proxyFrom, { ...context, hasDescriptors: transport === "socket" });
}

/** What is done in another way: nothing, and nothing is loaded, unless a mistake is asked for. */
async function openFault(fault: ServerOptions["fault"]): Promise<Mistake> {
  if (fault === null) return {};
  const { openMistake } = await import("./parent/faults/open_mistake.ts");
  return await openMistake(fault);
}

/** The children that nobody else waits for are process 1's; it leaves them alone where that is the mistake. */
async function openOrphans(fault: ServerOptions["fault"]): Promise<Disposable | null> {
  if (Deno.pid !== 1 || fault === "no-wait" || findLibcProblem() !== null) return null;
  const { reapOrphans } = await import("./parent/orphans.ts");
  return reapOrphans();
}

/** What makes connections secure, if the user asked for it. Throws `OperationalError` where it cannot. */
async function openTls(
  { tlsCert: cert, tlsKey: key, tlsClientCa: clientCa }: ServerOptions,
  context: { readonly clock: Clock; readonly events: EventBus },
): Promise<TlsEntrance | null> {
  if (cert === null || key === null) return null;
  const { TlsEntrance } = await import("./accept/tls/tls_entrance.ts");
  return await TlsEntrance.open({ files: { cert, key, clientCa }, ...context });
}

/** What shows the server to whoever looks, if the user asked for it. */
async function openStatus(
  { status: where, quiet, noMessages }: Pick<ServerOptions, "status" | "quiet" | "noMessages">,
  context: Omit<ServerStatusOptions, "where" | "showsMessages">,
): Promise<ServerStatus | null> {
  if (where === null) return null;
  const { ServerStatus } = await import("./parent/status/server_status.ts");
  return await ServerStatus.open({ ...context, where, showsMessages: !quiet && !noMessages });
}

/**
 * How many connections are served at once, where each has so many more descriptors than one in the clear. Throws
 * `UsageError` if the user asks for more than can be.
 */
async function admissionLimit(options: ServerOptions, extraEach: number): Promise<number> {
  if (options.mode === "iterative") return 1;
  const { maxConnections, workers } = options;
  const descriptors = await descriptorLimit();
  const asked = { flag: "--max-connections", value: maxConnections, extraEach };
  if (options.mode === "per-connection") {
    return connectionLimit(asked, withoutSpares(descriptors, options.spare));
  }
  const each = connectionLimit({ flag: "--workers", value: workers, extraEach }, descriptors);
  return maxConnections === null ? each : Math.min(each, connectionLimit(asked, descriptors));
}

/** Lets a module in this process print where warnings go. */
async function printModule(output: LineWriter): Promise<Disposable> {
  const { printTo } = await import("./child/module/module_console.ts");
  const printing = printTo(output);
  const { stdout, stderr } = Deno;
  Object.assign(Deno, { stdout: stderr });
  return {
    [Symbol.dispose]() {
      Object.assign(Deno, { stdout });
      printing[Symbol.dispose]();
    },
  };
}

/** That the one slot of an iterative server is taken is no news. */
function openAdmission(
  mode: ServerOptions["mode"],
  options: { readonly limit: number; readonly events: EventBus },
): Admission {
  const { limit, events } = options;
  if (mode === "iterative") return new Admission({ limit });
  return new Admission({
    limit,
    onPaused: () => events.emit({ event: "admission_paused", maxConnections: limit }),
    onResumed: () => events.emit({ event: "admission_resumed", maxConnections: limit }),
  });
}
