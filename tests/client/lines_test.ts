import { InputError, type Line, LINE_BYTES_MAX, linesOf } from "../../client/lines.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { bytesOf, oneByOne } from "../support/bytes.ts";
import { LOST, lostAfter, throwBug } from "../support/failures.ts";
import { randomFrom } from "../support/random.ts";

/** A line as text. */
type Told = readonly [content: string, typed: string, isWhole: boolean];

function tell({ content, typed, isWhole }: Line): Told {
  const decoder = new TextDecoder();
  return [decoder.decode(content), decoder.decode(typed), isWhole];
}

async function linesIn(pieces: Iterable<string | Uint8Array>): Promise<Told[]> {
  const chunks = Array.from(pieces, (piece) => typeof piece === "string" ? bytesOf(piece) : piece);
  // Told one by one: the bytes are valid until the next line is asked for.
  return await Array.fromAsync(linesOf(ReadableStream.from(chunks)), tell);
}

Deno.test("linesOf() gives each line with and without its newline", async () => {
  const lines: Told[] = [
    ["one", "one\n", true],
    ["", "\n", true],
    ["two", "two\r\n", true],
    ["", "\r\n", true],
    ["a\rb\r", "a\rb\r\r\n", true],
    ["three", "three", true],
  ];
  const text = lines.map(([, typed]) => typed).join("");
  assertEquals(await linesIn([text]), lines);
  assertEquals(await linesIn(oneByOne(bytesOf(text))), lines);
});

Deno.test("linesOf() gives no line for an empty input, nor for a chunk without a byte", async () => {
  assertEquals(await linesIn([]), []);
  assertEquals(await linesIn(["", "a", "", "\n", ""]), [["a", "a\n", true]]);
});

Deno.test("linesOf() gives a line whole that fits, and in parts that does not", async () => {
  const fits = "x".repeat(LINE_BYTES_MAX - 1);
  assertEquals(await linesIn([fits + "\n"]), [[fits, fits + "\n", true]]);
  const longer = fits + "y";
  for (const pieces of [[longer + "\nz"], [longer, "\nz"], [fits, "y\nz"]]) {
    assertEquals(await linesIn(pieces), [
      [longer, longer, false],
      ["", "\n", false],
      ["z", "z", true],
    ]);
  }
  assertEquals(await linesIn([longer + longer + "y"]), [
    [longer, longer, false],
    [longer, longer, false],
    ["y", "y", false],
  ]);
});

Deno.test("linesOf() takes no newline apart, wherever a line is divided", async () => {
  const almost = "x".repeat(LINE_BYTES_MAX - 1);
  for (const pieces of [[almost + "\r\nz"], [almost, "\r", "\n", "z"]]) {
    assertEquals(await linesIn(pieces), [
      [almost, almost, false],
      ["", "\r\n", false],
      ["z", "z", true],
    ]);
  }
  assertEquals(await linesIn([almost + "\r"]), [[almost, almost, false], ["\r", "\r", false]]);
});

Deno.test("linesOf() loses nothing, however the input is cut", async () => {
  const random = randomFrom(11);
  for (let round = 0; round < 20; round++) {
    const text = Array.from(
      { length: random(1, 30) },
      () =>
        "x".repeat(random(0, random(0, 3) === 0 ? 3 * LINE_BYTES_MAX : 9)) +
        ["\n", "\r\n", "\r", "END\n"][random(0, 3)],
    ).join("");
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const end = at + random(1, 2 * LINE_BYTES_MAX);
      pieces.push(text.slice(at, end));
      at = end;
    }
    const lines = await linesIn(pieces);
    assertEquals(lines.map(([, typed]) => typed).join(""), text);
    assertEquals(
      lines.map(([content]) => content).join(""),
      text.replace(/\r?\n/g, ""),
    );
    assert(lines.every(([, typed]) => typed.length <= LINE_BYTES_MAX));
  }
});

Deno.test("linesOf() rejects with InputError when the input is lost, behind the lines that came", async () => {
  const lines = linesOf(ReadableStream.from(lostAfter(bytesOf("one\ntw"))));
  assertEquals((await lines.next()).value?.isWhole, true);
  const error = await assertRejects(() => lines.next(), InputError, "Cannot read standard input: ");
  assertEquals(error.cause, LOST);
});

Deno.test("linesOf() passes a bug on as it is", async () => {
  const input = new ReadableStream<Uint8Array>({ pull: throwBug });
  await assertRejects(() => linesOf(input).next(), RangeError, "a bug");
});

Deno.test("linesOf() leaves its input open when nobody wants more lines", async () => {
  let isCancelled = false;
  const input = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytesOf("one\n")),
    cancel: () => {
      isCancelled = true;
    },
  });
  for await (const line of linesOf(input)) {
    assertEquals(tell(line)[0], "one");
    break;
  }
  assertEquals([isCancelled, input.locked], [false, false]);
});
