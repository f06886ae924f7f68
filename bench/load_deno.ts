/**
 * The load program where there is no C compiler: `load.c` in TypeScript, with the same arguments, tasks and output.
 * What it takes itself of the machine distorts the figures; see there.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { percentile } from "./statistics.ts";

const MESSAGE_BYTES = 64;
const CHUNK_BYTES = 64 * 1024;
const ERRORS_MAX = 1000;
/** How long clients that stay may wait for their first echo. */
const WARM_UP_MS = 30_000;
/** How long clients that are told to end may wait for the server's end of file. */
const FAREWELL_MS = 2000;

/** What all clients count together. */
class Tally {
  startedAt: number = performance.now();
  readonly #warmed = Promise.withResolvers<void>();
  #cold: number;
  readonly latenciesUs: number[] = [];
  connections = 0;
  bytes = 0;
  errors = 0;
  isOver = false;

  constructor(clients: number) {
    this.#cold = clients;
  }

  /** Resolves when every client has got its first echo: that a worker has to be started is no part of the rest. */
  async warmUp(client: Client): Promise<void> {
    await client.roundTrip();
    this.#cold -= 1;
    if (this.#cold === 0) {
      this.startedAt = performance.now();
      this.bytes = 0;
      this.#warmed.resolve();
    }
    await this.#warmed.promise;
  }

  get isWarm(): Promise<void> {
    return this.#warmed.promise;
  }

  record(since: number): void {
    if (!this.isOver) this.latenciesUs.push((performance.now() - since) * 1000);
  }

  print(): void {
    const { user, system } = cpuUsage();
    const times = this.latenciesUs;
    console.log(JSON.stringify({
      count: times.length,
      connections: this.connections,
      seconds: (performance.now() - this.startedAt) / 1000,
      bytes: this.bytes,
      medianUs: times.length === 0 ? 0 : percentile(times, 0.5),
      p99Us: times.length === 0 ? 0 : percentile(times, 0.99),
      errors: this.errors,
      cpuSeconds: (user + system) / 1e6,
    }));
  }
}

/** One client, connected. */
class Client {
  readonly #conn: Deno.TcpConn;
  readonly #tally: Tally;
  readonly #message = new Uint8Array(MESSAGE_BYTES);

  private constructor(conn: Deno.TcpConn, tally: Tally) {
    this.#conn = conn;
    this.#tally = tally;
    conn.setNoDelay(true);
    tally.connections += 1;
  }

  static async connect(port: number, tally: Tally): Promise<Client> {
    return new Client(await Deno.connect({ hostname: "127.0.0.1", port }), tally);
  }

  async roundTrip(): Promise<void> {
    for (let sent = 0; sent < MESSAGE_BYTES;) {
      sent += await this.#conn.write(this.#message.subarray(sent));
    }
    for (let got = 0; got < MESSAGE_BYTES;) got += await this.#read(this.#message.subarray(got));
  }

  async #read(buffer: Uint8Array): Promise<number> {
    const count = await this.#conn.read(buffer);
    if (count === null) throw new Deno.errors.UnexpectedEof("The server ended the connection");
    if (!this.#tally.isOver) this.#tally.bytes += count;
    return count;
  }

