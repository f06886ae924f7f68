/**
 * Who has which descriptor, as docs/ipc.md draws it: with `--transport socket` the client's socket is one process's.
 */

import { assert, assertEquals } from "../assert.ts";
import { openFilesOf, tcpSockets } from "./open_files.ts";
import { childrenOf, until } from "./process.ts";
import { testProgram } from "./program.ts";
import { type TestClient, TestServer } from "./server.ts";

const SOCKET = ["--transport", "socket", "--log", "json"];

/** The server's side of a client's connection, and the listening socket. */
function socketsOf(server: TestServer, client: TestClient) {
  const sockets = tcpSockets();
  const connection = sockets.get(`${server.port} > ${client.port}`);
  const listening = sockets.get(`${server.port} > 0`);
  assert(connection !== undefined && listening !== undefined);
  return { connection, listening };
}

/** Which processes of a server have a socket, and how often. */
async function ownersOf(server: TestServer, socket: string): Promise<number[]> {
  const pids = [server.pid, ...(await childrenOf(server.pid)).map(({ pid }) => pid)];
  return pids.flatMap((pid) =>
    [...openFilesOf(pid).values()].filter((open) => open === socket).map(() => pid)
  );
}

/** A process that is just being started has what its parent has, until it is executed: so it is looked at again. */
async function assertOwners(
  server: TestServer,
  { socket, pids }: { readonly socket: string; readonly pids: readonly number[] },
): Promise<void> {
  let owners: number[] = [];
  for (let look = 0; look < 50; look++) {
    owners = await ownersOf(server, socket);
    if (owners.join() === pids.join()) return;
  }
  assertEquals(owners, pids);
}

for (
  const [name, flags] of [
    ["a worker", []],
    ["a spare worker", ["--spare", "1"]],
    ["a prefork worker", ["--mode", "prefork", "--workers", "2"]],
  ] as const
) {
  testProgram(`${name} has the client's socket, and nobody else`, async (program) => {
    await using server = await TestServer.start(program, { flags: [...SOCKET, ...flags] });
    for (let round = 0; round < 2; round++) {
      using client = await server.connect();
      await client.roundTrip();
      const { connection, listening } = socketsOf(server, client);
      await assertOwners(server, { socket: connection, pids: [await server.workerOf(client)] });
      await assertOwners(server, { socket: listening, pids: [server.pid] });
    }
  });
}

testProgram(
  "a program has the client's socket twice, standard error, and nothing else",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: SOCKET,
      command: ["cat"],
      // A shell may leave one of its own open.
      wrapper: ["sh", "-c", 'exec 9< /dev/null; exec "$@"', "sh"],
    });
    using first = await server.connect();
    await first.roundTrip();
    using second = await server.connect();
    await second.roundTrip();
    for (const client of [first, second]) {
      const { connection, listening } = socketsOf(server, client);
      const pid = await server.workerOf(client);
      const open = openFilesOf(pid);
      assertEquals([...open.keys()].toSorted(), [0, 1, 2]);
      assertEquals([open.get(0), open.get(1)], [connection, connection]);
      assertEquals(open.get(2), openFilesOf(server.pid).get(2));
      await assertOwners(server, { socket: connection, pids: [pid, pid] });
      await assertOwners(server, { socket: listening, pids: [server.pid] });
    }
  },
);

testProgram("the server has no more descriptors after connections than before", async (program) => {
  for (const command of [undefined, ["cat"]]) {
    await using server = await TestServer.start(program, { flags: SOCKET, command });
    const serve = async () => {
      using client = await server.connect();
      await client.roundTrip();
      const workerPid = await server.workerOf(client);
      client.close();
      await server.event("worker_exited", { workerPid });
    };
    await serve();
    const open = async () => {
      return (await Array.fromAsync(Deno.readDir(`/proc/${server.pid}/fd`))).length;
    };
    const before = await open();
    for (let i = 0; i < 5; i++) await serve();
    // The end of a connection is told before the last of it is closed.
    await until(async () => await open() <= before, `${before} descriptors, as before`);
  }
});
