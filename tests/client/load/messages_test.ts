import { type LoadMessage, receiveMessages, sendMessage } from "../../../client/load/messages.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf, oneByOne } from "../../support/bytes.ts";
import { throwBug, throwNobodyReads } from "../../support/failures.ts";
import { MemoryStream } from "../../support/memory_stream.ts";

async function received(...chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<LoadMessage[]> {
  return await Array.fromAsync(receiveMessages(ReadableStream.from(chunks)));
}

Deno.test("messages come as they were sent, however the stream is cut", async () => {
  const messages: LoadMessage[] = [
    { type: "ready" },
    { type: "start" },
    { type: "progress", settled: 12 },
    { type: "unresolved" },
    { type: "stop" },
  ];
  const stream = new MemoryStream({ takes: () => 3 });
  for (const message of messages) await sendMessage(stream, message);
  const bytes = Uint8Array.from(stream.written);
  assertEquals(await received(bytes), messages);
  assertEquals(await received(...oneByOne(bytes) as Uint8Array<ArrayBuffer>[]), messages);
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
