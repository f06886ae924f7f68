import { LINGER_MS, type Scene, sceneOf } from "../../../../../server/status/page/picture/scene.ts";
import { assertEquals } from "../../../../assert.ts";
import { playedDescriptor, playedProcess, PlayedServer } from "../played_status.ts";

const NOW = 1_000_000;

function sceneAt(server: PlayedServer, { now = NOW, lit = [] as number[] } = {}): Scene {
  return sceneOf(server.state, { now, lit: new Set(lit) });
}

function connected(transport: string): PlayedServer {
  const server = new PlayedServer({ transport });
  server.connects(1, { at: NOW - 500 });
  return server;
}

Deno.test("a row has the child process, what leads to it, and its client", () => {
  const server = connected("unix");
  server.sends(1, "hello");
  server.sample({ processes: server.processes() });
  const [row] = sceneAt(server, { lit: [1] }).rows;
  assertEquals(row?.worker, { pid: 4711, look: "serving", startMs: 80 });
  assertEquals(row?.wire, { kind: "unix", parentFds: [10], workerFds: [4] });
  assertEquals(row?.connection, {
    ...{ id: 1, address: "127.0.0.1:51001", message: "hello", isLit: true },
    ...{ isInParent: true, isInWorker: false, parentFds: [11], workerFds: [] },
    ...{ bytesIn: 5, bytesOut: 5 },
  });
});

Deno.test("with the socket transport, the child has the client's socket", () => {
  const server = connected("socket");
  server.sample({ processes: server.processes() });
  const [row] = sceneAt(server).rows;
  assertEquals(row?.connection?.isInParent, false);
  assertEquals(row?.connection?.isInWorker, true);
  assertEquals(row?.connection?.workerFds, [6]);
});

Deno.test("a copy that the parent forgot to close is seen", () => {
  const server = connected("socket");
  const forgotten = playedDescriptor(9, { kind: "tcp", connectionId: 1 });
  server.sample({ processes: [playedProcess(4700, { descriptors: [forgotten] })] });
  const [row] = sceneAt(server).rows;
  assertEquals(row?.connection?.isInParent, true);
  assertEquals(row?.connection?.isInWorker, true);
});

Deno.test("what leads to a child is told by the transport where no descriptor is seen", () => {
  const kinds = ["unix", "pipe", "socket"].map((transport) => {
    const [row] = sceneAt(connected(transport)).rows;
    assertEquals(row?.wire?.parentFds, null);
    return row?.wire?.kind;
  });
  assertEquals(kinds, ["unix", "pipe", "unix"]);
});

Deno.test("a process that the kernel calls Z is a zombie, and has nothing open", () => {
  const server = connected("socket");
  server.sample({ processes: server.processes([4711]) });
  const scene = sceneAt(server);
  const [row] = scene.rows;
  assertEquals(row?.worker?.look, "zombie");
  assertEquals(row?.wire, null);
  assertEquals(row?.connection?.isInWorker, false);
  assertEquals(scene.counts.zombie, 1);
});

Deno.test("a process that has been reaped stays a moment", () => {
  const server = connected("unix");
  server.closes(1, NOW);
  server.reaps(1, { at: NOW });
  const [row] = sceneAt(server, { now: NOW + LINGER_MS - 1 }).rows;
  assertEquals(row?.worker, { pid: 4711, look: "ended", startMs: 80 });
  assertEquals(sceneAt(server, { now: NOW + LINGER_MS }).rows, []);
});

Deno.test("a connection without a child process has a row of its own, after the others", () => {
  const server = connected("unix");
  const remote = { connectionId: 7, remoteHost: "::1", remotePort: 5 };
  server.happens({ event: "connection_accepted", workerPid: null, ...remote }, NOW);
  server.connects(2, { at: NOW });
  const rows = sceneAt(server).rows;
  assertEquals(rows.map(({ worker }) => worker?.pid ?? null), [4711, 4712, null]);
  assertEquals(rows[2]?.connection?.address, "[::1]:5");
});

Deno.test("rows stay in the order of the starts, and keep their keys", () => {
  const server = new PlayedServer();
  for (const id of [3, 1, 2]) server.connects(id, { at: NOW - 100 * id });
  const keys = () => sceneAt(server, { now: NOW + LINGER_MS }).rows.map(({ key }) => key);
  const before = keys();
  assertEquals(before.map((key) => key.split(":")[1]), ["4713", "4712", "4711"]);
  server.closes(2, NOW);
  server.reaps(2, { at: NOW });
  assertEquals(keys(), before.filter((key) => !key.includes("4712")));
});

Deno.test("a thousand child processes are counted by what they look like", () => {
  const server = new PlayedServer();
  for (let id = 1; id <= 1000; id++) server.connects(id, { at: NOW });
  for (let id = 1; id <= 100; id++) server.closes(id, NOW);
  const { rows, counts } = sceneAt(server);
  assertEquals(rows.length, 1000);
  assertEquals(counts, { starting: 0, idle: 0, serving: 900, ending: 100, zombie: 0, ended: 0 });
});
