/** What `/proc` is read with, in processes of their own: without FFI, without descriptors, with hostile modules. */

import { assertEquals } from "../../../assert.ts";
import { runScript } from "../child_script.ts";
import { posixTest } from "../opened.ts";
import { NO_PID } from "./children.ts";

const LOAD = `
const { processStat, processes, childrenOf, openProcesses } = await load("proc/processes");
const { memoryOf, openMemory } = await load("proc/memory");
const { descriptorsOf, ownDescriptors } = await load("proc/descriptors");
const { tcpSockets, tcpSocketsAround } = await load("proc/socket_tables");
const { unixPeers, openUnixPeers } = await load("proc/unix_peers");
const { ownSockets, openOwnSockets } = await load("sockets/own_sockets");
const { acceptQueue, openAcceptQueues } = await load("sockets/accept_queue");
const { pid } = Deno;
const calls = {
  processStat: () => processStat(pid),
  processes: () => processes(),
  childrenOf: () => childrenOf(1),
  memoryOf: () => memoryOf(pid),
  descriptorsOf: () => descriptorsOf(pid),
  ownDescriptors: () => ownDescriptors(),
  tcpSockets: () => tcpSockets(),
  tcpSocketsAround: () => tcpSocketsAround(pid),
  unixPeers: () => unixPeers(),
  ownSockets: () => ownSockets(),
  acceptQueue: () => acceptQueue(0),
};
const resultOf = (call) => {
  try { call(); return "did it"; } catch (error) { return error.code ?? error.constructor.name; }
};
const tell = () => {
  for (const [name, call] of Object.entries(calls)) console.log(name, resultOf(call));
};
`;

const NAMES = [
  "processStat",
  "processes",
  "childrenOf",
  "memoryOf",
  "descriptorsOf",
  "ownDescriptors",
  "tcpSockets",
  "tcpSocketsAround",
  "unixPeers",
  "ownSockets",
  "acceptQueue",
];

posixTest("nothing of /proc is read where FFI may not be used", async () => {
  const text = await runScript(`${LOAD}
Deno.permissions.revokeSync({ name: "ffi" });
tell();`);
  assertEquals(text.trim().split("\n"), NAMES.map((name) => `${name} OperationalError`));
});

posixTest("what was opened before goes on when FFI was given up", async () => {
  const text = await runScript(`${LOAD}
openProcesses(); openMemory(); openUnixPeers(); openOwnSockets(); openAcceptQueues();
Deno.permissions.revokeSync({ name: "ffi" });
tell();`);
  assertEquals(text.trim().split("\n"), NAMES.map((name) => `${name} did it`));
});

posixTest("what each file opens is enough to know that a process is gone", async () => {
  for (const call of ["processStat", "memoryOf", "descriptorsOf", "tcpSocketsAround"]) {
    const text = await runScript(`
const { openProcesses, processStat } = await load("proc/processes");
const { openMemory, memoryOf } = await load("proc/memory");
const { openDescriptors, descriptorsOf } = await load("proc/descriptors");
const { openSocketTables, tcpSocketsAround } = await load("proc/socket_tables");
const calls = {
  processStat: [openProcesses, processStat],
  memoryOf: [openMemory, memoryOf],
  descriptorsOf: [openDescriptors, descriptorsOf],
  tcpSocketsAround: [openSocketTables, tcpSocketsAround],
};
const [open, call] = calls[${JSON.stringify(call)}];
open();
Deno.permissions.revokeSync({ name: "ffi" });
console.log(call(${NO_PID}), call(Deno.pid) === null);`);
    assertEquals(text, "null false\n");
  }
});

posixTest(
  "where no descriptor is free each says so that needs one, and goes on when one is",
  async () => {
    const text = await runScript(
      `${LOAD}
tell();
const files = [];
try { while (true) files.push(Deno.openSync("/dev/zero")); } catch {}
tell();
files.pop().close();
tell();`,
      { descriptors: 64 },
    );
    const lines = text.trim().split("\n");
    const well = NAMES.map((name) => `${name} did it`);
    const full = NAMES.map((name) => `${name} ${name === "acceptQueue" ? "did it" : "EMFILE"}`);
    assertEquals(lines, [...well, ...full, ...well]);
  },
);

posixTest("no file but those is read, whatever a module has replaced", async () => {
  const text = await runScript(`${LOAD}
tell();
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const { decode } = TextDecoder.prototype;
const { log } = console;
const read = [];
const path = new TextEncoder().encode("/etc/passwd\\0");
let stolen = 0;
const steal = (array) => {
  stolen++;
  for (let at = 0; at < path.length; at++) array[at] = path[at];
  return array;
};
TextDecoder.prototype.decode = function (bytes) {
  const text = decode.call(this, bytes);
  read.push(text);
  steal(bytes);
  return text;
};
for (const name of ["set", "subarray", "slice", "fill", "copyWithin", "values", Symbol.iterator]) {
  const old = typedArray[name];
  typedArray[name] = function (...args) { steal(this); return old.apply(this, args); };
}
Number.isInteger = Number.isSafeInteger = () => true;
String.prototype.charCodeAt = String.prototype.codePointAt = () => 47;
TextEncoder.prototype.encode = TextEncoder.prototype.encodeInto = () => path;
Number.prototype.toString = String.prototype.toString = () => "/etc/passwd\\0";
Number.prototype[Symbol.toPrimitive] = () => "/etc/passwd\\0";
const pids = [pid, "self", "../etc/passwd\\0", { valueOf: () => 1, toString: () => "../etc/passwd" }, [1], 1n];
for (const wrong of pids) {
  for (const call of [processStat, memoryOf, descriptorsOf, tcpSocketsAround, childrenOf]) {
    try { call(wrong); } catch {}
  }
}
for (const call of Object.values(calls)) { try { call(); } catch {} }
log(read.length > 0, stolen > 0, read.some((text) => text.includes("root:")));
Deno.exit();`);
  assertEquals(text.trim().split("\n").at(-1), "true true false");
});
