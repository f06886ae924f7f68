/**
 * What is measured of every contender, and how.
 *
 * @module
 */

import type { Contender, ContenderId } from "./contenders.ts";
import type { Load, LoadReport } from "./load.ts";
import type { CLoad } from "./load_c.ts";
import type { ClientLoad } from "./load_client.ts";
import { descendantsOf, pssOf, pssOfAll } from "./proc.ts";
import { RunningServer, type ServerContext, type ServerPool } from "./servers.ts";
import type { Column, Sample, Trial } from "./trial.ts";

/** What the trials work with. */
export interface Bench {
  /** Who is measured. */
  readonly contenders: readonly Contender[];
  /** The load program in C, or null: no other streams, or holds connections. */
  readonly c: CLoad | null;
  /** The load program of ours. */
  readonly client: ClientLoad;
  /** Servers that stay between measurements. */
  readonly pool: ServerPool;
  /** For servers that are started for one measurement. */
  readonly context: ServerContext;
  /** How long a load lasts. */
  readonly seconds: number;
}

/** Clients at once, where there are many. */
export const CLIENTS = 16;

/** New connections a second, on the fixed schedule: few enough that a spare worker can be there for each. */
const RATE = 20;

/** The schedule goes on longer than the other loads: it takes that long to bring enough of them. */
const RATE_TIMES = 3;

/** How long clients that only connect may take. */
const HOLD_SECONDS = 30;

const PEERS: readonly ContenderId[] = ["fork_echo", "tcpserver", "socat"];

const PER_SECOND: Column = { key: "perSecond", title: "per second", digits: 0 };
const FIRST_ECHO: readonly Column[] = [
  { key: "medianMs", title: "first echo, ms", digits: 2 },
  { key: "p99Ms", title: "99th, ms", digits: 2 },
];
const ROUND_TRIP: readonly Column[] = [
  { key: "medianUs", title: "median, us", digits: 1 },
  { key: "p99Us", title: "99th, us", digits: 1 },
];

/** The trials that put a load on servers, in the order in which they are best run. */
export function planTrials(bench: Bench): Trial[] {
  const { contenders: all, c } = bench;
  const concurrent = all.filter((contender) => contender.isConcurrent);
  const without = (among: readonly Contender[], ...ids: readonly ContenderId[]) =>
    among.filter(({ id }) => !ids.includes(id));
  return [
    // First, as long as there are no other servers: the share that a process has in common memory depends on them.
    ...c === null ? [] : [memory(bench, { contenders: concurrent, c })],
    connections(bench, { contenders: all, clients: CLIENTS }),
    // Over pipes, the schedule tells as much.
    connections(bench, { contenders: without(all, "pipe"), clients: 1 }),
    schedule(bench, without(concurrent, "socat", "prefork")),
    roundTrips(bench, { contenders: all, clients: 1 }),
    roundTrips(bench, { contenders: concurrent, clients: CLIENTS }),
    ...c === null ? [] : [
      streams(bench, { contenders: all, clients: 1, c }),
      // With pipes, one stream takes all that the machine has.
      streams(bench, {
        contenders: without(concurrent, "program", "program-pipe", "pipe"),
        clients: 4,
        c,
      }),
    ],
  ];
}

/** The load program that distorts the figures least. */
export function loadOf({ c, client }: Pick<Bench, "c" | "client">): Load {
  return c ?? client;
}

/** A trial that puts a load on each contender's server. */
function loadTrial<Task extends string>(
  trial: Pick<Trial, "id" | "title" | "columns" | "warmUps">,
  how: {
    readonly bench: Bench;
    readonly contenders: readonly Contender[];
    readonly load: Load<Task>;
    readonly task: Task;
    readonly clients: number;
    readonly seconds?: number;
    readonly read: (report: LoadReport) => Sample;
  },
): Trial {
  const { pool } = how.bench;
  const { load, task, clients, read, seconds = how.bench.seconds } = how;
  const subjects = how.contenders.map((contender) => ({
    id: contender.id,
    name: contender.name,
    measure: async () => {
      const { port } = await pool.get(contender);
      const report = await load.run({ port, task, clients, seconds });
      const { cpuSeconds } = report;
      const share: Sample = cpuSeconds === undefined
        ? {}
        : { loadCpuShare: cpuSeconds / report.seconds };
      return { ...read(report), ...share };
    },
  }));
  return { ...trial, ratioTo: PEERS, subjects };
}

