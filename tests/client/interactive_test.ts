import { setImmediate } from "node:timers/promises";
import { Answers } from "../../client/answers.ts";
import { runInteractive } from "../../client/interactive.ts";
import { InputError, LINE_BYTES_MAX } from "../../client/lines.ts";
import { OutputError } from "../../cli/output.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf, oneByOne } from "../support/bytes.ts";
import { MemoryStream, type MemoryStreamOptions } from "../support/memory_stream.ts";
import { ResettablePair } from "../support/sockets.ts";
import { systemError } from "../support/system_error.ts";

const OPTIONS = { endWord: "END", newline: true, sendsEndWord: false, answers: null };

/** The server's side of a connection that says nothing, and ends when the client has. */
async function* endsWithClient(connection: MemoryStream) {
  await connection.writeEnded;
  yield* [];
}

/** The server's side of a connection that answers when the client has ended. */
function answersAtTheEnd(...answer: readonly string[]): MemoryStreamOptions["reads"] {
  return async function* (connection) {
    await connection.writeEnded;
    yield* answer.map(bytesOf);
  };
}

/** An input of these pieces. */
function inputOf(...pieces: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(
    pieces.map((piece) => typeof piece === "string" ? bytesOf(piece) : piece),
  );
}

/** An input of these pieces that then waits for more, as a keyboard does. */
function openInputOf(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(bytesOf(piece));
    },
  });
}

/** Runs a client with this input. Resolves to the connection, as the server has seen it. */
async function send(
  input: ReadableStream<Uint8Array>,
  options: Partial<typeof OPTIONS> = {},
): Promise<MemoryStream> {
  const connection = new MemoryStream({ reads: endsWithClient });
  const output = new MemoryStream();
  await runInteractive(connection, { ...OPTIONS, ...options, input, output });
  assertEquals([output.writtenText, connection.calls.closeWrite], ["", 1]);
  return connection;
}

async function assertSends(
  input: ReadableStream<Uint8Array>,
  expected: string,
  options: Partial<typeof OPTIONS> = {},
) {
  assertEquals((await send(input, options)).writtenText, expected);
}

Deno.test("runInteractive() sends the lines of its input, and ends its direction with the input", async () => {
  await assertSends(inputOf("one\ntwo\n"), "one\ntwo\n");
});

Deno.test("runInteractive() puts a line together, however it comes", async () => {
  await assertSends(inputOf(...oneByOne(bytesOf("one\nEND\nlater\n"))), "one\n");
});

Deno.test("runInteractive() sends each line in one write", async () => {
  assertEquals((await send(inputOf("on", "e\ntwo\nthr", "ee\n"))).calls.write, 3);
});

Deno.test("runInteractive() sends a line before the next one comes", async () => {
  const sent = Promise.withResolvers<void>();
  const connection = new MemoryStream({
    reads: endsWithClient,
    takes(length) {
      sent.resolve();
      return length;
    },
  });
  const input = ReadableStream.from((async function* () {
    yield bytesOf("one\n");
    await sent.promise;
    yield bytesOf("two\n");
  })());
  await runInteractive(connection, { ...OPTIONS, input, output: new MemoryStream() });
  assertEquals(connection.writtenText, "one\ntwo\n");
});

Deno.test("runInteractive() sends a long line before its end comes", async () => {
  const length = 3 * LINE_BYTES_MAX + 100;
  const sent = Promise.withResolvers<void>();
  let sentBytes = 0;
  const connection = new MemoryStream({
    reads: endsWithClient,
    takes(taken) {
      sentBytes += taken;
      if (sentBytes > length - LINE_BYTES_MAX) sent.resolve();
      return taken;
    },
  });
  const input = ReadableStream.from((async function* () {
    yield new Uint8Array(length).fill(120);
    await sent.promise;
    yield bytesOf("\nEND\n");
  })());
  await runInteractive(connection, { ...OPTIONS, input, output: new MemoryStream() });
  assertEquals(connection.writtenText, "x".repeat(length) + "\n");
});

Deno.test("runInteractive() stops at no part of a long line, and leaves none out", async () => {
  const long = "x".repeat(LINE_BYTES_MAX);
  await assertSends(inputOf(`${long}END\n${long}\n${long}END`), `${long}END\n${long}\n${long}END`);
  await assertSends(inputOf(`${long}END\r\n${long}\r\nEND\r\n`), `${long}END${long}`, {
    newline: false,
  });
});

