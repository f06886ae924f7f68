import { setImmediate } from "node:timers/promises";
import { LineWriter } from "../../../server/log/line_writer.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../assert.ts";
import { systemError } from "../../support/system_error.ts";
import { FakeClock } from "../../support/fake_clock.ts";

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

Deno.test("LineWriter's disposal gives up after a second on a stream that takes nothing", async () => {
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

/** Tells a writer a mebibyte, all that may wait, and then `surplus` lines more, while its stream takes nothing. */
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

Deno.test("LineWriter keeps half of the room for lines that are of no client", async () => {
  const stream = new FakeStream();
  const { writer, warnings } = openWriter(stream);
  stream.block();
  writer.writeLine("first");
  await stream.begun;
  for (let line = 0; line < 600; line++) writer.writeLine(KIBIBYTE, true);
  writer.writeLine("last");
  stream.release();
  await writer[Symbol.asyncDispose]();
  assertEquals(stream.written, "first\n" + `${KIBIBYTE}\n`.repeat(512) + "last\n");
  assertEquals(warnings, ["88 lines were dropped: standard output is not read fast enough"]);
});

Deno.test("LineWriter warns of dropped lines too when its stream takes nothing to the end", async () => {
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

const FULL = systemError("ENOSPC");

const LOSING = "Cannot write to standard output: no space left on the device; " +
  "lines are lost until it can be written";

/** Tells lines one by one, whose writes fail, and lets the pauses after them go by. */
async function tellInVain({ writer, clock }: ReturnType<typeof openWriter>, lines: number) {
  for (let line = 0; line < lines; line++) {
    writer.writeLine("lost");
    await clock.pass(100);
  }
}

/** Tells a line, and waits until it is written. */
async function tell({ writer }: ReturnType<typeof openWriter>, line: string) {
  writer.writeLine(line);
  await setImmediate();
}

const again = (lines: string) => `standard output can be written again: up to ${lines} lost`;

Deno.test("LineWriter goes on when it can write again, and says how many lines were lost", async () => {
  const stream = new FakeStream([FULL, FULL, FULL]);
  const opened = openWriter(stream);
  await tellInVain(opened, 3);
  assertEquals(opened.warnings, [LOSING]);
  for (const line of ["one", "two"]) await tell(opened, line);
  assertEquals(stream.writes, ["\none\n", "two\n"], "what failed may have left a part of a line");
  await opened.writer[Symbol.asyncDispose]();
  assertEquals(opened.warnings, [LOSING, again("3 lines were")]);
});

Deno.test("LineWriter loses no line that comes in the pause after a failure", async () => {
  const stream = new FakeStream([FULL]);
  const opened = openWriter(stream);
  await tell(opened, "lost");
  for (const line of ["one", "two"]) await tell(opened, line);
  assertEquals(stream.writes, []);
  await opened.clock.pass(100);
  await opened.writer[Symbol.asyncDispose]();
  assertEquals(stream.writes, ["\none\n", "two\n"]);
  assertEquals(opened.warnings, [LOSING, again("1 line was")]);
});

Deno.test("LineWriter loses one line each time that it tries again, and the others wait", async () => {
  const stream = new FakeStream([FULL, FULL, FULL]);
  const opened = openWriter(stream);
  await tell(opened, "lost");
  for (const line of ["tried", "tried", "one", "two", "three"]) await tell(opened, line);
  for (let i = 0; i < 3; i++) await opened.clock.pass(100);
  await opened.writer[Symbol.asyncDispose]();
  assertEquals(stream.writes, ["\none\n", "two\nthree\n"]);
  assertEquals(opened.warnings, [LOSING, again("3 lines were")]);
  assertEquals(opened.writer.linesLost, 3);
});

Deno.test("LineWriter counts what it has no room for as lost, where nothing can be written", async () => {
  const opened = openWriter(new FakeStream([FULL, FULL]));
  await tell(opened, "lost");
  const half = "x".repeat(512 * 1024);
  for (const line of ["tried", half, half, half]) await tell(opened, line);
  for (let i = 0; i < 2; i++) await opened.clock.pass(100);
  await opened.writer[Symbol.asyncDispose]();
  assertEquals(opened.warnings, [LOSING, again("4 lines were")]);
});

Deno.test("LineWriter counts at its end also those that still wait", async () => {
  const opened = openWriter(new FakeStream(Array(30).fill(FULL)));
  await tell(opened, "lost");
  for (let i = 0; i < 20; i++) await tell(opened, "waits");
  const ended = opened.writer[Symbol.asyncDispose]();
  await opened.clock.pass(1000);
  await ended;
  const end = "standard output could not be written to the end: up to 21 lines were lost";
  assertEquals(opened.warnings, [LOSING, end]);
  assertEquals(opened.writer.linesLost, 21);
});

Deno.test("LineWriter tells of each time that lines are lost", async () => {
  const opened = openWriter(new FakeStream([FULL, 5, FULL, 5]));
  for (const line of ["one", "two"]) {
    await tellInVain(opened, 1);
    await tell(opened, line);
  }
  assertEquals(opened.warnings, [LOSING, again("1 line was"), LOSING, again("1 line was")]);
});

Deno.test("LineWriter counts no line that was written before the failure, and begins a new one", async () => {
  const stream = new FakeStream([7, FULL, FULL]);
  const opened = openWriter(stream);
  for (const line of ["one", "two", "three"]) opened.writer.writeLine(line);
  await opened.clock.pass(100);
  await tellInVain(opened, 1);
  await tell(opened, "five");
  assertEquals(stream.written, "one\ntwo" + "\nfive\n");
  assertEquals(opened.warnings, [LOSING, again("3 lines were")]);
});

Deno.test("LineWriter tells at its end of lines that were lost and followed by none", async () => {
  const opened = openWriter(new FakeStream([FULL, FULL]));
  await tellInVain(opened, 2);
  await opened.writer[Symbol.asyncDispose]();
  const end = "standard output could not be written to the end: up to 2 lines were lost";
  assertEquals(opened.warnings, [LOSING, end]);
});

Deno.test("LineWriter gives up a stream that nobody reads any more, also after other failures", async () => {
  const stream = new FakeStream([FULL, systemError("EPIPE")]);
  const opened = openWriter(stream);
  await tellInVain(opened, 1);
  for (const line of ["one", "two"]) await tell(opened, line);
  await opened.writer[Symbol.asyncDispose]();
  assertEquals(stream.writes, []);
  assertEquals(opened.warnings.length, 2);
  assertMatch(opened.warnings[1] ?? "", /: broken pipe: .*; going on without it$/);
});

Deno.test("LineWriter says of a stream that does not block what is the matter with its reader", async () => {
  const opened = openWriter(new FakeStream([systemError("EAGAIN")]));
  await tellInVain(opened, 1);
  assertMatch(
    opened.warnings[0] ?? "",
    /^Cannot write to standard output: it is not read fast enough;/,
  );
});

Deno.test("LineWriter loses nothing more of a stream that does not block, once it knows that", async () => {
  const none = systemError("EAGAIN");
  const stream = new FakeStream([none, none, none, 99, none, none]);
  const opened = openWriter(stream);
  await tell(opened, "lost");
  for (const line of ["one", "two"]) await tell(opened, line);
  for (let i = 0; i < 5; i++) await opened.clock.pass(100);
  await opened.writer[Symbol.asyncDispose]();
  assertEquals(stream.writes, ["\none\n", "two\n"]);
  assertEquals(opened.warnings.slice(1), [again("1 line was")]);
});

Deno.test("LineWriter writes to a stream that does not block what it takes as a whole", async () => {
  const stream = new FakeStream([systemError("EAGAIN")]);
  const opened = openWriter(stream);
  await tell(opened, "lost");
  const lines = Array.from({ length: 300 }, (_, number) => `${number} ${"예".repeat(30)}`);
  for (const line of [...lines, "x".repeat(5000), "end"]) opened.writer.writeLine(line);
  await opened.clock.pass(100);
  await opened.writer[Symbol.asyncDispose]();
  const sizes = stream.writes.map((text) => new TextEncoder().encode(text).length);
  assertEquals(sizes.filter((size) => size > 4096), [5001]);
  assertEquals(stream.written, `\n${[...lines, "x".repeat(5000), "end"].join("\n")}\n`);
});

Deno.test("LineWriter throws on what is no failure of a stream", async () => {
  const bug = new RangeError("a bug");
  const { writer, warnings } = openWriter(new FakeStream([bug]));
  writer.writeLine("one");
  assertEquals(await assertRejects(() => writer[Symbol.asyncDispose](), RangeError), bug);
  assertEquals(warnings, []);
});