interface Among {
  readonly contenders: readonly Contender[];
  readonly clients: number;
}

function connections(bench: Bench, { contenders, clients }: Among): Trial {
  return loadTrial({
    id: `connections-${clients}`,
    title: clients === 1 ? "Connections, one at a time" : `Connections, ${clients} at once`,
    columns: [PER_SECOND, ...FIRST_ECHO],
  }, {
    bench,
    contenders,
    load: loadOf(bench),
    task: "connect",
    clients,
    read: ({ count, seconds, medianUs, p99Us }) => ({
      perSecond: count / seconds,
      medianMs: medianUs / 1000,
      p99Ms: p99Us / 1000,
    }),
  });
}

function schedule(bench: Bench, contenders: readonly Contender[]): Trial {
  return loadTrial({
    id: `connections-rate-${RATE}`,
    title: `Connections, ${RATE} new ones each second at fixed times`,
    columns: FIRST_ECHO,
  }, {
    bench,
    contenders,
    load: loadOf(bench),
    task: "rate",
    clients: RATE,
    seconds: RATE_TIMES * bench.seconds,
    read: ({ medianUs, p99Us }) => ({ medianMs: medianUs / 1000, p99Ms: p99Us / 1000 }),
  });
}

function roundTrips(bench: Bench, { contenders, clients }: Among): Trial {
  return loadTrial({
    id: `round-trips-${clients}`,
    // A worker's code is compiled while it runs: after some seconds with as many workers as clients.
    warmUps: 2,
    title: `Round trips of 64 bytes, ${clients} client${clients === 1 ? "" : "s"}`,
    columns: [PER_SECOND, ...ROUND_TRIP],
  }, {
    bench,
    contenders,
    load: loadOf(bench),
    task: "echo",
    clients,
    read: ({ count, seconds, medianUs, p99Us }) => ({
      perSecond: count / seconds,
      medianUs,
      p99Us,
    }),
  });
}

function streams(
  bench: Bench,
  { contenders, clients, c }: Among & { readonly c: CLoad },
): Trial {
  return loadTrial({
    id: `streams-${clients}`,
    title: `Bulk, ${clients} stream${clients === 1 ? "" : "s"}`,
    columns: [{ key: "megabytesPerSecond", title: "MB/s", digits: 0 }],
  }, {
    bench,
    contenders,
    load: c,
    task: "stream",
    clients,
    read: ({ bytes, seconds }) => ({ megabytesPerSecond: bytes / seconds / 1e6 }),
  });
}

/** What a connection costs while nothing is sent: of all that serves below the server's own process, and in all. */
function memory(
  bench: Bench,
  { contenders, c }: { readonly contenders: readonly Contender[]; readonly c: CLoad },
): Trial {
  const subjects = contenders.map((contender) => ({
    id: contender.id,
    name: contender.name,
    measure: async () => {
      await using server = await RunningServer.start(contender, bench.context);
      const { port, pid } = server;
      const idle = contender.idleChildrenServe ? [] : await descendantsOf(pid);
      await using _clients = await c.hold({ port, clients: CLIENTS, seconds: HOLD_SECONDS });
      const serving = (await descendantsOf(pid)).filter((each) => !idle.includes(each));
      const workers = await pssOfAll(serving);
      const parent = await pssOf(pid);
      const others = await pssOfAll(idle);
      return {
        perConnectionMegabytes: workers / CLIENTS / 1e6,
        parentMegabytes: parent / 1e6,
        allMegabytes: (workers + parent + others) / 1e6,
      };
    },
  }));
  return {
    id: `memory-${CLIENTS}`,
    title: `Memory (PSS) with ${CLIENTS} idle connections`,
    columns: [
      { key: "perConnectionMegabytes", title: "MB per worker", digits: 2 },
      { key: "parentMegabytes", title: "parent, MB", digits: 1 },
      { key: "allMegabytes", title: "all, MB", digits: 1 },
    ],
    ratioTo: PEERS,
    subjects,
  };
}
