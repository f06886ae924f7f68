import { InputError } from "../../client/lines.ts";
import { runSplit } from "../../client/split.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { lostAfter, throwBug, throwNobodyReads } from "../support/failures.ts";
import { MemoryStream, type MemoryStreamOptions } from "../support/memory_stream.ts";
import { systemError } from "../support/system_error.ts";

const DONE: Deno.CommandStatus = { success: true, code: 0, signal: null };
const FAILED: Deno.CommandStatus = { success: false, code: 1, signal: null };
const KILLED: Deno.CommandStatus = { success: false, code: 137, signal: "SIGKILL" };

/** A reader without a process: it exits well when its input has ended, or as the test says. */
class FakeReader {
  readonly pid = 4007;
  readonly pipe: MemoryStream;
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #end: (status: Deno.CommandStatus) => void;

  constructor(takes?: MemoryStreamOptions["takes"]) {
    this.pipe = new MemoryStream(takes && { takes });
    const { promise, resolve } = Promise.withResolvers<Deno.CommandStatus>();
    this.ended = promise;
    this.#end = resolve;
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.pipe.write(bytes);
  }

  async endInput(): Promise<void> {
    await this.pipe.closeWrite();
    this.end(DONE);
  }

  /** Ends as the status says, if it has not ended before. */
  end(status: Deno.CommandStatus): void {
    this.#end(status);
  }
}

/** A keyboard at which this is typed, and then nothing more. */
function typed(...pieces: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(bytesOf(piece));
    },
  });
}

async function run(
  connection: MemoryStream,
  options: { readonly reader: FakeReader; readonly input?: ReadableStream<Uint8Array> },
): Promise<number> {
  const { reader, input = typed() } = options;
  const keyboard = { input, endWord: "END", newline: true, sendsEndWord: false, answers: null };
  return await runSplit(connection, { ...keyboard, reader });
}

Deno.test("runSplit() sends what is typed, and passes the answers on to the reader, then their end", async () => {
  const reader = new FakeReader();
  const connection = new MemoryStream({
    async *reads(connection) {
      yield bytesOf("welcome\n");
      await connection.writeEnded;
      yield bytesOf("the rest\n");
    },
  });
  assertEquals(await run(connection, { reader, input: typed("one\n\ntwo\nEND\n") }), 0);
  assertEquals(connection.writtenText, "one\ntwo\n");
  assertEquals(reader.pipe.writtenText, "welcome\nthe rest\n");
  assertEquals([reader.pipe.calls.closeWrite, connection.calls.close], [1, 1]);
});

Deno.test("runSplit() ends with the server, also while its input goes on", async () => {
  const reader = new FakeReader();
  assertEquals(await run(new MemoryStream({ reads: () => [bytesOf("bye")] }), { reader }), 0);
  assertEquals(reader.pipe.writtenText, "bye");
});

Deno.test("runSplit() waits for the reader, which may still be printing", async () => {
  const reader = new FakeReader();
  const inputEnded = Promise.withResolvers<void>();
  reader.endInput = () => Promise.resolve(inputEnded.resolve());
  let hasEnded = false;
  const running = run(new MemoryStream(), { reader }).then(() => hasEnded = true);
  await inputEnded.promise;
  assertEquals(hasEnded, false);
  reader.end(DONE);
  await running;
});

/** A server that says nothing and never ends by itself. */
function silentServer(): MemoryStream {
  return new MemoryStream({
    async *reads(connection) {
      await connection.closed;
      yield* [];
    },
  });
}

Deno.test("runSplit() closes the connection when the reader is gone, and says what killed it", async () => {
  const reader = new FakeReader();
  const connection = silentServer();
  const running = run(connection, { reader });
  reader.end(KILLED);
  const { message } = await assertRejects(() => running, OperationalError);
  assertEquals(message, "The reader (process 4007) was killed by SIGKILL");
  assertEquals(connection.calls.close, 1);
});

Deno.test("runSplit() resolves to the status of a reader that has failed, and has said why", async () => {
  const reader = new FakeReader();
  const running = run(silentServer(), { reader });
  reader.end(FAILED);
  assertEquals(await running, 1);
});

Deno.test("runSplit() takes a pipe that nobody reads for the reader's end", async () => {
  for (const status of [KILLED, FAILED]) {
    const reader = new FakeReader(() => {
      reader.end(status);
      return throwNobodyReads();
    });
    const running = run(new MemoryStream({ reads: () => [bytesOf("hello")] }), { reader });
    if (status === FAILED) assertEquals(await running, 1);
    else await assertRejects(() => running, OperationalError, "was killed by SIGKILL");
  }
});

Deno.test("runSplit() rejects when the connection is lost, after the reader has printed what came before", async () => {
  const reader = new FakeReader();
  const connection = new MemoryStream({ reads: () => lostAfter(bytesOf("half")) });
  await assertRejects(() => run(connection, { reader }), Error, "ECONNRESET");
  assertEquals([reader.pipe.writtenText, reader.pipe.calls.closeWrite], ["half", 1]);
});

Deno.test("runSplit() rejects when its input fails, and ends the reader", async () => {
  const reader = new FakeReader();
  const input = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.error(systemError("EISDIR"));
    },
  });
  await assertRejects(() => run(silentServer(), { reader, input }), InputError);
  assertEquals(reader.pipe.calls.closeWrite, 1);
});

Deno.test("runSplit() rejects for a bug, and ends the reader", async () => {
  const reader = new FakeReader();
  const connection = new MemoryStream({ reads: throwBug });
  await assertRejects(() => run(connection, { reader }), RangeError, "a bug");
  assertEquals(reader.pipe.calls.closeWrite, 1);
});
