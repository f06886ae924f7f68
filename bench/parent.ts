/**
 * What the server's own process has to do with the bytes and the connections that its children serve: its CPU time, and
 * what is left in it of connections that are over.
 *
 * @module
 */

import type { ContenderId } from "./contenders.ts";
import { descriptorsOf, ownCpuMsOf, pssOf } from "./proc.ts";
import { RunningServer } from "./servers.ts";
import type { Trial } from "./trial.ts";
import { type Bench, CLIENTS, loadOf } from "./trials.ts";

/** With a relay, and with the socket handed over. */
const SHARED: readonly ContenderId[] = ["prefork", "prefork-socket", "program-pipe", "program"];

/** Those that are to serve very many connections, and how many. */
const IN_A_ROW: readonly (readonly [ContenderId, number])[] = [
  ["prefork", 20_000],
  ["prefork-socket", 20_000],
  ["program", 2000],
];

/** With so little V8 has to collect what is garbage, and what is left grew because somebody holds it. */
const SMALL_HEAP = "--max-old-space-size=20,--max-semi-space-size=1";

/** The key of the trial of CPU time. */
export const PARENT_CPU = "parent-cpu";

/** The key of the trial of what is left. */
export const IN_A_ROW_ID = "in-a-row";

/** The CPU time of the server's own process for each round trip, and for each megabyte; null without `load.c`. */
export function planParentCpu({ contenders, c, pool, seconds }: Bench): Trial | null {
  if (c === null) return null;
  return {
    id: PARENT_CPU,
    title: `CPU time of the server's own process: round trips of ${CLIENTS} clients, one stream`,
    columns: [
      { key: "usPerRoundTrip", title: "us per round trip", digits: 2 },
      { key: "usPerMegabyte", title: "us per MB", digits: 1 },
    ],
    ratioTo: [],
    subjects: contenders.filter(({ id }) => SHARED.includes(id)).map((contender) => ({
      id: contender.id,
      name: contender.name,
      measure: async () => {
        const { port, pid } = await pool.get(contender);
        const cpuUs = async (run: () => Promise<number>) => {
          const before = await ownCpuMsOf(pid);
          const count = await run();
          return 1000 * (await ownCpuMsOf(pid) - before) / count;
        };
        return {
          usPerRoundTrip: await cpuUs(async () =>
            (await c.run({ port, task: "echo", clients: CLIENTS, seconds })).count
          ),
          usPerMegabyte: await cpuUs(async () =>
            (await c.run({ port, task: "stream", clients: 1, seconds })).bytes / 1e6
          ),
        };
      },
    })),
  };
}

/** What very many connections in a row leave in the server's own process. */
export function planInARow(bench: Bench): Trial {
  const load = loadOf(bench);
  return {
    id: IN_A_ROW_ID,
    title: "Connections in a row: what they leave in the server's own process",
    columns: [
      { key: "descriptors", title: "descriptors more", digits: 0 },
      { key: "megabytes", title: "MB (PSS) more", digits: 1 },
      { key: "connections", title: "after connections", digits: 0 },
    ],
    ratioTo: [],
    subjects: bench.contenders.flatMap((contender) => {
      const [, wanted = 0] = IN_A_ROW.find(([id]) => id === contender.id) ?? [];
      if (wanted === 0) return [];
      const measure = async () => {
        const env = { DENO_V8_FLAGS: SMALL_HEAP };
        await using server = await RunningServer.start(contender, { ...bench.context, env });
        const { port, pid } = server;
        let connections = 0;
        const serveUntil = async (sum: number) => {
          while (connections < sum) {
            const { count } = await load.run({
              port,
              task: "connect",
              clients: CLIENTS,
              seconds: 1,
            });
            connections += count;
          }
          await server.untilIdle();
          return { descriptors: await descriptorsOf(pid), bytes: await pssOf(pid) };
        };
        const before = await serveUntil(wanted / 4);
        const after = await serveUntil(wanted);
        return {
          descriptors: after.descriptors - before.descriptors,
          megabytes: (after.bytes - before.bytes) / 1e6,
          connections,
        };
      };
      return [{ id: contender.id, name: contender.name, measure }];
    }),
    repeats: 1,
  };
}
