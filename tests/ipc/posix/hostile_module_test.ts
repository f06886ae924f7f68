/**
 * What a module can do that is in a process which has given FFI up, with the files of `ipc/posix` that it finds
 * there.
 */

import { assertEquals } from "../../assert.ts";
import { runScript } from "./child_script.ts";
import { posixTest } from "./opened.ts";

const PREPARE = `
const paths = ["mod", "descriptor", "libc", "sockets/socket_pair", "sockets/socket_stream", "sockets/transfer",
  "sockets/passing", "sockets/listen", "sockets/poller", "sockets/poll", "sockets/socket_options",
  "sockets/own_sockets", "sockets/accept_queue", "processes/spawn", "processes/children", "processes/parent_death",
  "proc/processes", "proc/memory", "proc/descriptors", "proc/socket_tables"];
const posix = {};
for (const path of paths) posix[path.replace(/.*\\//, "")] = await load(path);
const [one, other] = posix.socket_pair.openSocketPair("stream");
const [door, otherDoor] = posix.socket_pair.openSocketPair("seqpacket");
posix.mod.openForChild();
Deno.permissions.revokeSync({ name: "ffi" });
Deno.permissions.revokeSync({ name: "run" });
const { send, receive } = posix.transfer;
`;

posixTest("what was opened goes on when FFI was given up, with its errors", async () => {
  const text = await runScript(`${PREPARE}
const stream = new posix.socket_stream.SocketStream(one);
const reading = stream.read(new Uint8Array(8));
send(other, new Uint8Array(3));
console.log(await reading, receive(other, new Uint8Array(8)));
posix.passing.sendDescriptor(door, { bytes: new Uint8Array(1), descriptor: one });
console.log(posix.passing.receiveDescriptor(otherDoor, new Uint8Array(1)).descriptor.isOpen);
other.close();
await stream.write(new Uint8Array(1)).catch((error) => console.log(error.message));
Deno.exit();`);
  assertEquals(text, "3 again\ntrue\nCannot send: Broken pipe (os error 32)\n");
});

posixTest(
  "nothing else is opened when FFI was given up: no program, no socket, no number's owner",
  async () => {
    const text = await runScript(`${PREPARE}
const tries = {
  spawn: () => posix.spawn.spawn("/bin/true", { args: [], env: {}, descriptors: new Map() }),
  listen: () => posix.listen.listen({ hostname: "127.0.0.1", port: 0, backlog: 1 }),
  inherit: () => posix.socket_pair.inheritSocket(one.number),
  own: () => posix.descriptor.takeOwnership(),
  wait: () => posix.children.waitFor(1),
  poller: () => new posix.poller.Poller(),
  parent: () => posix.parent_death.dieWithParent(1),
  stat: () => posix.processes.processStat(Deno.pid),
  memory: () => posix.memory.memoryOf(Deno.pid),
  opened: () => posix.descriptors.descriptorsOf(Deno.pid),
  tables: () => posix.socket_tables.tcpSockets(),
  numbers: () => posix.own_sockets.ownSockets(),
  queue: () => posix.accept_queue.acceptQueue(0),
  libc: () => posix.libc.openLibc(["close"]),
  make: () => new posix.descriptor.Descriptor(Symbol("own"), 0),
  play: () => send({ number: one.number, isOpen: true }, new Uint8Array(1)),
  patch: () => { posix.descriptor.Descriptor.prototype.close = null; },
};
for (const [name, attempt] of Object.entries(tries)) {
  try { attempt(); console.log(name, "did it"); } catch (error) { console.log(name, error.constructor.name); }
}
Deno.exit();`);
    const refused = ["spawn", "listen", "inherit", "own", "wait", "poller", "parent"].concat(
      ["stat", "memory", "opened", "tables", "numbers", "queue", "libc"],
    );
    const wrong = ["make", "play", "patch"];
    assertEquals(text.trim().split("\n"), [
      ...refused.map((name) => `${name} OperationalError`),
      ...wrong.map((name) => `${name} TypeError`),
    ]);
  },
);

posixTest("bounds are kept whatever a module has replaced", async () => {
  const text = await runScript(`${PREPARE}
send(other, new Uint8Array(100));
posix.passing.sendDescriptor(door, { bytes: new Uint8Array(100), descriptor: one });
const buffer = new Uint8Array(8);
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
for (const name of ["length", "byteLength", "byteOffset"]) {
  Object.defineProperty(typedArray, name, { get: () => 100 });
}
globalThis.BigInt = () => 100n;
Math.min = Math.max = () => 100;
Reflect.apply = () => 100;
Function.prototype.call = Function.prototype.apply = () => 100;
const stolen = [];
for (const name of ["set", "subarray", "slice", "fill", "copyWithin", "values", Symbol.iterator]) {
  typedArray[name] = function () { stolen.push(this); return [][Symbol.iterator](); };
}
const counts = [receive(one, buffer), receive(one, buffer)];
let code;
try { posix.passing.receiveDescriptor(otherDoor, buffer); } catch (error) { code = error.code; }
posix.poll.poll([{ descriptor: one, want: "read" }], 0);
posix.passing.sendDescriptor(door, { bytes: buffer, descriptor: one });
const { descriptor, length } = posix.passing.receiveDescriptor(otherDoor, buffer);
Deno.stdout.writeSync(Uint8Array.of(48 + counts[0], 48 + counts[1], 48 + length, 48 + stolen.length, 10));
Deno.exit(code === "EMSGSIZE" && descriptor.isOpen ? 0 : 1);`);
  assertEquals(text, "8880\n");
});
