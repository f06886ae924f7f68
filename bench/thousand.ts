/**
 * A thousand clients at once, with a process for each.
 *
 * @module
 */

import type { Contender, ContenderId } from "./contenders.ts";
import { OperationalError } from "../ipc/errors.ts";
import { availableMemory, descendantsOf, pssOfAll } from "./proc.ts";
import { RunningServer } from "./servers.ts";
import type { Trial } from "./trial.ts";
import type { Bench } from "./trials.ts";

/** How many clients. */
export const CLIENTS = 1000;

/** How long they may take. */
const LIMIT_SECONDS = 120;

/** What the machine must have left: a worker takes about 10 MB, and not all of it may go. */
const BYTES_NEEDED = 14e9;

/** A worker for each, with a relay; and a program for each, with the socket. */
const SERVED: readonly ContenderId[] = ["per-connection", "program"];

/** The trial, or null if this server has no such mode or nothing can hold the clients. */
export function planThousand(bench: Bench): Trial | null {
  const { c } = bench;
  const contenders = bench.contenders.filter(({ id }) => SERVED.includes(id));
  if (contenders.length === 0 || c === null) return null;
  const measure = async (contender: Contender) => {
    const flags = ["--max-connections", String(CLIENTS), "--backlog", "2048"];
    const command = (port: number) => withFlags(contender.command(port), flags);
    const available = await availableMemory();
    if (available < BYTES_NEEDED) {
      throw new OperationalError(
        `Only ${(available / 1e9).toFixed(1)} GB of memory are available, not ${
          BYTES_NEEDED / 1e9
        }`,
      );
    }
    await using server = await RunningServer.start({ ...contender, command }, bench.context);
    const { port, pid } = server;
    await using held = await c.hold({ port, clients: CLIENTS, seconds: LIMIT_SECONDS });
    const { count, seconds } = held.report;
    const workers = await descendantsOf(pid);
    const bytes = await pssOfAll([pid, ...workers]);
    return { answered: count, seconds, processes: workers.length + 1, gibibytes: bytes / 2 ** 30 };
  };
  return {
    id: "thousand",
    title: `${CLIENTS} clients at once, each with a process of its own`,
    columns: [
      { key: "answered", title: "answered", digits: 0 },
      { key: "seconds", title: "within, s", digits: 1 },
      { key: "processes", title: "processes", digits: 0 },
      { key: "gibibytes", title: "GiB (PSS)", digits: 2 },
    ],
    ratioTo: [],
    subjects: contenders.map((contender) => ({
      id: contender.id,
      name: contender.name,
      measure: () => measure(contender),
    })),
    repeats: 1,
  };
}

/** The command of a server with more flags; a later one of the same name counts. */
function withFlags(command: readonly string[], flags: readonly string[]): string[] {
  return command.toSpliced(command.indexOf("--quiet"), 0, ...flags);
}
