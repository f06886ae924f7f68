import { LineWriter } from "../../server/line_writer.ts";
import { assert, assertEquals, assertRejects } from "../assert.ts";
import { systemError } from "../support/system_error.ts";
import { FakeClock } from "../support/fake_clock.ts";

/** A stream that remembers what was written to it. */
class FakeStream {
  /** What each write took, in order. */
  readonly writes: string[] = [];
  readonly #outcomes: (number | Error)[];
  readonly #begun = Promise.withResolvers<void>();
  #released = Promise.withResolvers<void>();

  /** The first writes take so many bytes at most, or fail; the others take all. */
  constructor(outcomes: readonly (number | Error)[] = []) {
    this.#outcomes = [...outcomes];
    this.release();
  }

  /** Makes every write wait from now on until the stream is released. */
  block(): void {
    this.#released = Promise.withResolvers();
  }

  /** Resolves when the first write has begun. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  get written(): string {
    return this.writes.join("");
  }

  /** Lets the writes end. */
  release(): void {
    this.#released.resolve();
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.#begun.resolve();
    await this.#released.promise;
    const outcome = this.#outcomes.shift() ?? bytes.length;
    if (outcome instanceof Error) throw outcome;
    const taken = bytes.subarray(0, outcome);
    this.writes.push(new TextDecoder().decode(taken));
    return taken.length;
  }
}

function openWriter(stream: FakeStream) {
  const warnings: string[] = [];
  const clock = new FakeClock();
  const warn = (message: string) => warnings.push(message);
  const writer = new LineWriter(stream, { name: "standard output", warn, clock });
  return { writer, warnings, clock };
}

Deno.test("LineWriter writes the lines of one turn in order and at once", async () => {
  const stream = new FakeStream();
  {
    await using writer = openWriter(stream).writer;
    for (const line of ["one", "", "three", "넷"]) writer.writeLine(line);
    assertEquals(stream.writes, [], "it does not write while it is told");
  }
  assertEquals(stream.writes, ["one\n\nthree\n넷\n"]);
});

Deno.test("LineWriter writes what comes during a write together in the next one", async () => {
  const stream = new FakeStream();
  const { writer, clock } = openWriter(stream);
  stream.block();
  writer.writeLine("one");
  await stream.begun;
  writer.writeLine("two");
  writer.writeLine("three");
  stream.release();
  await writer[Symbol.asyncDispose]();
  assertEquals(stream.writes, ["one\n", "two\nthree\n"]);
  assertEquals(clock.sleeping, 0, "the disposal leaves no timer");
});

Deno.test("LineWriter writes again after it has been idle", async () => {
  const stream = new FakeStream();
  const { writer } = openWriter(stream);
  for (const line of ["one", "two"]) {
    writer.writeLine(line);
    await writer[Symbol.asyncDispose]();
  }
  assertEquals(stream.writes, ["one\n", "two\n"]);
});

Deno.test("LineWriter goes on where a short write stopped", async () => {
  const stream = new FakeStream([1, 3, 2]);
  {
    await using writer = openWriter(stream).writer;
    writer.writeLine("one");
    writer.writeLine("two");
  }
  assertEquals(stream.writes, ["o", "ne\n", "tw", "o\n"]);
});

Deno.test("LineWriter's disposal waits until every line is written", async () => {
  const stream = new FakeStream();
  const { writer } = openWriter(stream);
  stream.block();
  writer.writeLine("one");
  const disposed = writer[Symbol.asyncDispose]().then(() => stream.writes.push("(disposed)"));
  await stream.begun;
  stream.release();
  await disposed;
  assertEquals(stream.writes, ["one\n", "(disposed)"]);
});

Deno.test("LineWriter's disposal without a line waits for nothing", async () => {
  const { writer, clock } = openWriter(new FakeStream());
  await writer[Symbol.asyncDispose]();
  assertEquals(clock.asked, []);
});

Deno.test("LineWriter's disposal gives up after a second on a stream that stands still", async () => {
  const stream = new FakeStream();
  const { writer, clock } = openWriter(stream);
  stream.block();
  writer.writeLine("one");
  const disposed = writer[Symbol.asyncDispose]();
  await clock.pass(1000);
  await disposed;
  assertEquals(stream.writes, []);
});

const KIBIBYTE = "x".repeat(1023);

/** Tells a writer a mebibyte, all that may wait, and then `surplus` lines more, while its stream stands still. */
async function overfill(writer: LineWriter, stream: FakeStream, surplus: number): Promise<void> {
  stream.block();
  writer.writeLine("first");
  await stream.begun;
  for (let line = 0; line < 1024; line++) writer.writeLine(KIBIBYTE);
  for (let line = 0; line < surplus; line++) writer.writeLine("surplus");
}

Deno.test("LineWriter drops the lines beyond a mebibyte, and warns how many when it can write again", async () => {
  const stream = new FakeStream();
  const { writer, warnings } = openWriter(stream);
  await overfill(writer, stream, 3);
  assertEquals(warnings, []);

  stream.release();
  await writer[Symbol.asyncDispose]();
  assertEquals(stream.written, "first\n" + `${KIBIBYTE}\n`.repeat(1024));
  assertEquals(warnings, ["3 lines were dropped: standard output is not read fast enough"]);

  writer.writeLine("last");
  await writer[Symbol.asyncDispose]();
  assert(stream.written.endsWith("\nlast\n"), "there is room again");
  assertEquals(warnings.length, 1, "what was told is not told again");
});

Deno.test("LineWriter warns of dropped lines too when its stream stands still to the end", async () => {
  const stream = new FakeStream();
  const { writer, warnings, clock } = openWriter(stream);
  await overfill(writer, stream, 3);
  const disposed = writer[Symbol.asyncDispose]();
  await clock.pass(1000);
  await disposed;
  assertEquals(warnings, ["3 lines were dropped: standard output is not read fast enough"]);
});

Deno.test("LineWriter warns once when nobody reads any more, and then is silent", async () => {
  const stream = new FakeStream([systemError("EPIPE")]);
  const { writer, warnings } = openWriter(stream);
  for (const line of ["one", "two", "three"]) {
    writer.writeLine(line);
    await writer[Symbol.asyncDispose]();
  }
  assertEquals(stream.writes, []);
  assertEquals(warnings, [
    "Cannot write to standard output: broken pipe: nobody reads it any more; going on without it",
  ]);
});

Deno.test("LineWriter throws on what is no failure of a stream", async () => {
  const bug = new RangeError("a bug");
  const { writer, warnings } = openWriter(new FakeStream([bug]));
  writer.writeLine("one");
  assertEquals(await assertRejects(() => writer[Symbol.asyncDispose](), RangeError), bug);
  assertEquals(warnings, []);
});
