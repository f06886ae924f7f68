/**
 * What it costs a server that somebody looks at its status page.
 *
 * @module
 */

import type { Contender } from "./contenders.ts";
import { freePort, type RunningServer } from "./servers.ts";
import type { Trial } from "./trial.ts";
import { type Bench, CLIENTS, loadOf } from "./trials.ts";

/** The key of the trial. */
export const STATUS = "status";

/** The key of the row of a server whose page is open. */
export const WATCHED = "watched";

/** The server that is measured. */
const SERVER = "prefork-socket";

/** Both servers stay, warm: what they run is compiled while it runs, and goes on getting faster for seconds. */
const WARM_UPS = 8;

/** The trial, or null if this server has no such mode or page. */
export function planStatus(bench: Bench): Trial | null {
  const contender = bench.contenders.find(({ id }) => id === SERVER);
  if (contender === undefined) return null;
  const { pool, seconds } = bench;
  const statusPort = freePort();
  const watched = withStatus(contender, statusPort);
  const load = loadOf(bench);
  const perSecond = async ({ port }: RunningServer) => {
    const report = await load.run({ port, task: "connect", clients: CLIENTS, seconds });
    return { perSecond: report.count / report.seconds };
  };
  return {
    id: STATUS,
    title: `Connections, ${CLIENTS} at once, while somebody looks at the status page`,
    warmUps: WARM_UPS,
    columns: [{ key: "perSecond", title: "per second", digits: 0 }],
    ratioTo: [SERVER],
    subjects: [
      {
        id: SERVER,
        name: contender.name,
        measure: async () => await perSecond(await pool.get(contender)),
      },
      {
        id: WATCHED,
        name: `${contender.name}, page open`,
        measure: async () => {
          const server = await pool.get(watched);
          await using _reader = await StatusReader.open(statusPort);
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
