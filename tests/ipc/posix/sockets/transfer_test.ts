import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import { setLinger } from "../../../../ipc/posix/sockets/socket_options.ts";
import { receive, send, shutdown } from "../../../../ipc/posix/sockets/transfer.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { acceptOne, listenOnFreePort, MixedPair, Pair, portOf } from "../sockets.ts";

function codeOf(call: () => unknown): string {
  return assertThrows(call, PosixError).code;
}

posixTest("send() and receive() move bytes, within the bounds of their buffers", () => {
  using pair = new Pair();
  assertEquals(send(pair.one, bytesOf("<abcdefgh>").subarray(1, 9)), 8);
  const buffer = bytesOf("..........");
  assertEquals(receive(pair.other, buffer.subarray(2, 5)), 3);
  assertEquals(new TextDecoder().decode(buffer), "..abc.....");
  assertEquals(receive(pair.other, buffer.subarray(5)), 5);
  assertEquals(new TextDecoder().decode(buffer), "..abcdefgh");
});

posixTest("receive() tells an end of file from nothing yet, and from no room", () => {
  using pair = new Pair();
  assertEquals(receive(pair.one, new Uint8Array(1)), "again");
  send(pair.other, bytesOf("x"));
  shutdown(pair.other, "write");
  assertEquals(receive(pair.one, new Uint8Array(0)), 0);
  assertEquals(receive(pair.one, new Uint8Array(1)), 1);
  assertEquals(receive(pair.one, new Uint8Array(1)), null);
  assertEquals(receive(pair.one, new Uint8Array(1)), null);
});

posixTest("receive() and send() bear a buffer that was taken away, and refuse what is none", () => {
  using pair = new Pair();
  send(pair.other, bytesOf("x"));
  const buffer = new Uint8Array(8);
  buffer.buffer.transfer();
  assertEquals(receive(pair.one, buffer), 0);
  assertEquals(send(pair.one, buffer), 0);
  const none = { byteLength: 100, length: 100 } as Uint8Array;
  assertThrows(() => receive(pair.one, none), TypeError);
  assertThrows(() => send(pair.one, none), TypeError);
});

posixTest("send() tells where there is no room", () => {
  using pair = new Pair();
  const much = new Uint8Array(1 << 20);
  let count = send(pair.one, much);
  while (count !== "again") count = send(pair.one, much);
  assertEquals(count, "again");
});

posixTest("send() is EPIPE where nobody reads any more", () => {
  using pair = new Pair();
  pair.other.close();
  const error = assertThrows(() => send(pair.one, bytesOf("x")), PosixError);
  assertEquals(error.message, "Cannot send: Broken pipe (os error 32)");
});

posixTest("receive() is ECONNRESET where the other side has reset the connection", async () => {
  using listener = listenOnFreePort();
  using client = await Deno.connect({ hostname: "127.0.0.1", port: portOf(listener) });
  const server = acceptOne(listener);
  const reading = client.read(new Uint8Array(1)).catch((error) => error.code);
  setLinger(server, 0);
  server.close();
  assertEquals(await reading, "ECONNRESET");
});

posixTest("receive() and send() are those errors on our side, too", async () => {
  using pair = new Pair();
  // A Unix-domain socket that is closed with something unread resets its connection.
  send(pair.one, bytesOf("unread"));
  pair.other.close();
  assertEquals(codeOf(() => receive(pair.one, new Uint8Array(1))), "ECONNRESET");
  assertEquals(codeOf(() => send(pair.one, bytesOf("x"))), "EPIPE");
  await Promise.resolve();
});

posixTest("shutdown() ends one direction, and the other goes on", async () => {
  using pair = await MixedPair.open();
  const { client, server } = pair;
  shutdown(server, "write");
  assertEquals(await client.read(new Uint8Array(1)), null);
  await client.write(bytesOf("x"));
  shutdown(server, "read");
  assertEquals(codeOf(() => send(server, bytesOf("x"))), "EPIPE");
});

posixTest("shutdown() is ENOTCONN for a socket that is not connected", () => {
  using listener = listenOnFreePort();
  shutdown(listener, "read");
  assertEquals(codeOf(() => shutdown(listener, "write")), "ENOTCONN");
});

posixTest("nothing is done with a descriptor that is closed", () => {
  using pair = new Pair();
  pair.one.close();
  const calls = [
    () => receive(pair.one, new Uint8Array(1)),
    () => send(pair.one, new Uint8Array(1)),
    () => shutdown(pair.one, "both"),
  ];
  for (const call of calls) {
    assertThrows(call, Deno.errors.BadResource, "The descriptor is closed");
  }
});
