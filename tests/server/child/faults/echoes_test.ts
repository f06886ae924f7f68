import { faultyEcho } from "../../../../server/child/faults/echoes.ts";
import { StreamConnection } from "../../../../server/child/stream_connection.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { MemoryStream, type MemoryStreamOptions } from "../../../support/memory_stream.ts";

const INFO = {
  id: 1,
  remoteAddr: { hostname: "127.0.0.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** Serves one connection with the echo of that fault to its end. */
async function serve(
  fault: string,
  options: MemoryStreamOptions,
): Promise<{ readonly stream: MemoryStream; readonly bytesOut: number }> {
  const stream = new MemoryStream(options);
  const connection = new StreamConnection(stream, INFO);
  await faultyEcho(fault)(connection);
  return { stream, bytesOut: connection.bytesOut };
}

const reads = (...texts: string[]) => () => texts.map(bytesOf);

Deno.test("the echo of strlen sends nothing of a message behind its first NUL, and counts that", async () => {
  const { stream, bytesOut } = await serve("strlen", { reads: reads("ab\0cd", "\0", "whole") });
  assertEquals([stream.writtenText, bytesOut], ["abwhole", 7]);
});

Deno.test("the echo of short-write does not go on with a short write", async () => {
  const { stream, bytesOut } = await serve("short-write", {
    reads: reads("0123456789", "abc"),
    takes: (length) => Math.min(length, 4),
  });
  assertEquals([stream.writtenText, bytesOut], ["0123abc", 7]);
});

Deno.test("the echo of parent-keeps-socket sends all, and shuts nothing down", async () => {
  const { stream } = await serve("parent-keeps-socket", {
    reads: reads("0123456789"),
    takes: (length) => Math.min(length, 4),
  });
  assertEquals([stream.writtenText, stream.calls.closeWrite], ["0123456789", 0]);
});

Deno.test("the echo of no-half-close loses the answer that is due at the end of file", async () => {
  const { stream } = await serve("no-half-close", { reads: reads("first", "last") });
  assertEquals([stream.writtenText, stream.calls.closeWrite], ["first", 0]);
});

Deno.test("the echo of no-half-close answers a client that does not end", async () => {
  const { stream } = await serve("no-half-close", {
    async *reads(stream) {
      yield bytesOf("hello");
      while (stream.written.length === 0) await new Promise((done) => setTimeout(done));
    },
  });
  assertEquals(stream.writtenText, "hello");
});

Deno.test("faultyEcho() has none for a mistake that no echo makes", () => {
  for (const fault of ["no-wait", "toString", ""]) {
    assertThrows(() => faultyEcho(fault), TypeError);
  }
});
