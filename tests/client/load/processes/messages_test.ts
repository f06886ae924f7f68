import {
  type LoadMessage,
  receiveMessages,
  sendMessage,
} from "../../../../client/load/processes/messages.ts";
import { Tally } from "../../../../client/load/tally/tally.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf, oneByOne } from "../../../support/bytes.ts";
import { throwBug, throwNobodyReads } from "../../../support/failures.ts";
import { MemoryStream } from "../../../support/memory_stream.ts";
import { randomFrom } from "../../../support/random.ts";

async function received(...pieces: readonly Uint8Array[]): Promise<LoadMessage[]> {
  return await Array.fromAsync(receiveMessages(new MemoryStream({ reads: () => pieces })));
}

Deno.test("messages come as they were sent, however the stream is cut", async () => {
  const messages: LoadMessage[] = [
    { type: "ready" },
    { type: "start", trust: null },
    { type: "progress", settled: 12 },
    { type: "unresolved" },
    { type: "stop" },
  ];
  const stream = new MemoryStream({ takes: () => 3 });
  for (const message of messages) await sendMessage(stream, message);
  const bytes = Uint8Array.from(stream.written);
  assertEquals(await received(bytes), messages);
  assertEquals(await received(...oneByOne(bytes)), messages);
});

Deno.test("a result comes with every latency that there may be", async () => {
  const tally = new Tally();
  const random = randomFrom(1);
  for (const latencies of Object.values(tally.latencies)) {
    // Up to a day, and no two counts alike: what is compressed is as long as it gets.
    for (let i = 0; i < 200_000; i++) latencies.record(Math.exp(random(0, 18_000) / 1000));
  }
  const result: LoadMessage = { type: "result", tally: tally.encode() };
  const stream = new MemoryStream();
  await sendMessage(stream, result);
  assert(stream.written.length > 64 * 1024, `${stream.written.length} bytes`);
  assertEquals(await received(Uint8Array.from(stream.written)), [result]);
});

Deno.test("a message to a process that is gone is lost without an error", async () => {
  await sendMessage(new MemoryStream({ takes: throwNobodyReads }), { type: "stop" });
});

Deno.test("a bug in sending a message is told", async () => {
  const stream = new MemoryStream({ takes: throwBug });
  await assertRejects(() => sendMessage(stream, { type: "stop" }), RangeError, "a bug");
});

Deno.test("half a line, which a process leaves that is killed, ends the messages", async () => {
  assertEquals(await received(bytesOf('{"type":"ready"}\n{"type":"resu')), [{ type: "ready" }]);
  assertEquals(await received(bytesOf('{"type":"resu\n{"type":"ready"}\n')), []);
  assertEquals(await received(), []);
});
