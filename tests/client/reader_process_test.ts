import { ReaderProcess } from "../../client/reader_process.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { assertEquals, assertMatch, assertRejects, assertThrows } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { systemError } from "../support/system_error.ts";

/** A process without one behind it: its standard input is what the test says. */
function processWith(sink: UnderlyingSink<Uint8Array>) {
  const { promise: status, resolve: end } = Promise.withResolvers<Deno.CommandStatus>();
  return { pid: 4007, status, end, stdin: new WritableStream(sink) as Deno.ChildProcess["stdin"] };
}

function brokenPipe(): never {
  throw systemError("EPIPE");
}

Deno.test("ReaderProcess.write() resolves when the pipe has taken the bytes", async () => {
  const offered = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const chunks: Uint8Array[] = [];
  const reader = new ReaderProcess(processWith({
    async write(chunk) {
      chunks.push(chunk);
      offered.resolve();
      await taken.promise;
    },
  }));
  let isWritten = false;
  const writing = reader.write(bytesOf("hello")).then((count) => {
    isWritten = true;
    return count;
  });
  await offered.promise;
  assertEquals(isWritten, false);
  taken.resolve();
  assertEquals([await writing, chunks], [5, [bytesOf("hello")]]);
});

Deno.test("ReaderProcess.write() rejects with the pipe's error", async () => {
  const reader = new ReaderProcess(processWith({ write: brokenPipe }));
  await assertRejects(() => reader.write(bytesOf("hello")), Error, "EPIPE");
});

Deno.test("ReaderProcess.endInput() closes the pipe behind what was written", async () => {
  const steps: string[] = [];
  const reader = new ReaderProcess(processWith({
    write: (chunk) => void steps.push(new TextDecoder().decode(chunk)),
    close: () => void steps.push("closed"),
  }));
  const writing = reader.write(bytesOf("hello"));
  await reader.endInput();
  await writing;
  assertEquals(steps, ["hello", "closed"]);
});

Deno.test("ReaderProcess.endInput() leaves a reader that is gone to its status", async () => {
  const failedBefore = new ReaderProcess(processWith({ write: brokenPipe }));
  await assertRejects(() => failedBefore.write(bytesOf("hello")), Error);
  await failedBefore.endInput();
  const failsNow = new ReaderProcess(processWith({ close: brokenPipe }));
  await failsNow.endInput();
});

Deno.test("ReaderProcess.endInput() rejects for a bug", async () => {
  const close = () => {
    throw new RangeError("a bug");
  };
  const reader = new ReaderProcess(processWith({ close }));
  await assertRejects(() => reader.endInput(), RangeError, "a bug");
});

Deno.test("ReaderProcess is known by its process, and ended with it", async () => {
  const process = processWith({});
  const reader = new ReaderProcess(process);
  process.end({ success: false, code: 137, signal: "SIGKILL" });
  assertEquals([reader.pid, (await reader.ended).signal], [4007, "SIGKILL"]);
});

Deno.test({
  name: "ReaderProcess.start() says so where it may start no program",
  permissions: { run: false },
  fn() {
    const { message } = assertThrows(() => ReaderProcess.start(), OperationalError);
    assertMatch(message, /^Cannot start the reader: Requires run access to /);
  },
});

Deno.test("ReaderProcess.start() starts a reader, which ends with its input", async () => {
  const reader = ReaderProcess.start();
  await reader.endInput();
  assertEquals((await reader.ended).code, 0);
});
