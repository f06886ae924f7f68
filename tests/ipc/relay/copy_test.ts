import { copy } from "../../../ipc/relay/copy.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf } from "../../support/bytes.ts";
import {
  LOST,
  lostAfter,
  NOBODY_READS,
  throwBug,
  throwNobodyReads,
} from "../../support/failures.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { randomBytes, randomFrom } from "../../support/random.ts";
import { systemError } from "../../support/system_error.ts";

Deno.test("copy() passes every byte on in order, whatever the splits and the short writes", async () => {
  const copies = Array.from({ length: 30 }, async (_, seed) => {
    const random = randomFrom(seed);
    const pieces = Array.from(
      { length: random(0, 4) },
      () => randomBytes(random(0, 70_000), random),
    );
    const bytes = pieces.flatMap((piece) => Array.from(piece));
    const source = new MemoryStream({ reads: () => pieces });
    const sink = new MemoryStream({ takes: (length) => random(1, length) });
    const seen: number[] = [];

    const result = await copy(source, sink, { onChunk: (chunk) => seen.push(...chunk) });

    assertEquals(result, { bytes: bytes.length, failure: null });
    // As text, because a difference of two arrays this long takes seconds to print.
    assert(sink.written.join() === bytes.join(), `seed ${seed}: what was written`);
    assert(seen.join() === bytes.join(), `seed ${seed}: what onChunk saw`);
  });
  // At once, so that two copies which shared a buffer would mix their bytes.
  await Promise.all(copies);
});

Deno.test("copy() passes the end of file on to the sink", async () => {
  const sink = new MemoryStream();
  await copy(new MemoryStream({ reads: () => [bytesOf("hello")] }), sink);
  assertEquals(sink.calls, { read: 0, write: 1, closeWrite: 1, close: 0 });
});

Deno.test("copy() goes on after a read of no bytes", async () => {
  const source = new MemoryStream({ reads: () => [new Uint8Array(), bytesOf("hello")] });
  const sink = new MemoryStream();
  assertEquals(await copy(source, sink), { bytes: 5, failure: null });
  assertEquals(sink.writtenText, "hello");
});

Deno.test("copy() calls onChunk before it writes the chunk", async () => {
  const order: string[] = [];
  const sink = new MemoryStream({
    takes(length) {
      order.push("write");
      return length;
    },
  });
  await copy(new MemoryStream({ reads: () => [bytesOf("hello")] }), sink, {
    onChunk: () => order.push("onChunk"),
  });
  assertEquals(order, ["onChunk", "write"]);
});

Deno.test("copy() reads no further while the sink has not taken the last chunk", async () => {
  const writing = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const source = new MemoryStream({ reads: () => [bytesOf("one"), bytesOf("two")] });
  const sink = new MemoryStream({
    async takes(length) {
      writing.resolve();
      await taken.promise;
      return length;
    },
  });

  const copying = copy(source, sink);
  await writing.promise;
  assertEquals(source.calls.read, 1);
  taken.resolve();
  await copying;
  assertEquals(sink.writtenText, "onetwo");
});

Deno.test("copy() works in the buffer of a copy that has ended", async () => {
  const buffers: ArrayBufferLike[] = [];
  for (let i = 0; i < 2; i++) {
    await copy(new MemoryStream({ reads: () => [bytesOf("hello")] }), new MemoryStream(), {
      onChunk: (chunk) => buffers.push(chunk.buffer),
    });
  }
  const [first, second] = buffers;
  assert(first !== undefined && first === second);
});

Deno.test("copy() resolves to the failure of a read, and passes no end of file on", async () => {
  const sink = new MemoryStream();

  const { bytes, failure } = await copy(
    new MemoryStream({ reads: () => lostAfter(bytesOf("one"), bytesOf("two")) }),
    sink,
  );

  assertEquals([bytes, failure?.at, failure?.cause], [6, "read", LOST]);
  assertEquals([sink.writtenText, sink.calls.closeWrite], ["onetwo", 0]);
});

Deno.test("copy() resolves to the failure of a write, and counts whole chunks only", async () => {
  const takes = [3, 1];
  const sink = new MemoryStream({ takes: () => takes.shift() ?? throwNobodyReads() });

  const { bytes, failure } = await copy(
    new MemoryStream({ reads: () => [bytesOf("one"), bytesOf("two"), bytesOf("six")] }),
    sink,
  );

  assertEquals([bytes, failure?.at, failure?.cause], [3, "write", NOBODY_READS]);
  assertEquals([sink.writtenText, sink.calls.closeWrite], ["onet", 0]);
});

Deno.test("copy() does not call it a failure when the sink is gone at the end of file", async () => {
  const sink = new MemoryStream({
    onCloseWrite() {
      throw systemError("ENOTCONN");
    },
  });
  const source = new MemoryStream({ reads: () => [bytesOf("hello")] });
  assertEquals(await copy(source, sink), { bytes: 5, failure: null });
});

Deno.test("copy() takes no promise for what is there already, and waits for the rest", async () => {
  const source = new MemoryStream({ reads: () => [bytesOf("later")] });
  const there = ["now", "again", "and now"];
  const readNow = (buffer: Uint8Array): number | "again" => {
    const text = there.shift() ?? "again";
    if (text === "again") return text;
    buffer.set(bytesOf(text));
    return text.length;
  };
  const sink = new MemoryStream();
  // It takes half of what it is given, once, and is full then.
  const taken: string[] = [];
  const writeNow = (bytes: Uint8Array): number | "again" => {
    if (taken.length > 0) return "again";
    const half = bytes.subarray(0, bytes.length >> 1);
    taken.push(new TextDecoder().decode(half));
    return half.length;
  };

  const result = await copy(Object.assign(source, { readNow }), Object.assign(sink, { writeNow }));

  assertEquals(result, { bytes: 15, failure: null });
  assertEquals([taken, sink.writtenText], [["n"], "owlaterand now"]);
  // The end of file is told to who waits.
  assertEquals([source.calls.read, sink.calls.write], [2, 3]);
});

Deno.test("copy() rejects for a bug, wherever it is", async () => {
  const source = () => new MemoryStream({ reads: () => [bytesOf("hello")] });
  const copies = {
    read: () => copy(new MemoryStream({ reads: throwBug }), new MemoryStream()),
    onChunk: () => copy(source(), new MemoryStream(), { onChunk: throwBug }),
    write: () => copy(source(), new MemoryStream({ takes: throwBug })),
    closeWrite: () => copy(source(), new MemoryStream({ onCloseWrite: throwBug })),
  };
  for (const run of Object.values(copies)) await assertRejects(run, RangeError, "a bug");
});

Deno.test("copy() tells of activity for each read and each write", async () => {
  const order: string[] = [];
  const sink = new MemoryStream({ takes: () => 3 });
  await copy(new MemoryStream({ reads: () => [bytesOf("answer")] }), sink, {
    onActivity: () => order.push(sink.writtenText),
  });
  assertEquals(order, ["", "ans", "answer"]);
});
