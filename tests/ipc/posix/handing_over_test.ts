/** The way of a connection: accepted here, handed to a child, served there by a process that has given FFI up. */

import { Children } from "../../../ipc/posix/processes/children.ts";
import { accept } from "../../../ipc/posix/sockets/listen.ts";
import { sendDescriptor } from "../../../ipc/posix/sockets/passing.ts";
import { Poller } from "../../../ipc/posix/sockets/poller.ts";
import { receive } from "../../../ipc/posix/sockets/transfer.ts";
import { assertEquals } from "../../assert.ts";
import { bytesOf, readAll, send } from "../../support/bytes.ts";
import { argumentsFor } from "./child_script.ts";
import { posixTest } from "./opened.ts";
import { listenOnFreePort, Pair, portOf, targetOf } from "./sockets.ts";

const CHILD = `
const { openForChild } = await load("mod");
const { inheritSocket } = await load("sockets/socket_pair");
const { receiveDescriptor } = await load("sockets/passing");
const { pollSocketInPool } = await load("sockets/poll");
const { send } = await load("sockets/transfer");
const { dieWithParent } = await load("processes/parent_death");
const { openEnds, remoteAddrOf } = await load("sockets/ends");
const { SocketStream } = await load("sockets/socket_stream");
const door = inheritSocket(3);
openForChild();
openEnds();
if (!dieWithParent(Deno.ppid)) Deno.exit(1);
Deno.permissions.revokeSync({ name: "ffi" });
const buffer = new Uint8Array(64);
for (let received; (received = receiveDescriptor(door, buffer)) !== null;) {
  send(door, new TextEncoder().encode("free"));
  while (received === "again") {
    await pollSocketInPool({ descriptor: door, want: "read" });
    received = receiveDescriptor(door, buffer);
  }
  if (received === null) break;
  using stream = new SocketStream(received.descriptor);
  const { port } = remoteAddrOf(received.descriptor);
  const hello = new TextDecoder().decode(buffer.subarray(0, received.length));
  await stream.write(new TextEncoder().encode(hello + port + ": "));
  for (let count; (count = await stream.read(buffer)) !== null;) {
    await stream.write(buffer.subarray(0, count));
  }
}
Deno.exit(7);
`;

posixTest(
  "a connection that is accepted here is served by a child, and nothing of it stays here",
  async () => {
    await using children = new Children();
    await using poller = new Poller();
    using listener = listenOnFreePort();
    using door = new Pair("seqpacket");
    const options = { args: argumentsFor(CHILD), env: Deno.env.toObject() };
    const descriptors = new Map([[3, door.other]]);
    const child = children.start(Deno.execPath(), { ...options, descriptors });
    door.other.close();
    const ready = (descriptor: Pair["one"]) => poller.wait([{ descriptor, want: "read" }]);
    for (let round = 0; round < 3; round++) {
      await ready(door.one);
      assertEquals(receive(door.one, new Uint8Array(64)), 4);
      const connecting = Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
      await ready(listener);
      const accepted = accept(listener);
      if (accepted === "again") throw new Error("Nobody has connected");
      const { descriptor } = accepted;
      const target = targetOf(descriptor.number);
      sendDescriptor(door.one, { bytes: bytesOf("from "), descriptor });
      const { number } = descriptor;
      descriptor.close();
      assertEquals(targetOf(number) === target, false);
      using client = await connecting;
      await send(client, "question");
      await client.closeWrite();
      assertEquals(await readAll(client), `from ${client.localAddr.port}: question`);
    }
    // What the child said last is received first: a door that is closed with something unread is reset.
    await ready(door.one);
    assertEquals(receive(door.one, new Uint8Array(64)), 4);
    door.one.close();
    assertEquals((await child.status).code, 7);
  },
);
