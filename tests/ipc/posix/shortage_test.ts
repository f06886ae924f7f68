import { assertEquals } from "../../assert.ts";
import { runScript } from "./child_script.ts";
import { posixTest } from "./opened.ts";

posixTest(
  "where no descriptor is free each call says EMFILE, and goes on when one is",
  async () => {
    const text = await runScript(
      `
const { openSocketPair } = await load("sockets/socket_pair");
const { listen, accept } = await load("sockets/listen");
const { localAddrOf } = await load("sockets/ends");
const { poll } = await load("sockets/poll");
const { Poller } = await load("sockets/poller");
const { sendDescriptor, receiveDescriptor } = await load("sockets/passing");
const codeOf = (call) => { try { call(); } catch (error) { return error.code; } };
const local = { hostname: "127.0.0.1", port: 0, backlog: 8 };
const listener = listen(local);
const client = await Deno.connect({ hostname: "127.0.0.1", port: localAddrOf(listener).port });
poll([{ descriptor: listener, want: "read" }], 10_000);
const [door, otherDoor] = openSocketPair("seqpacket");
const bytes = new Uint8Array(1), buffer = new Uint8Array(8);
sendDescriptor(door, { bytes, descriptor: door });
sendDescriptor(door, { bytes, descriptor: door });
codeOf(() => new Poller()[Symbol.asyncDispose]());
const taken = [];
const code = codeOf(() => { while (true) taken.push(...openSocketPair("stream")); });
// A pair takes two: one may be left.
const codes = [code, codeOf(() => { while (true) taken.push(listen(local)); })];
codes.push(codeOf(() => accept(listener)));
codes.push(codeOf(() => receiveDescriptor(otherDoor, buffer)));
codes.push(codeOf(() => new Poller()));
taken.pop().close();
taken.pop().close();
const { descriptor } = receiveDescriptor(otherDoor, buffer);
const accepted = accept(listener);
console.log(codes.join(), descriptor.isOpen, accepted.remoteAddr.port === client.localAddr.port);
Deno.exit();`,
      { descriptors: 128 },
    );
    assertEquals(text, "EMFILE,EMFILE,EMFILE,EMFILE,EMFILE true true\n");
  },
);