Deno.test("runInteractive() does not send an empty line", async () => {
  await assertSends(inputOf("\none\n\n\r\ntwo\n\n"), "one\ntwo\n");
});

Deno.test("runInteractive() sends a last line without a newline", async () => {
  await assertSends(inputOf("one\ntwo"), "one\ntwo");
});

Deno.test("runInteractive() sends nothing for an empty input", async () => {
  await assertSends(inputOf(), "");
});

Deno.test("runInteractive() stops at the end word, and sends neither it nor what comes later", async () => {
  await assertSends(inputOf("one\nEND\ntwo\n", "three\n"), "one\n");
});

Deno.test("runInteractive() does not wait for the end of an input after the end word", async () => {
  await assertSends(openInputOf("one\nEND\n"), "one\n");
});

Deno.test("runInteractive() takes the end word without a newline too", async () => {
  await assertSends(inputOf("one\nEND"), "one\n");
});

Deno.test("runInteractive() stops at a line that is the end word, not at one that has it in it", async () => {
  const lines = "END \n END\nend\nENDING\nTHE END\n";
  await assertSends(inputOf(lines + "END\nlater\n"), lines);
});

Deno.test("runInteractive() stops at the end word that it is told", async () => {
  await assertSends(inputOf("END\nbye, Ü\nlater\n"), "END\n", { endWord: "bye, Ü" });
});

Deno.test("runInteractive() takes the lines of a CRLF input, and sends them as they are", async () => {
  await assertSends(inputOf("one\r\n\r\ntwo\r\nEND\r\nlater\r\n"), "one\r\ntwo\r\n");
});

Deno.test("runInteractive() leaves newlines out when it is told so", async () => {
  await assertSends(inputOf("one\ntwo\r\n\nthree"), "onetwothree", { newline: false });
});

Deno.test("runInteractive() passes every byte in both directions", async () => {
  const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const connection = new MemoryStream({
    async *reads(connection) {
      await connection.writeEnded;
      yield everyByte;
    },
  });
  const output = new MemoryStream();

  await runInteractive(connection, { ...OPTIONS, input: inputOf(everyByte), output });

  assertEquals(connection.written, Array.from(everyByte));
  assertEquals(output.written, Array.from(everyByte));
});

Deno.test("runInteractive() sends whole lines, however few bytes each write takes", async () => {
  const connection = new MemoryStream({ reads: endsWithClient, takes: () => 1 });
  const input = inputOf("one\ntwo\n");
  await runInteractive(connection, { ...OPTIONS, input, output: new MemoryStream() });
  assertEquals(connection.writtenText, "one\ntwo\n");
});

Deno.test("runInteractive() loses nothing of what the server sends after the end of input", async () => {
  const connection = new MemoryStream({ reads: answersAtTheEnd("the ", "", "answer") });
  const output = new MemoryStream({ takes: () => 1 });
  await runInteractive(connection, { ...OPTIONS, input: inputOf("question\n"), output });
  assertEquals(output.writtenText, "the answer");
});

Deno.test("runInteractive() ends with the server, also while its input goes on", async () => {
  const connection = new MemoryStream({ reads: () => [bytesOf("bye")] });
  const output = new MemoryStream();
  await runInteractive(connection, { ...OPTIONS, input: openInputOf(), output });
  assertEquals(output.writtenText, "bye");
});

Deno.test("runInteractive() prints what a server has still to say that takes no more", async () => {
  const refused = Promise.withResolvers<void>();
  const connection = new MemoryStream({
    takes() {
      refused.resolve();
      throw systemError("EPIPE");
    },
    async *reads() {
      await refused.promise;
      yield bytesOf("too many lines");
    },
  });
  const output = new MemoryStream();
  await runInteractive(connection, { ...OPTIONS, input: openInputOf("one\n", "two\n"), output });
  assertEquals(output.writtenText, "too many lines");
});

Deno.test("runInteractive() rejects with OutputError when its output takes no more", async () => {
  const brokenPipe = systemError("EPIPE");
  const output = new MemoryStream({
    takes() {
      throw brokenPipe;
    },
  });
  const connection = new MemoryStream({ reads: () => [bytesOf("hello")] });
  const error = await assertRejects(
    () => runInteractive(connection, { ...OPTIONS, input: openInputOf(), output }),
    OutputError,
  );
  assertEquals(error.cause, brokenPipe);
});