  /** Sends as much as is taken, and reads what comes back, until the time is over. */
  async stream(): Promise<void> {
    const send = async () => {
      const chunk = new Uint8Array(CHUNK_BYTES);
      while (!this.#tally.isOver) await this.#conn.write(chunk);
      await this.#conn.closeWrite();
    };
    const receive = async () => {
      const chunk = new Uint8Array(CHUNK_BYTES);
      while ((await this.#conn.read(chunk).then((count) => this.#count(count))) !== null);
    };
    await Promise.all([send(), receive()]);
  }

  #count(count: number | null): number | null {
    if (!this.#tally.isOver) this.#tally.bytes += count ?? 0;
    return count;
  }

  /** Ends the sending direction, and waits for the server's end of file. */
  async end(): Promise<void> {
    await this.#conn.closeWrite();
    while ((await this.#conn.read(this.#message)) !== null);
    this.close();
  }

  close(): void {
    this.#conn.close();
  }
}

/** Runs one client from connect to close. Its failure is counted. */
async function visit(port: number, tally: Tally, ends: "close" | "end"): Promise<void> {
  try {
    const since = performance.now();
    const client = await Client.connect(port, tally);
    await client.roundTrip();
    if (ends === "end") await client.end();
    tally.record(since);
    if (ends === "close") client.close();
  } catch {
    tally.errors += 1;
  }
}

type Task = (client: { readonly port: number; readonly tally: Tally }) => Promise<void>;

const again = (ends: "close" | "end"): Task => async ({ port, tally }) => {
  while (!tally.isOver && tally.errors < ERRORS_MAX) await visit(port, tally, ends);
};

const TASKS: Readonly<Record<string, Task>> = {
  connect: again("close"),
  whole: again("end"),
  async echo({ port, tally }) {
    const client = await Client.connect(port, tally);
    await tally.warmUp(client);
    while (!tally.isOver) {
      const since = performance.now();
      await client.roundTrip();
      tally.record(since);
    }
    await client.end();
  },
  async stream({ port, tally }) {
    const client = await Client.connect(port, tally);
    await tally.warmUp(client);
    await client.stream();
    client.close();
  },
};

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}

interface LoadOptions {
  readonly port: number;
  readonly clients: number;
  readonly limitMs: number;
}

/** Tasks whose clients stay connected. */
const STAYING = ["echo", "stream"];

async function run(name: string, task: Task, load: LoadOptions) {
  const tally = new Tally(load.clients);
  const { port } = load;
  const clients = Array.from({ length: load.clients }, () =>
    task({ port, tally }).catch(() => {
      tally.errors += 1;
    }));
  if (STAYING.includes(name)) await Promise.race([tally.isWarm, sleep(WARM_UP_MS)]);
  await Promise.race([Promise.all(clients), sleep(load.limitMs)]);
  tally.isOver = true;
  tally.print();
  await Promise.race([Promise.all(clients), sleep(FAREWELL_MS)]);
}

async function runRate({ port, clients: rate, limitMs }: LoadOptions) {
  const tally = new Tally(rate);
  const visits: Promise<void>[] = [];
  for (let opened = 0; opened * 1000 < limitMs * rate; opened++) {
    await sleep(tally.startedAt + opened * 1000 / rate - performance.now());
    visits.push(visit(port, tally, "close"));
  }
  await Promise.race([Promise.all(visits), sleep(FAREWELL_MS)]);
  tally.print();
}

async function runHold({ port, clients, limitMs }: LoadOptions) {
  const tally = new Tally(clients);
  const held: Client[] = [];
  const hold = async () => {
    try {
      const since = performance.now();
      const client = await Client.connect(port, tally);
      held.push(client);
      await client.roundTrip();
      tally.record(since);
    } catch {
      tally.errors += 1;
    }
  };
  await Promise.race([Promise.all(Array.from({ length: clients }, hold)), sleep(limitMs)]);
  tally.isOver = true;
  tally.print();
  await Deno.stdin.read(new Uint8Array(1));
  const ended = Promise.allSettled(held.map((client) => client.end()));
  await Promise.race([ended, sleep(FAREWELL_MS)]);
}

if (import.meta.main) {
  const [port = "", name = "", clients = "", seconds = ""] = Deno.args;
  const load = { port: Number(port), clients: Number(clients), limitMs: Number(seconds) * 1000 };
  const task = TASKS[name];
  if (name === "rate") await runRate(load);
  else if (name === "hold") await runHold(load);
  else if (task !== undefined) await run(name, task, load);
  else {
    console.error("usage: load PORT connect|whole|rate|echo|stream|hold CLIENTS SECONDS");
    Deno.exit(2);
  }
  Deno.exit(0);
}
