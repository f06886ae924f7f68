/** The control channel, whatever goes over it, however it is cut, and where it is no message. */

import fc from "fast-check";
import { ControlChannel, ControlError, type ControlMessage } from "../../ipc/control.ts";
import { assert, assertEquals } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { MemoryStream } from "../support/memory_stream.ts";
import { joined, piecesOf } from "../support/pieces.ts";

const message = fc.oneof<fc.Arbitrary<ControlMessage>[]>(
  fc.record({ type: fc.constant("hello" as const), worker: fc.maxSafeNat() }),
  fc.record({ type: fc.constant("finished" as const) }),
  fc.record({ type: fc.constant("hangup" as const), connection: fc.maxSafeNat() }),
  fc.record({ type: fc.constant("stop" as const) }),
  fc.record({
    type: fc.constant("received" as const),
    data: fc.base64String({ maxLength: 1368 }),
    size: fc.maxSafeNat(),
  }),
  fc.record({
    type: fc.constant("closed" as const),
    bytesIn: fc.maxSafeNat(),
    bytesOut: fc.maxSafeNat(),
    reason: fc.constantFrom(
      "finished" as const,
      "client_lost" as const,
      "idle_timeout" as const,
      "max_duration" as const,
    ),
  }),
);

/** All that a channel receives, to its end; an error is the last. */
async function receiveAll(pieces: readonly Uint8Array[]): Promise<unknown[]> {
  const channel = new ControlChannel(new MemoryStream({ reads: () => pieces }));
  const received: unknown[] = [];
  try {
    for (let next; (next = await channel.receive()) !== null;) received.push(next);
  } catch (error) {
    received.push(error);
  }
  return received;
}

/** Messages, and the bytes that go over the channel for them. */
const sent = fc.array(message, { maxLength: 300, size: "max" }).chain((messages) => {
  const lines = messages.map((message) => bytesOf(JSON.stringify(message) + "\n"));
  return fc.record({ messages: fc.constant(messages), pieces: piecesOf(joined(lines)) });
});

Deno.test("any messages come out of the channel as they went in, however they are cut", async () => {
  await fc.assert(fc.asyncProperty(sent, async ({ messages, pieces }) => {
    assertEquals(await receiveAll(pieces), messages);
  }));
});

Deno.test("a message is sent as the line that it is received from", async () => {
  await fc.assert(fc.asyncProperty(message, async (message) => {
    const stream = new MemoryStream();
    await new ControlChannel(stream).send(message);
    assertEquals(stream.writtenText, JSON.stringify(message) + "\n");
  }));
});

/** Lines of JSON, some of them messages or nearly so, and noise. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.uint8Array({ minLength: 4090, maxLength: 4200 }),
  fc.array(
    fc.oneof(message, fc.record({ type: fc.string(), worker: fc.anything() }), fc.anything()),
  )
    .map((values) => bytesOf(values.map((value) => JSON.stringify(value) + "\n").join(""))),
).chain(piecesOf);

Deno.test("whatever else comes is refused with a ControlError, or passed over", async () => {
  await fc.assert(fc.asyncProperty(noise, async (pieces) => {
    for (const received of await receiveAll(pieces)) {
      if (received instanceof ControlError) continue;
      const { type } = received as ControlMessage;
      const types = ["hello", "finished", "hangup", "stop", "received", "closed"];
      assert(types.includes(type), String(received));
    }
  }));
});
