/**
 * What a connection costs in per-connection mode, next to a Deno program that does nothing: both start one process.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { OperationalError } from "../ipc/errors.ts";
import { cpuMsOf } from "./proc.ts";
import { median } from "./statistics.ts";
import type { Sample, Trial } from "./trial.ts";
import type { Bench } from "./trials.ts";

/** How many programs are started for one sample: the system counts CPU time in steps of 10 ms. */
const STARTS = 40;

/** The key of the empty program. */
export const EMPTY = "empty";

/** The trial, or null if this server has no such mode or nothing can tell when a connection ended. */
export function planStartup(bench: Bench): Trial | null {
  const { c } = bench;
  const contender = bench.contenders.find(({ id }) => id === "per-connection");
  if (contender === undefined || c === null) return null;
  return {
    id: "startup",
    title: "One connection after the other, from connect to end of file; and empty Deno programs",
    columns: [
      { key: "cpuMs", title: "CPU, ms", digits: 1 },
      { key: "wallMs", title: "wall, ms", digits: 1 },
    ],
    ratioTo: [EMPTY],
    subjects: [
      { id: EMPTY, name: "deno run empty.ts", measure: startEmptyPrograms },
      {
        id: contender.id,
        name: contender.name,
        measure: async () => {
          const server = await bench.pool.get(contender);
          const cpuBefore = await cpuMsOf(server.pid);
          const { seconds } = bench;
          const { connections, medianUs } = await c.run({
            port: server.port,
            task: "whole",
            clients: 1,
            seconds,
          });
          await server.untilIdle();
          const cpuMs = (await cpuMsOf(server.pid) - cpuBefore) / connections;
          return { cpuMs, wallMs: medianUs / 1000 };
        },
      },
    ],
  };
}

/** Starts them as the server starts its workers. CPU time is that of this process and its children, as it is there. */
async function startEmptyPrograms(): Promise<Sample> {
  const script = fileURLToPath(new URL("peers/empty.ts", import.meta.url));
  const wallTimes: number[] = [];
  const cpuBefore = await cpuMsOf(Deno.pid);
  for (let started = 0; started < STARTS; started++) {
    const startedAt = performance.now();
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", script],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
      detached: true,
    }).spawn().status;
    if (!success) throw new OperationalError("Cannot start an empty Deno program");
    wallTimes.push(performance.now() - startedAt);
  }
  const cpuMs = (await cpuMsOf(Deno.pid) - cpuBefore) / STARTS;
  return { cpuMs, wallMs: median(wallTimes) };
}
