import {
  MESSAGE_BYTES_MAX,
  type Received,
  receiveDescriptor,
  sendDescriptor,
} from "../../../../ipc/posix/sockets/passing.ts";
import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import { receive, send } from "../../../../ipc/posix/sockets/transfer.ts";
import { assert, assertEquals, assertThrows } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { sendWith } from "../raw_messages.ts";
import { flagsOf, O_CLOEXEC, Pair, targetOf } from "../sockets.ts";

/** Receives what is there. */
function receiveNow(door: Pair, room = 64): Received & { readonly text: string } {
  const buffer = new Uint8Array(room);
  const received = receiveDescriptor(door.other, buffer);
  if (received === null || received === "again") throw new Error(`There is ${received}`);
  return { ...received, text: new TextDecoder().decode(buffer.subarray(0, received.length)) };
}

/** The sockets of this process with that end: how many descriptors each has. */
function countOf(target: string | null): number {
  return [...Deno.readDirSync("/proc/self/fd")]
    .filter(({ name }) => targetOf(Number(name)) === target).length;
}

posixTest("a descriptor arrives with its bytes, and is another of the same socket", () => {
  using door = new Pair("seqpacket");
  using pair = new Pair();
  assertEquals(sendDescriptor(door.one, { bytes: bytesOf("one"), descriptor: pair.one }), "sent");
  assertEquals(
    sendDescriptor(door.one, { bytes: bytesOf("second"), descriptor: pair.other }),
    "sent",
  );
  const first = receiveNow(door);
  const second = receiveNow(door);
  assertEquals([first.text, second.text], ["one", "second"]);
  assert(first.descriptor !== null && second.descriptor !== null);
  assertEquals(targetOf(first.descriptor.number), targetOf(pair.one.number));
  assertEquals(first.descriptor.number === pair.one.number, false);
  assertEquals((flagsOf(first.descriptor.number) ?? 0) & O_CLOEXEC, O_CLOEXEC);
  pair.one.close();
  pair.other.close();
  send(first.descriptor, bytesOf("x"));
  assertEquals(receive(second.descriptor, new Uint8Array(8)), 1);
  first.descriptor.close();
  second.descriptor.close();
});

posixTest(
  "receiveDescriptor() tells nothing yet from the end, and a message without a descriptor",
  () => {
    using door = new Pair("seqpacket");
    assertEquals(receiveDescriptor(door.other, new Uint8Array(8)), "again");
    send(door.one, bytesOf("bytes alone"));
    const { text, descriptor } = receiveNow(door);
    assertEquals([text, descriptor], ["bytes alone", null]);
    door.one.close();
    assertEquals(receiveDescriptor(door.other, new Uint8Array(8)), null);
  },
);

posixTest("receiveDescriptor() closes all but the first of several descriptors", () => {
  using door = new Pair("seqpacket");
  using pair = new Pair();
  const target = targetOf(pair.one.number);
  for (const count of [2, 3, 253]) {
    sendWith(door.one, new Array(count).fill(pair.one));
    const { descriptor } = receiveNow(door);
    assertEquals([countOf(target), descriptor?.isOpen], [2, true]);
    descriptor?.close();
  }
});

posixTest(
  "receiveDescriptor() throws for a message that the buffer is too small for, and closes what came",
  () => {
    using door = new Pair("seqpacket");
    using pair = new Pair();
    for (const room of [0, 4]) {
      sendDescriptor(door.one, { bytes: bytesOf("5byte"), descriptor: pair.one });
      const error = assertThrows(() => receiveNow(door, room), PosixError);
      assertEquals(error.code, "EMSGSIZE");
      assertEquals(countOf(targetOf(pair.one.number)), 1);
    }
  },
);

posixTest("a message of up to 4096 bytes arrives whole, and no other is sent", () => {
  using door = new Pair("seqpacket");
  const bytes = new Uint8Array(MESSAGE_BYTES_MAX).fill(0x61);
  sendDescriptor(door.one, { bytes, descriptor: door.one });
  const { text, descriptor } = receiveNow(door, 5000);
  descriptor?.close();
  assertEquals(text, "a".repeat(MESSAGE_BYTES_MAX));
  for (const length of [0, MESSAGE_BYTES_MAX + 1]) {
    const message = { bytes: new Uint8Array(length), descriptor: door.one };
    assertThrows(() => sendDescriptor(door.one, message), RangeError, `of ${length} bytes`);
  }
});

posixTest("sendDescriptor() tells where nobody receives, and that nobody is left", () => {
  using door = new Pair("seqpacket");
  const message = { bytes: bytesOf("x"), descriptor: door.other };
  while (sendDescriptor(door.one, message) !== "again");
  using gone = new Pair("seqpacket");
  gone.other.close();
  const error = assertThrows(() => sendDescriptor(gone.one, message), PosixError);
  assertEquals(error.message, "Cannot send a descriptor: Broken pipe (os error 32)");
});

posixTest("receiveDescriptor() is ECONNRESET where the other side went without receiving", () => {
  using door = new Pair("seqpacket");
  send(door.other, bytesOf("unread"));
  door.one.close();
  const error = assertThrows(() => receiveDescriptor(door.other, new Uint8Array(8)), PosixError);
  assertEquals(error.code, "ECONNRESET");
});

posixTest("nothing is passed from, to or of what is closed", () => {
  using door = new Pair("seqpacket");
  using pair = new Pair();
  pair.one.close();
  const bytes = bytesOf("x");
  const calls = [
    () => sendDescriptor(door.one, { bytes, descriptor: pair.one }),
    () => sendDescriptor(pair.one, { bytes, descriptor: door.one }),
    () => receiveDescriptor(pair.one, new Uint8Array(8)),
  ];
  for (const call of calls) assertThrows(call, Deno.errors.BadResource);
});

posixTest("messages are sound however much garbage is collected meanwhile", () => {
  using door = new Pair("seqpacket");
  using pair = new Pair();
  const target = targetOf(pair.one.number);
  const garbage: Uint8Array[] = [];
  for (let round = 0; round < 20_000; round++) {
    garbage[round % 50] = new Uint8Array(round % 60 === 0 ? 100_000 : 40);
    const text = `message ${round}`;
    sendDescriptor(door.one, { bytes: bytesOf(text), descriptor: pair.one });
    const received = receiveNow(door);
    assert(received.descriptor !== null && received.text === text, received.text);
    if (round % 1000 === 0) assertEquals(targetOf(received.descriptor.number), target);
    received.descriptor.close();
  }
});
