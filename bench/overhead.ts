/**
 * What the load client itself costs: the same server under it and under the load program in C.
 *
 * @module
 */

import type { Load } from "./load.ts";
import type { Trial } from "./trial.ts";
import { type Bench, CLIENTS } from "./trials.ts";

/** The key of the trial. */
export const OVERHEAD = "load-client";

/** The trial, or null where there is no C compiler: both the server and what the client is compared with are in C. */
export function planOverhead({ contenders, c, client, pool, seconds }: Bench): Trial | null {
  const server = contenders.find(({ id }) => id === "fork_echo");
  if (server === undefined || c === null) return null;
  const subjectOf = (id: string, load: Load) => ({
    id,
    name: load.name,
    measure: async () => {
      const run = async (task: "whole" | "echo") => {
        const { port } = await pool.get(server);
        return await load.run({ port, task, clients: CLIENTS, seconds });
      };
      const whole = await run("whole");
      const echo = await run("echo");
      return {
        roundTripsPerSecond: echo.count / echo.seconds,
        connectionsPerSecond: whole.count / whole.seconds,
        medianUs: echo.medianUs,
        p99Us: echo.p99Us,
      };
    },
  });
  return {
    id: OVERHEAD,
    title: `The load client's own overhead: ${server.name} under either, ${CLIENTS} clients`,
    columns: [
      { key: "roundTripsPerSecond", title: "round trips/s", digits: 0 },
      { key: "connectionsPerSecond", title: "connections/s", digits: 0 },
      { key: "medianUs", title: "round trip, us", digits: 1 },
      { key: "p99Us", title: "99th, us", digits: 1 },
    ],
    ratioTo: ["c"],
    subjects: [subjectOf("c", c), subjectOf("client", client)],
  };
}
