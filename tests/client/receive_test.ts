import { OutputError } from "../../cli/output.ts";
import { receiveAll } from "../../client/receive.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { lostAfter, NOBODY_READS, throwBug, throwNobodyReads } from "../support/failures.ts";
import { MemoryStream } from "../support/memory_stream.ts";

Deno.test("receiveAll() writes all that comes until the end of file, however few bytes each write takes", async () => {
  const source = new MemoryStream({ reads: () => ["one ", "", "two"].map(bytesOf) });
  const output = new MemoryStream({ takes: () => 1 });
  await receiveAll(source, output);
  assertEquals(output.writtenText, "one two");
});

Deno.test("receiveAll() reads no more before the last chunk is written", async () => {
  const written = Promise.withResolvers<void>();
  const writing = Promise.withResolvers<void>();
  const source = new MemoryStream({ reads: () => ["one", "two"].map(bytesOf) });
  const output = new MemoryStream({
    async takes(length) {
      writing.resolve();
      await written.promise;
      return length;
    },
  });
  const receiving = receiveAll(source, output);
  await writing.promise;
  assertEquals(source.calls.read, 1);
  written.resolve();
  await receiving;
  assertEquals(output.writtenText, "onetwo");
});

Deno.test("receiveAll() rejects with the source's error, after what came before", async () => {
  const source = new MemoryStream({ reads: () => lostAfter(bytesOf("half")) });
  const output = new MemoryStream();
  await assertRejects(() => receiveAll(source, output), Error, "ECONNRESET");
  assertEquals(output.writtenText, "half");
});

Deno.test("receiveAll() rejects with OutputError when the output takes no more", async () => {
  const source = new MemoryStream({ reads: () => [bytesOf("hello")] });
  const output = new MemoryStream({ takes: throwNobodyReads });
  const error = await assertRejects(() => receiveAll(source, output), OutputError);
  assertEquals(error.cause, NOBODY_READS);
  assertEquals(
    error.message,
    "Cannot write to standard output: broken pipe: nobody reads it any more",
  );
});

Deno.test("receiveAll() rejects for a bug, wherever it is", async () => {
  const source = new MemoryStream({ reads: () => [bytesOf("hello")] });
  const buggySource = new MemoryStream({ reads: throwBug });
  const buggyOutput = new MemoryStream({ takes: throwBug });
  await assertRejects(() => receiveAll(source, buggyOutput), RangeError, "a bug");
  await assertRejects(() => receiveAll(buggySource, new MemoryStream()), RangeError, "a bug");
});
