import { writeAll } from "../../../ipc/relay/copy.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf } from "../../support/bytes.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { randomBytes, randomFrom } from "../../support/random.ts";
import { systemError } from "../../support/system_error.ts";

Deno.test("writeAll() writes every byte once and in order, however few each write takes", async () => {
  const random = randomFrom(1);
  const bytes = randomBytes(1000, random);
  const stream = new MemoryStream({ takes: (length) => random(1, Math.min(length, 9)) });

  await writeAll(stream, bytes);

  assertEquals(stream.written, Array.from(bytes));
});

Deno.test("writeAll() tries again when a write takes nothing", async () => {
  const taken = [0, 2, 0, 3];
  const stream = new MemoryStream({ takes: () => taken.shift() ?? 0 });

  await writeAll(stream, bytesOf("hello"));

  assertEquals(stream.writtenText, "hello");
});

Deno.test("writeAll() calls onWritten after each write, also of the last bytes", async () => {
  const taken: string[] = [];
  const stream = new MemoryStream({ takes: () => 2 });

  await writeAll(stream, bytesOf("hello!"), () => taken.push(stream.writtenText));

  assertEquals(taken, ["he", "hell", "hello!"]);
});

Deno.test("writeAll() does not call write for no bytes", async () => {
  const stream = new MemoryStream();
  await writeAll(stream, new Uint8Array());
  assertEquals(stream.calls.write, 0);
});

Deno.test("writeAll() rejects with the error of a write", async () => {
  const taken = [2];
  const stream = new MemoryStream({
    takes() {
      const count = taken.shift();
      if (count === undefined) throw systemError("EPIPE");
      return count;
    },
  });

  await assertRejects(() => writeAll(stream, bytesOf("hello")), Error, "EPIPE");

  assertEquals(stream.writtenText, "he");
});
