/**
 * `deno run -A bench/sizing.ts [source]`: what a connection takes of this machine in each mode and transport: memory of its
 * worker and of the server's own process, and descriptors there. It takes half a minute.
 *
 * Needs Linux, and a compiled binary (`deno task compile`) unless the source is to be measured.
 *
 * @module
 */

import { EXIT_STATUS, OperationalError } from "../ipc/errors.ts";
import { exitWith } from "../cli/exit.ts";
import { Lifetime } from "../cli/lifetime.ts";
import { type Contender, findOwn } from "./contenders.ts";
import { descendantsOf, descriptorsOf, pssOf, pssOfAll } from "./proc.ts";
import { findProgram } from "./program.ts";
import { RunningServer, type ServerContext } from "./servers.ts";
import { median } from "./statistics.ts";

/** As many as a prefork server has workers here. */
const CLIENTS = 16;

/** What each client sends and gets before anything is measured: the buffers are there then. */
const ECHO_BYTES = 1 << 20;

/** What one server takes; memory is PSS, in MB. */
interface Size {
  readonly worker: number;
  readonly parent: number;
  /** What stands beside the workers, such as the guard. */
  readonly beside: number;
  /** More of them in the parent than without clients, for each. */
  readonly descriptors: number;
}

async function run(): Promise<number> {
  if (Deno.build.os !== "linux") {
    throw new OperationalError("Cannot measure here: the bench reads Linux's /proc");
  }
  using lifetime = new Lifetime();
  const folder = await Deno.makeTempDir({ prefix: "brood-sizing-" });
  try {
    const program = await findProgram(Deno.args.includes("source") ? "source" : "compiled");
    const { present } = findOwn(program);
    console.log(`${program.name}; ${CLIENTS} clients, each of which has sent 1 MiB; MB is PSS\n`);
    console.log(
      "| server | a worker, MB | the parent, MB | beside, MB | descriptors of a client |",
    );
    console.log("| --- | --- | --- | --- | --- |");
    for (const contender of present.filter(({ isConcurrent }) => isConcurrent)) {
      const size = await measure(contender, { folder, signal: lifetime.stopping });
      const { worker, parent, beside, descriptors } = size;
      const figures = [worker.toFixed(1), parent.toFixed(0), beside.toFixed(0)];
      console.log(`| ${[contender.name, ...figures, descriptors.toFixed(1)].join(" | ")} |`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return EXIT_STATUS.done;
}

async function measure(contender: Contender, context: ServerContext): Promise<Size> {
  await using server = await RunningServer.start(contender, context);
  const { pid, port } = server;
  const beside = contender.idleChildrenServe ? [] : await descendantsOf(pid);
  const before = await descriptorsOf(pid);
  using clients = new DisposableStack();
  for (let count = 0; count < CLIENTS; count++) clients.use(await connectAndEcho(port));
  const workers = (await descendantsOf(pid)).filter((each) => !beside.includes(each));
  const sizes = await Promise.all(workers.map(pssOf));
  return {
    worker: median(sizes) / 1e6,
    parent: await pssOf(pid) / 1e6,
    beside: await pssOfAll(beside) / 1e6,
    descriptors: (await descriptorsOf(pid) - before) / CLIENTS,
  };
}

async function connectAndEcho(port: number): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const buffer = new Uint8Array(64 * 1024);
  const sending = (async () => {
    const bytes = new Uint8Array(ECHO_BYTES);
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  })();
  for (let received = 0; received < ECHO_BYTES;) {
    const count = await conn.read(buffer);
    if (count === null) throw new OperationalError("Cannot measure: a connection ended early");
    received += count;
  }
  await sending;
  return conn;
}

if (import.meta.main) await exitWith(run);
