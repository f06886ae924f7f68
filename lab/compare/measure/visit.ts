/**
 * One short measurement of one server: every figure once.
 *
 * @module
 */

import { LatencyHistogram } from "../../../client/load/tally/histogram.ts";
import { systemClock } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { Client } from "./client.ts";
import { type Connections, measureConnections } from "./connections.ts";
import type { ProcessTree } from "./process_tree.ts";
import { say } from "../../../ipc/say.ts";

/** What one measurement of a server brought. What needs libc is null where there is none. */
export interface Sample extends Connections {
  /** Round trips of one client that stays connected. */
  readonly roundTrips: LatencyHistogram;
  /** What came back each second in one stream. */
  readonly bytesPerSecond: number;
  /** What was seen of its processes, or null. */
  readonly use: Use | null;
}

/** What a server takes of the machine. */
export interface Use {
  /** Processes while so many clients are connected. */
  readonly processes: number;
  /** Memory that a client takes. */
  readonly bytesPerClient: number;
  /** CPU time for all connections of the tally. */
  readonly cpuMs: number;
}

/** A server that is visited. */
export interface Visited {
  /** Its port on 127.0.0.1. */
  readonly port: number;
  /** Its processes, or null where nothing can be known of them. */
  readonly tree: ProcessTree | null;
  /** Whether it serves several clients at once. */
  readonly isConcurrent: boolean;
  /** How many clients stay connected while its memory is measured. */
  readonly held: number;
}

/** How it is visited. */
export interface VisitOptions {
  /** How many clients there are at once. */
  readonly clients: number;
  /** How long the visit may take, about. */
  readonly budgetMs: number;
  /** Aborts when it is to end without a result. */
  readonly stopping: AbortSignal;
}

/** How the time is divided. The rest is for processes to start, and for the server to come to rest. */
const SHARES = { connections: 0.35, roundTrips: 0.15, stream: 0.15 };

/** The least that a load lasts: a shorter one shows nothing. */
const LOAD_MS_MIN = 60;

/** How much longer than it should a visit may take before the server counts as one that does not answer. */
const PATIENCE_MS = 20_000;

/** Takes every figure once. Rejects with `OperationalError` if the server does not answer as it should. */
export async function visit(visited: Visited, options: VisitOptions): Promise<Sample> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.budgetMs + PATIENCE_MS);
  const signal = AbortSignal.any([late.signal, options.stopping]);
  try {
    const held = await visitHeld(visited, { ...options, signal });
    const before = await visited.tree?.untilQuiet(signal);
    const ms = msOf(SHARES.connections, options);
    const connections = await measureConnections(visited.port, { ...options, ms, signal });
    const after = await visited.tree?.untilQuiet(signal);
    options.stopping.throwIfAborted();
    if (late.signal.aborted) throw new OperationalError(say`it took too long to answer`);
    const { roundTrips, bytesPerSecond } = held;
    const cpuMs = (after?.cpuMs ?? 0) - (before?.cpuMs ?? 0);
    return { ...connections, roundTrips, bytesPerSecond, use: held.use && { ...held.use, cpuMs } };
  } catch (error) {
    options.stopping.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** How long one load of a visit lasts. */
function msOf(share: number, { budgetMs }: Pick<VisitOptions, "budgetMs">): number {
  return Math.max(share * budgetMs, LOAD_MS_MIN);
}

/** What clients that stay connected show. */
interface Held extends Pick<Sample, "roundTrips" | "bytesPerSecond"> {
  readonly use: Omit<Use, "cpuMs"> | null;
}

/** Connects a few clients: none does anything at first, then one does; no process starts in what is measured. */
async function visitHeld(
  { port, tree, isConcurrent, held: clients }: Visited,
  options: VisitOptions & { readonly signal: AbortSignal },
): Promise<Held> {
  const { signal } = options;
  const own = await lookAtOwn(tree, signal);
  using stack = new DisposableStack();
  const active = stack.use(await Client.connect(port, signal));
  const idle: Client[] = [];
  while (idle.length + 1 < clients) idle.push(stack.use(await Client.connect(port, signal)));
  // An iterative server answers them when the first has gone.
  const answered = isConcurrent ? [active, ...idle] : [active];
  await Promise.all(answered.map((client) => client.echo()));
  const use = tree === null || own === null
    ? null
    : await measureUse(tree, { own, clients, signal });
  const roundTrips = await measureRoundTrips(active, msOf(SHARES.roundTrips, options));
  const { bytes, ms } = await active.stream(msOf(SHARES.stream, options));
  return { use, roundTrips, bytesPerSecond: bytes / ms * 1000 };
}

/** The server's own process. */
interface Own {
  readonly pid: number;
  /** Its memory while nobody is connected. */
  readonly bytes: number;
}

async function lookAtOwn(tree: ProcessTree | null, signal: AbortSignal): Promise<Own | null> {
  const [pid] = (await tree?.untilQuiet(signal))?.pids ?? [];
  return tree === null || pid === undefined ? null : { pid, bytes: tree.bytesOf(pid) };
}

/**
 * What the server takes of the machine while so many clients are connected and do nothing. The memory of a client is
 * that of the processes below the server's own, which are there for clients, and what its own has more than before.
 */
async function measureUse(
  tree: ProcessTree,
  options: { readonly own: Own; readonly clients: number; readonly signal: AbortSignal },
): Promise<Omit<Use, "cpuMs">> {
  const { own, clients, signal } = options;
  const { pids } = await tree.untilQuiet(signal);
  const others = pids.filter((pid) => pid !== own.pid);
  const bytes = others.reduce((sum, pid) => sum + tree.bytesOf(pid), 0);
  const growth = Math.max(tree.bytesOf(own.pid) - own.bytes, 0);
  return { processes: pids.length, bytesPerClient: (bytes + growth) / clients };
}

async function measureRoundTrips(client: Client, ms: number): Promise<LatencyHistogram> {
  const latencies = new LatencyHistogram();
  const endMs = systemClock.now() + ms;
  for (let begunMs; (begunMs = systemClock.now()) < endMs;) {
    await client.echo();
    latencies.record(systemClock.now() - begunMs);
  }
  return latencies;
}
