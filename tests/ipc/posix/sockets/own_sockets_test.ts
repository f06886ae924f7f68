import { type OwnSocket, ownSockets } from "../../../../ipc/posix/sockets/own_sockets.ts";
import { assertEquals } from "../../../assert.ts";
import { TcpPair } from "../../../support/sockets.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { runScript } from "../child_script.ts";
import { hasLibc, posixTest } from "../opened.ts";
import { listenOnFreePort, MixedPair, Pair, portOf, targetOf } from "../sockets.ts";

const raw = hasLibc
  ? Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
  : null;

function socketsOf(number: number): OwnSocket[] {
  return ownSockets().filter((socket) => socket.number === number);
}

function inodeOf(number: number): number {
  return Number(/^socket:\[(\d+)\]$/.exec(targetOf(number) ?? "")?.[1]);
}

posixTest("ownSockets() has a listener of libc and one of Deno", () => {
  using listener = listenOnFreePort("::1");
  const { number } = listener;
  const expected: OwnSocket = {
    number,
    inode: inodeOf(number),
    family: "tcp",
    isListening: true,
    local: { hostname: "::1", port: portOf(listener) },
    remote: null,
    path: null,
  };
  assertEquals(socketsOf(number), [expected]);
  using deno = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = deno.addr;
  const [found, ...others] = ownSockets().filter(({ local }) => local?.port === port);
  assertEquals(others, []);
  const told = found?.number ?? -1;
  const local = { hostname, port };
  assertEquals(found, { ...expected, number: told, inode: inodeOf(told), local });
});

posixTest("ownSockets() has both ends of a connection, of libc and of Deno", async () => {
  using pair = await MixedPair.open();
  const { localAddr, remoteAddr } = pair.client;
  const client = { hostname: localAddr.hostname, port: localAddr.port };
  const server = { hostname: remoteAddr.hostname, port: remoteAddr.port };
  const ends = ownSockets().filter(({ local, remote }) =>
    [local?.port, remote?.port].sort().join() === [client.port, server.port].sort().join()
  ).map(({ local, remote, isListening, number }) => ({ local, remote, isListening, number }));
  const ours = ends.find(({ number }) => number === pair.server.number);
  const theirs = ends.find(({ number }) => number !== pair.server.number);
  assertEquals(ends.length, 2);
  assertEquals([ours?.local, ours?.remote, ours?.isListening], [server, client, false]);
  assertEquals([theirs?.local, theirs?.remote, theirs?.isListening], [client, server, false]);
});

posixTest("ownSockets() knows no other side of a connection that was reset", async () => {
  using pair = await TcpPair.open();
  const { port } = pair.client.localAddr;
  const remotes = () =>
    ownSockets().filter(({ local }) => local?.port === port).map(({ remote }) => remote?.port);
  assertEquals(remotes(), [pair.client.remoteAddr.port]);
  // Who closes with bytes that it has not read resets the connection, tcp(7).
  await pair.client.write(new Uint8Array(1));
  pair.server.close();
  await pair.client.read(new Uint8Array(1)).catch(() => null);
  assertEquals(remotes(), [undefined]);
});

posixTest("ownSockets() has Unix-domain sockets, with the path of either end", async () => {
  await using folder = new TempFolder();
  const path = folder.join("socket");
  using listener = Deno.listen({ transport: "unix", path });
  using _client = await Deno.connect({ transport: "unix", path });
  using _server = await listener.accept();
  const sockets = ownSockets().filter((socket) => socket.path === path);
  const told = sockets.map(({ family, isListening, local, remote }) =>
    JSON.stringify({ family, isListening, local, remote })
  ).sort();
  const other = JSON.stringify({ family: "unix", isListening: false, local: null, remote: null });
  assertEquals(told, [other, other, other.replace("false", "true")]);
  using pair = new Pair();
  const { number } = pair.one;
  assertEquals(socketsOf(number).map(({ family, path }) => ({ family, path })), [
    { family: "unix", path: null },
  ]);
});

posixTest("ownSockets() leaves out what is no such socket, and what is closed", () => {
  using pair = new Pair();
  const { number } = pair.one;
  const datagrams = raw?.socket(2, 2, 0) ?? -1;
  const netlink = raw?.socket(16, 3, 0) ?? -1;
  assertEquals([datagrams, netlink].map((number) => Number.isNaN(inodeOf(number))), [false, false]);
  for (const other of [datagrams, netlink]) {
    assertEquals(socketsOf(other), []);
    raw?.close(other);
  }
  const { inode } = socketsOf(number)[0] ?? {};
  pair.one.close();
  assertEquals(ownSockets().some((socket) => socket.inode === inode), false);
});

posixTest("ownSockets() never throws while another thread opens and closes", async () => {
  const worker = "data:text/javascript," + encodeURIComponent(`
while (true) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const file = Deno.openSync("/dev/null");
  listener.close();
  self.postMessage(null);
  file.close();
}`);
  const text = await runScript(`
const { ownSockets } = await load("sockets/own_sockets");
const worker = new Worker(${JSON.stringify(worker)}, { type: "module" });
await new Promise((resolve) => worker.onmessage = resolve);
worker.onmessage = null;
let least = Infinity, most = 0;
const deadline = performance.now() + 20_000;
for (let round = 0; round < 3000 || (least === most && performance.now() < deadline); round++) {
  const { length } = ownSockets().filter(({ family }) => family === "tcp");
  least = Math.min(least, length);
  most = Math.max(most, length);
}
console.log(least, most);
Deno.exit();`);
  assertEquals(text, "0 1\n");
});
