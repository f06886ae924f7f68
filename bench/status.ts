/**
 * What it costs a server that somebody looks at its status page.
 *
 * @module
 */

import type { Contender } from "./contenders.ts";
import { freePort, RunningServer } from "./servers.ts";
import type { Trial } from "./trial.ts";
import { type Bench, CLIENTS, loadOf } from "./trials.ts";

/** The key of the trial. */
export const STATUS = "status";

/** The key of the row of a server whose page is open. */
export const WATCHED = "watched";

/** Loads in front of the one that counts: a server compiles what it runs while it runs, the more the longer. */
const WARM_UPS = 4;

/** The server that is measured. */
const SERVER = "prefork-socket";

/** The trial, or null if this server has no such mode or page. */
export function planStatus(bench: Bench): Trial | null {
  const contender = bench.contenders.find(({ id }) => id === SERVER);
  if (contender === undefined) return null;
  const load = loadOf(bench);
  const perSecond = async ({ port }: RunningServer) => {
    const task = { port, task: "connect", clients: CLIENTS, seconds: bench.seconds } as const;
    for (let warmed = 0; warmed < WARM_UPS; warmed++) await load.run(task);
    const { count, seconds } = await load.run(task);
    return { perSecond: count / seconds };
  };
  return {
    id: STATUS,
    title: `Connections, ${CLIENTS} at once, while somebody looks at the status page`,
    columns: [{ key: "perSecond", title: "per second", digits: 0 }],
    ratioTo: [SERVER],
    subjects: [
      {
        id: SERVER,
        name: contender.name,
        measure: async () => {
          await using server = await RunningServer.start(contender, bench.context);
          return await perSecond(server);
        },
      },
      {
        id: WATCHED,
        name: `${contender.name}, page open`,
        measure: async () => {
          const port = freePort();
          const watched = withStatus(contender, port);
          await using server = await RunningServer.start(watched, bench.context);
          await using _reader = await StatusReader.open(port);
          return await perSecond(server);
        },
      },
    ],
  };
}

function withStatus(contender: Contender, port: number): Contender {
  return {
    ...contender,
    idleChildren: contender.idleChildren + 1,
    command: (own) => {
      const command = contender.command(own);
      return command.toSpliced(command.indexOf("--quiet"), 0, "--status", String(port));
    },
  };
}

/** Reads `/events` as a browser does. Disposing leaves. */
class StatusReader implements AsyncDisposable {
  readonly #left = new AbortController();
  readonly #reading: Promise<void>;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reading = this.#read(body);
  }

  static async open(port: number): Promise<StatusReader> {
    const { body } = await fetch(`http://127.0.0.1:${port}/events`);
    if (body === null) throw new TypeError("The events have no body");
    return new StatusReader(body);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const { signal } = this.#left;
    const reader = body.getReader();
    signal.addEventListener("abort", () => reader.cancel());
    while (!signal.aborted && !(await reader.read()).done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#left.abort();
    await this.#reading;
  }
}
