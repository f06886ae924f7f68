import type { ConnectionInfo } from "../../../../ipc/transport.ts";
import { ModuleConnection } from "../../../../server/child/module/module_connection.ts";
import { StreamConnection } from "../../../../server/child/stream_connection.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { bytesOf, oneByOne, readAll, receive, send } from "../../../support/bytes.ts";
import { LOST, lostAfter, throwNobodyReads } from "../../../support/failures.ts";
import { MemoryStream, type MemoryStreamOptions } from "../../../support/memory_stream.ts";
import { TcpPair } from "../../../support/sockets.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "192.0.2.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** A module's connection over a stream without an operating system behind it. */
function connect(options: MemoryStreamOptions = {}) {
  const stream = new MemoryStream(options);
  const inner = new StreamConnection(stream, INFO);
  return { stream, inner, connection: new ModuleConnection(inner) };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function linesOf(...pieces: readonly (string | Uint8Array)[]): Promise<string[]> {
  const bytes = pieces.map((piece) => typeof piece === "string" ? bytesOf(piece) : piece);
  return await collect(connect({ reads: () => bytes }).connection.lines());
}

Deno.test("ModuleConnection tells who is connected", () => {
  const { id, remoteAddr, localAddr } = connect().connection;
  assertEquals({ id, remoteAddr, localAddr }, INFO);
});

Deno.test("ModuleConnection reads and writes the client's bytes, and its end of file", async () => {
  using pair = await TcpPair.open();
  using inner = new StreamConnection(pair.server, INFO);
  const connection = new ModuleConnection(inner);
  await send(pair.client, "question");
  await pair.client.closeWrite();
  assertEquals(await readAll(connection), "question");
  await connection.write("answer");
  await connection.closeWrite();
  assertEquals(await readAll(pair.client), "answer");
});

Deno.test("ModuleConnection.write() writes all of a text as UTF-8, and resolves to its bytes", async () => {
  const { connection, stream } = connect({ takes: (length) => Math.min(length, 4) });
  assertEquals(await connection.write("안녕, you"), 11);
  assertEquals(stream.writtenText, "안녕, you");
  assertEquals(stream.calls.write, 3);
  assertEquals(await connection.write(""), 0);
});

Deno.test("ModuleConnection.write() writes all of the bytes", async () => {
  const { connection, stream } = connect({ takes: (length) => Math.min(length, 2) });
  assertEquals(await connection.write(Uint8Array.of(1, 2, 255)), 3);
  assertEquals(stream.written, [1, 2, 255]);
});

Deno.test("ModuleConnection.lines() gives each line without its LF or CRLF", async () => {
  assertEquals(await linesOf("one\ntwo\r\n\nfour\n"), ["one", "two", "", "four"]);
  assertEquals(await linesOf("a\rb\n"), ["a\rb"]);
});

Deno.test("ModuleConnection.lines() gives a last line without an end", async () => {
  assertEquals(await linesOf("one\ntwo"), ["one", "two"]);
  assertEquals(await linesOf(), []);
});

Deno.test("ModuleConnection.lines() gives the same lines however they come", async () => {
  assertEquals(await linesOf(...oneByOne(bytesOf("안녕\r\n🐣\nlast"))), ["안녕", "🐣", "last"]);
});

Deno.test("ModuleConnection.lines() replaces what is no UTF-8", async () => {
  assertEquals(await linesOf(Uint8Array.of(0x61, 0xff, 0x62, 0x0a)), ["a\ufffdb"]);
});

Deno.test("ModuleConnection.lines() gives a line as soon as it is there", async () => {
  using pair = await TcpPair.open();
  using inner = new StreamConnection(pair.server, INFO);
  const lines = new ModuleConnection(inner).lines();
  for (const line of ["one", "two"]) {
    await send(pair.client, `${line}\n`);
    assertEquals(await lines.next(), { done: false, value: line });
  }
  await pair.client.closeWrite();
  assertEquals((await lines.next()).done, true);
});

Deno.test("ModuleConnection.lines() throws what a read fails with, which is the connection's failure", async () => {
  const { connection, inner } = connect({ reads: () => lostAfter(bytesOf("one\n")) });
  const error = await assertRejects(() => collect(connection.lines()), Error, LOST.message);
  assertEquals(inner.isToBlame(error), true);
});

Deno.test("ModuleConnection.lines() that is left early leaves the connection open", async () => {
  const { connection, stream } = connect({ reads: () => [bytesOf("one\ntwo\n")] });
  for await (const line of connection.lines()) {
    assertEquals(line, "one");
    break;
  }
  await connection.write("enough");
  assertEquals(stream.writtenText, "enough");
  assertEquals([stream.calls.closeWrite, stream.calls.close], [0, 0]);
});

/** The lines that a handler gets from those pieces before an error, and that error's message. */
async function linesUntilError(
  maxBytes: number | undefined,
  pieces: readonly string[],
): Promise<{ lines: string[]; message: string | null }> {
  const { connection } = connect({ reads: () => pieces.map(bytesOf) });
  const lines: string[] = [];
  try {
    for await (const line of connection.lines(maxBytes === undefined ? {} : { maxBytes })) {
      lines.push(line);
      // A handler answers each line before it takes the next.
      await connection.write("answer");
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { lines, message: error.message };
  }
  return { lines, message: null };
}

const TOO_LONG =
  "Cannot read a line: it is longer than 4 bytes (lines({ maxBytes }) sets the limit)";

const AT_THE_LIMIT:
  readonly (readonly [what: string, pieces: readonly string[], lines: string[]])[] = [
    ["as long as allowed", ["four\n", "four\r\n", "four"], ["four", "four", "four"]],
    ["as long as allowed, in pieces", ["fo", "ur", "\r", "\nfo", "ur\n"], ["four", "four"]],
    ["many in one piece", ["1\n22\n333\n4444\n\n"], ["1", "22", "333", "4444", ""]],
  ];

for (const [what, pieces, lines] of AT_THE_LIMIT) {
  Deno.test(`ModuleConnection.lines() gives lines that are ${what}`, async () => {
    assertEquals(await linesUntilError(4, pieces), { lines, message: null });
  });
}

const BEYOND: readonly (readonly [what: string, pieces: readonly string[], lines: string[]])[] = [
  ["in one piece with those before and behind it", ["a\nb\nfifth\nc\n"], ["a", "b"]],
  ["in pieces, one of which ends a line before", ["a\nb", "\ncd", "efg", "h\n"], ["a", "b"]],
  ["without an end", ["a\n", "xxxxx"], ["a"]],
  ["with a CR that does not end it", ["four\rx"], []],
  ["the first of all", ["fifth\n"], []],
];

for (const [what, pieces, lines] of BEYOND) {
  Deno.test(`ModuleConnection.lines() throws in place of a line that is too long: ${what}`, async () => {
    assertEquals(await linesUntilError(4, pieces), { lines, message: TOO_LONG });
  });
}

Deno.test("ModuleConnection.lines() takes lines of 64 KiB unless told otherwise", async () => {
  const line = "x".repeat(64 * 1024);
  assertEquals(await linesUntilError(undefined, [line, "\n"]), { lines: [line], message: null });
  const { lines, message } = await linesUntilError(undefined, [line, "x"]);
  assertEquals(lines, []);
  assertMatch(message ?? "", /longer than 65536 bytes/);
});

Deno.test("ModuleConnection.lines() stops reading at an endless line", async () => {
  let reads = 0;
  function* endless() {
    for (;; reads++) yield bytesOf("x".repeat(1024));
  }
  const { connection } = connect({ reads: endless });
  await assertRejects(() => collect(connection.lines()), RangeError, "longer than 65536 bytes");
  assert(reads <= 66, `${reads} reads`);
});

Deno.test("ModuleConnection.lines() refuses a limit that is none", async () => {
  for (const maxBytes of [0, -1, 1.5, NaN, Infinity]) {
    const { lines, message } = await linesUntilError(maxBytes, ["a\n"]);
    assertEquals(lines, []);
    assertMatch(message ?? "", /^lines\(\{ maxBytes: .+ \}\): expected a whole number from 1$/);
  }
});

Deno.test("ModuleConnection.readable gives what the client sends, to its end", async () => {
  const { connection } = connect({ reads: () => [bytesOf("one"), bytesOf("two")] });
  const chunks = await collect(connection.readable);
  assertEquals(chunks.map((chunk) => new TextDecoder().decode(chunk)), ["one", "two"]);
});

Deno.test("ModuleConnection.readable gives chunks of their own, which the next read leaves alone", async () => {
  const { connection } = connect({ reads: () => [Uint8Array.of(1), Uint8Array.of(2)] });
  const reader = connection.readable.getReader();
  const { value: first } = await reader.read();
  const { value: second } = await reader.read();
  assertEquals([first, second], [Uint8Array.of(1), Uint8Array.of(2)]);
});

Deno.test("ModuleConnection.readable reads nothing before it is asked to", async () => {
  const { connection, stream } = connect({ reads: () => [bytesOf("one"), bytesOf("two")] });
  const reader = connection.readable.getReader();
  await connection.write("what a stream that reads ahead would have had time for");
  assertEquals(stream.calls.read, 0);
  await reader.read();
  await connection.write("again");
  assertEquals(stream.calls.read, 1);
  reader.releaseLock();
  assertEquals(await receive(connection, 3), "two");
});

Deno.test("ModuleConnection.readable that is cancelled leaves the connection open", async () => {
  const { connection, stream } = connect({ reads: () => [bytesOf("one")] });
  await connection.readable.cancel();
  assertEquals(await receive(connection, 3), "one");
  assertEquals(stream.calls.close, 0);
});

Deno.test("ModuleConnection.readable and writable are the same each time", () => {
  const { connection } = connect();
  assert(connection.readable === connection.readable);
  assert(connection.writable === connection.writable);
});

Deno.test("ModuleConnection.writable writes whole chunks, and its close ends the outgoing direction only", async () => {
  const { connection, stream } = connect({ takes: (length) => Math.min(length, 3) });
  const writer = connection.writable.getWriter();
  await writer.write(bytesOf("hello"));
  assertEquals(stream.writtenText, "hello");
  assertEquals(stream.calls.closeWrite, 0);
  await writer.close();
  assertEquals([stream.calls.closeWrite, stream.calls.close], [1, 0]);
});

Deno.test("ModuleConnection pipes its readable into its writable, as an echo", async () => {
  using pair = await TcpPair.open();
  using inner = new StreamConnection(pair.server, INFO);
  const connection = new ModuleConnection(inner);
  const piped = connection.readable.pipeTo(connection.writable);
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await send(pair.client, "bye");
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.client), "bye");
  await piped;
});

Deno.test("ModuleConnection.signal aborts when the client is lost", () => {
  const { connection, inner } = connect();
  const { signal } = connection;
  assertEquals(signal.aborted, false);
  inner.abort();
  assertEquals(signal.aborted, true);
  assertEquals(inner.isToBlame(signal.reason), true);
});

Deno.test("ModuleConnection.signal aborts when a read or write has failed, or the connection was closed", async () => {
  const read = connect({ reads: () => lostAfter() });
  await assertRejects(() => read.connection.read(new Uint8Array(8)), Error);
  const closed = connect();
  closed.inner[Symbol.dispose]();
  assertEquals([read, closed].map(({ connection }) => connection.signal.aborted), [true, true]);
});

Deno.test("ModuleConnection.write() leaves no rejection to nobody where a handler does not await it", async () => {
  const { connection, inner } = connect({ takes: throwNobodyReads });
  // Each would end the test, as it would end a worker.
  connection.write("one");
  connection.write("two");
  connection.closeWrite();
  await connection.flushed();
  assertEquals(inner.hasFailed, true);
  await assertRejects(() => connection.write("three"), Error, "EPIPE");
});
