/** A client that vanishes without a word, as one whose cable is pulled: TCP keepalive finds that out. */

import { assert, assertEquals } from "../assert.ts";
import { Cable } from "../support/cable.ts";
import { MACHINE_TOOLS } from "../support/machine.ts";
import { RunningProcess } from "./process.ts";
import { type Program, type TestOptions, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

/** The kernel does the work: whether the program is compiled makes no difference. */
const CABLE: TestOptions = {
  forms: ["compiled"],
  needs: MACHINE_TOOLS,
  impossible: Cable.impossible,
};

/** Silence of 1 s, and six questions, each a second after the other: 7 s. The rest is for a loaded machine. */
const NOTICED_MS = 40_000;

/** A server on the one machine, with one slot. */
function serverAt(
  cable: Cable,
  program: Program,
  { flags, command }: { readonly flags: readonly string[]; readonly command?: readonly string[] },
): Promise<TestServer> {
  const common = ["--host", cable.serverAddress, "--max-connections", "1", "--log", "json"];
  const { wrapper } = cable.server;
  return TestServer.start(program, { wrapper, flags: [...common, ...flags], command });
}

/** A client on the other, which has got an echo and is silent now. */
async function silentClient(
  cable: Cable,
  { path, args }: Program,
  { hostname, port }: TestServer,
): Promise<RunningProcess> {
  const client = new RunningProcess(
    [...cable.client.wrapper, path, ...args, "client", hostname, String(port)],
  );
  await echo(client, "hello");
  return client;
}

async function echo(client: RunningProcess, word: string): Promise<void> {
  await client.type(`${word}\n`);
  await client.stdout.match(new RegExp(`^${word}$`));
}

/** Every way that the end of a connection is noticed, and what is told of it. */
const SERVED: readonly {
  readonly name: string;
  readonly flags: readonly string[];
  readonly command?: readonly string[];
  readonly reason: string;
}[] = [
  { name: "a worker over unix", flags: ["--transport", "unix"], reason: "client_lost" },
  { name: "a worker over a socket", flags: ["--transport", "socket"], reason: "client_lost" },
  {
    name: "a program over pipes",
    flags: ["--transport", "pipe"],
    command: ["cat"],
    reason: "client_lost",
  },
  // It alone has the connection, and says with its exit status what it likes.
  { name: "a program over a socket", flags: [], command: ["cat"], reason: "finished" },
];

for (const { name, flags, command, reason } of SERVED) {
  testProgram(
    `${name}: a client that vanished is noticed with --keepalive, and kept without`,
    async (program) => {
      await using cable = await Cable.lay();
      const asking = ["--keepalive", "1", ...flags];
      const silent = ["--keepalive", "0", ...flags];
      const behind = command === undefined ? {} : { command };
      await using noticing = await serverAt(cable, program, { flags: asking, ...behind });
      await using keeping = await serverAt(cable, program, { flags: silent, ...behind });
      await using vanished = await silentClient(cable, program, noticing);
      await using kept = await silentClient(cable, program, keeping);
      await noticing.event("admission_paused");
      await cable.unplug();
      const unpluggedAt = Date.now();
      await noticing.event("connection_closed", { reason });
      assert(Date.now() - unpluggedAt < NOTICED_MS, `after ${Date.now() - unpluggedAt} ms`);
      const { workerPid } = await noticing.event("worker_started");
      await noticing.event("worker_exited", { workerPid });
      await noticing.event("admission_resumed");

      await cable.plug();
      await echo(kept, "still");
      assertEquals(keeping.events.some(({ event }) => event === "connection_closed"), false);
      // Its slot is another's.
      await using next = await silentClient(cable, program, noticing);
      await echo(next, "served");
      // Only now does it hear of it: the server knows nothing of such a connection.
      await vanished.type("gone\n").catch(() => {});
      await vanished.ended();
    },
    CABLE,
  );
}
