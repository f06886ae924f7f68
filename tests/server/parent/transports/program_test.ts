import { OperationalError } from "../../../../ipc/errors.ts";
import { AcceptedConnection } from "../../../../server/accept/connection.ts";
import type { WorkerExit } from "../../../../server/events.ts";
import { findExecutable } from "../../../../server/parent/spawn/executable.ts";
import { openProgram } from "../../../../server/parent/transports/program.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { TcpPair } from "../../../support/sockets.ts";
import { RecordedEvents } from "../../recorded_events.ts";

Deno.test("openProgram() finds the program, and starts it with its arguments as they are", async () => {
  using pair = await TcpPair.open();
  const { command, isWorker } = await openProgram(["cat", "-u", "", "a  b"]);
  const { path, args } = command(connectionOn(pair.server));
  assertEquals(path, await findExecutable("cat"));
  assertEquals(args, ["-u", "", "a  b"]);
  assertEquals(isWorker, false);
});

Deno.test("openProgram() throws for a program that there is not", async () => {
  await assertRejects(
    () => openProgram(["no-such-program", "cat"]),
    OperationalError,
    'Cannot run "no-such-program": no such program in PATH',
  );
});

/** Accepts one end of a pair, as connection 12, the third of its client. */
function connectionOn(stream: Deno.TcpConn): AcceptedConnection {
  const { bus: events } = new RecordedEvents();
  return new AcceptedConnection(stream, {
    id: 12,
    hostConnections: 3,
    events,
    clock: new FakeClock(),
  });
}

Deno.test("openProgram() tells a program in its environment who is connected", async () => {
  using pair = await TcpPair.open();
  const { command } = await openProgram(["cat"]);
  assertEquals(command(connectionOn(pair.server)).env, {
    PROTO: "TCP",
    TCPREMOTEIP: "127.0.0.1",
    TCPREMOTEPORT: String(pair.client.localAddr.port),
    TCPLOCALIP: "127.0.0.1",
    TCPLOCALPORT: String(pair.client.remoteAddr.port),
    TCPCONNNUM: "3",
    BROOD_CONNECTION_ID: "12",
  });
});

Deno.test("openProgram() tells each connection's program of that connection", async () => {
  using first = await TcpPair.open();
  using second = await TcpPair.open();
  const { command } = await openProgram(["cat"]);
  const ports = [first, second].map(({ server }) => command(connectionOn(server)).env);
  assertEquals(ports.map((env) => env?.["TCPREMOTEPORT"]), [
    String(first.client.localAddr.port),
    String(second.client.localAddr.port),
  ]);
});

const EXITS: readonly (readonly [string, Omit<WorkerExit, "workerPid">, string])[] = [
  ["status 0", { status: 0, signal: null, reason: "exited" }, "finished"],
  [
    "status 1, which is the program's own",
    { status: 1, signal: null, reason: "exited" },
    "finished",
  ],
  ["status 70", { status: 70, signal: null, reason: "exited" }, "finished"],
  ["a signal", { status: null, signal: "SIGSEGV", reason: "crashed" }, "worker_lost"],
];

for (const [what, exit, reason] of EXITS) {
  Deno.test(`openProgram() says ${reason} of a connection whose program ends with ${what}`, async () => {
    const { reasonOf } = await openProgram(["cat"]);
    assertEquals<string>(reasonOf({ workerPid: 4001, ...exit }), reason);
  });
}