Deno.test("runInteractive() rejects with the stream's error when the connection is lost", async () => {
  using lost = await ResettablePair.open();
  const input = openInputOf();
  const running = runInteractive(lost.conn, { ...OPTIONS, input, output: new MemoryStream() });
  const rejected = assertRejects(() => running, Deno.errors.ConnectionReset);
  await lost.reset();
  await rejected;
});

Deno.test("runInteractive() rejects when a write is the first to hear that the connection is lost", async () => {
  // The kernel tells a reset once, to whichever operation comes first; a read after it is at the end of file.
  const told = Promise.withResolvers<void>();
  const connection = new MemoryStream({
    takes() {
      told.resolve();
      throw systemError("ECONNRESET");
    },
    async *reads() {
      yield bytesOf("half an ans");
      await told.promise;
    },
  });
  const output = new MemoryStream();
  await assertRejects(
    () => runInteractive(connection, { ...OPTIONS, input: openInputOf("one\n"), output }),
    Error,
    "ECONNRESET",
  );
  assertEquals(output.writtenText, "half an ans");
});

Deno.test("runInteractive() rejects when its input fails, for a server that waits for the client's end", async () => {
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.error(systemError("EISDIR"));
    },
  });
  const connection = new MemoryStream({ reads: endsWithClient });
  const output = new MemoryStream();
  const run = () => runInteractive(connection, { ...OPTIONS, input, output });
  const { message } = await assertRejects(run, InputError);
  assertEquals(message, "Cannot read standard input: it is a folder");
});

Deno.test("runInteractive() sends the end word too where it is told so, however the input ends", async () => {
  const options = { newline: false, sendsEndWord: true };
  await assertSends(inputOf("one\nEND\ntwo\n"), "oneEND", options);
  await assertSends(inputOf("one\n"), "oneEND", options);
  await assertSends(inputOf("one\nbye\n"), "onebye", { ...options, endWord: "bye" });
});

/** A connection whose server answers each write by what it makes of it. */
function answering(answer: (line: string) => string): MemoryStream {
  let wake = Promise.withResolvers<void>();
  const connection = new MemoryStream({
    takes(length) {
      wake.resolve();
      return length;
    },
    async *reads(connection) {
      let isOver = false;
      connection.writeEnded.then(() => {
        isOver = true;
        wake.resolve();
      });
      for (let read = 0; !isOver || read < connection.written.length;) {
        await wake.promise;
        wake = Promise.withResolvers();
        // Not before the write itself has ended.
        await setImmediate();
        const text = connection.writtenText.slice(read);
        read += text.length;
        if (text !== "") yield bytesOf(answer(text));
      }
    },
  });
  return connection;
}

Deno.test("runInteractive() sends a line only when the one before is answered, where it is told so", async () => {
  const output = new MemoryStream();
  const heard: string[] = [];
  const connection = answering((line) => {
    heard.push(line);
    return `<${line}>`;
  });
  await runInteractive(connection, {
    ...OPTIONS,
    input: inputOf("one\n\ntwo\nthree\nEND\n"),
    output,
    newline: false,
    sendsEndWord: true,
    answers: new Answers({ areAwaited: true }),
  });
  assertEquals(heard, ["one", "two", "three", "END"]);
  assertEquals(output.writtenText, "<one>\n<two>\n<three>\n<END>\n");
});

function throwBug(): never {
  throw new RangeError("a bug");
}

Deno.test("runInteractive() rejects for a bug, wherever it is", async () => {
  const reads = () => [bytesOf("hello")];
  const bugs: Record<string, readonly [connection: MemoryStream, output: MemoryStream]> = {
    read: [new MemoryStream({ reads: throwBug }), new MemoryStream()],
    write: [new MemoryStream({ reads: endsWithClient, takes: throwBug }), new MemoryStream()],
    closeWrite: [
      new MemoryStream({ reads: endsWithClient, onCloseWrite: throwBug }),
      new MemoryStream(),
    ],
    output: [new MemoryStream({ reads }), new MemoryStream({ takes: throwBug })],
  };
  for (const [connection, output] of Object.values(bugs)) {
    const input = inputOf("one\n");
    const run = () => runInteractive(connection, { ...OPTIONS, input, output });
    await assertRejects(run, RangeError, "a bug");
  }
});
