/** Lines, however they are cut, and where one does not end. */

import fc from "fast-check";
import { LineLengthError, readLines } from "../../ipc/lines.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { throwBug } from "../support/failures.ts";
import { MemoryStream } from "../support/memory_stream.ts";
import { piecesOf } from "../support/pieces.ts";

const MAX_BYTES = 16;

async function linesOf(...pieces: readonly Uint8Array[]): Promise<string[]> {
  return await Array.fromAsync(readLines(new MemoryStream({ reads: () => pieces }), MAX_BYTES));
}

/** Lines of up to 15 bytes, and how their bytes come. */
const sent = fc.array(fc.stringMatching(/^[a-zä€]{0,5}$/), { maxLength: 30 }).chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    pieces: piecesOf(bytesOf(lines.map((line) => line + "\n").join(""))),
  })
);

Deno.test("any lines within the limit are read as they were written, however they are cut", async () => {
  await fc.assert(fc.asyncProperty(sent, async ({ lines, pieces }) => {
    assertEquals(await linesOf(...pieces), lines);
  }));
});

Deno.test("a line that is as long as the limit with its newline is read, and one byte more is too long", async () => {
  const longest = "x".repeat(MAX_BYTES - 1);
  assertEquals(await linesOf(bytesOf(`a\n${longest}\nb\n`)), ["a", longest, "b"]);
  const error = await assertRejects(() => linesOf(bytesOf(longest + "x\n")), LineLengthError);
  assertEquals(error.message, "no end of line in 16 bytes");
});

Deno.test("the lines in front of one that is too long are read", async () => {
  const text = "a\nb\n" + "x".repeat(2 * MAX_BYTES);
  const lines = readLines(new MemoryStream({ reads: () => [bytesOf(text)] }), MAX_BYTES);
  assertEquals([(await lines.next()).value, (await lines.next()).value], ["a", "b"]);
  await assertRejects(() => lines.next(), LineLengthError);
});

Deno.test("a piece behind the last newline is no line", async () => {
  assertEquals(await linesOf(bytesOf("a\nb")), ["a"]);
  assertEquals(await linesOf(bytesOf("b")), []);
});

Deno.test("a line is there as soon as its newline is, without a wait for more", async () => {
  const stream = new MemoryStream({ reads: () => [bytesOf("a\nb\nc")] });
  const lines = readLines(stream, MAX_BYTES);
  assertEquals([(await lines.next()).value, (await lines.next()).value], ["a", "b"]);
  assertEquals(stream.calls.read, 1);
});

Deno.test("what is wrong with the stream is told as it is", async () => {
  const lines = readLines(new MemoryStream({ reads: throwBug }), MAX_BYTES);
  await assertRejects(() => lines.next(), RangeError, "a bug");
});
