/** What one connection of a load does with its stream. What becomes of it is in `share_test.ts`. */

import { Deadlines } from "../../../client/load/deadlines.ts";
import { Tally } from "../../../client/load/tally/tally.ts";
import { Visitor, type VisitorOptions } from "../../../client/load/visitor.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { throwBug, throwNobodyReads } from "../../support/failures.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryStream, type MemoryStreamOptions } from "../../support/memory_stream.ts";
import { FakeServer } from "./fake_server.ts";

type Connect = (signal: AbortSignal) => Promise<ByteStream>;

/** Makes that many visits, one after the other. */
async function visit(
  connect: (clock: FakeClock) => Connect,
  options: Partial<VisitorOptions> & { readonly visits?: number } = {},
): Promise<Tally> {
  const clock = new FakeClock();
  const tally = new Tally();
  await using deadlines = new Deadlines(clock, 1000);
  const visitor = new Visitor({
    connect: connect(clock),
    clock,
    startMs: 0,
    tally,
    deadlines,
    messages: 1,
    size: 64,
    binary: false,
    connectTimeoutMs: 1000,
    timeoutMs: 1000,
    ...options,
  });
  for (let i = 0; i < (options.visits ?? 1); i++) await clock.run(visitor.visit(i));
  return tally;
}

/** An echo that keeps the buffers that a visit has worked in, and what it did in which order. */
function recordingEcho(answer?: (bytes: Uint8Array, connection: number) => Uint8Array | null) {
  const sent: ArrayBufferLike[] = [];
  const received: ArrayBufferLike[] = [];
  const calls: string[] = [];
  const connect = (clock: FakeClock): Connect => {
    const server = new FakeServer(clock, answer === undefined ? {} : { answer });
    return async (signal) => {
      const stream = await server.connect(signal);
      return {
        ...stream,
        write: async (bytes) => {
          sent.push(bytes.buffer);
          calls.push("write");
          const count = await stream.write(bytes);
          calls.push("written");
          return count;
        },
        read: (buffer) => {
          received.push(buffer.buffer);
          calls.push("read");
          return stream.read(buffer);
        },
      };
    };
  };
  return { sent, received, calls, connect };
}

Deno.test("visits share their buffers, which are as long as a message", async () => {
  const { sent, received, connect } = recordingEcho();
  await visit(connect, { visits: 3, messages: 2, size: 100 });
  assertEquals(sent.map(({ byteLength }) => byteLength), Array(6).fill(100));
  assertEquals(received.map(({ byteLength }) => byteLength), Array(9).fill(100));
  assertEquals([new Set(sent).size, new Set(received).size], [1, 1]);
});

Deno.test("the buffers of a visit for a long message are bounded", async () => {
  const { sent, connect } = recordingEcho();
  await visit(connect, { size: 1024 * 1024 });
  assertEquals(Math.max(...sent.map(({ byteLength }) => byteLength)), 64 * 1024);
});

Deno.test("the buffers of a visit that failed are left to the operations that were given up", async () => {
  const { sent, connect } = recordingEcho((bytes, connection) => connection === 1 ? null : bytes);
  await visit(connect, { visits: 4 });
  assertEquals(sent.map((buffer) => sent.indexOf(buffer)), [0, 0, 2, 2]);
});

Deno.test("a short message is sent whole before its echo is read, a long one while it is", async () => {
  for (
    const [size, calls] of [[16_384, ["write", "written", "read"]], [16_385, [
      "write",
      "read",
      "written",
    ]]] as const
  ) {
    const recorded = recordingEcho();
    await visit(recorded.connect, { size });
    assertEquals(recorded.calls.slice(0, 3), [...calls]);
  }
});

/** The server's side of a connection that echoes what was written, and ends. */
async function* echoes(stream: MemoryStream): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Uint8Array.from(stream.written));
}

/** A connection with such a stream. */
function connectTo(options: MemoryStreamOptions) {
  return () => () => Promise.resolve(new MemoryStream(options));
}

Deno.test("a server that has ended the connection when the client does is no failure", async () => {
  const tally = await visit(connectTo({ reads: echoes, onCloseWrite: throwNobodyReads }));
  assertEquals(tally.done, 1);
});

Deno.test("a bug at the end of a visit is told", async () => {
  const connect = connectTo({ reads: echoes, onCloseWrite: throwBug });
  await assertRejects(() => visit(connect), RangeError, "a bug");
});
