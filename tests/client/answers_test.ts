import { Answers, PAUSE_MS } from "../../client/answers.ts";
import { OutputError } from "../../cli/output.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf } from "../support/bytes.ts";
import { throwBug, throwNobodyReads } from "../support/failures.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { MemoryStream } from "../support/memory_stream.ts";

/** A server that sends these pieces and then ends. */
function serverOf(...pieces: readonly string[]): MemoryStream {
  return new MemoryStream({ reads: () => pieces.map(bytesOf) });
}

/** What is printed of these pieces when a line of `expected` bytes was sent before. */
async function printed(expected: number, ...pieces: readonly string[]): Promise<string> {
  const answers = new Answers({ areAwaited: true, clock: new FakeClock() });
  const output = new MemoryStream();
  const answered = expected > 0 ? answers.expect(expected) : null;
  await answers.receive(serverOf(...pieces), output);
  await answered;
  return output.writtenText;
}

Deno.test("an answer stands on a line of its own, however it is cut", async () => {
  assertEquals(await printed(5, "hello"), "hello\n");
  assertEquals(await printed(5, "h", "ell", "o"), "hello\n");
});

Deno.test("an answer that ends with a newline gets no second one", async () => {
  assertEquals(await printed(6, "hello\n"), "hello\n");
  assertEquals(await printed(6, "he\n", "lo\n"), "he\nlo\n");
});

Deno.test("an answer that is longer than its line is printed whole", async () => {
  assertEquals(await printed(2, "hello"), "hello\n");
});

Deno.test("what comes unasked stands on a line of its own as it is read", async () => {
  assertEquals(await printed(0, "welcome", "news\n", "bye"), "welcome\nnews\nbye\n");
});

Deno.test("an answer that the server breaks off is ended, and nobody waits for the rest", async () => {
  assertEquals(await printed(5, "he"), "he\n");
  assertEquals(await printed(5), "");
});

Deno.test("an answer that is shorter than its line has ended after a pause", async () => {
  const clock = new FakeClock();
  const answers = new Answers({ areAwaited: true, clock });
  const output = new MemoryStream();
  const next = Promise.withResolvers<void>();
  const server = new MemoryStream({
    async *reads() {
      yield bytesOf("ok");
      await next.promise;
      yield bytesOf("two");
    },
  });
  const first = answers.expect(5);
  const receiving = answers.receive(server, output);
  await clock.pass(PAUSE_MS);
  await first;
  assertEquals(output.writtenText, "ok\n");

  const second = answers.expect(3);
  next.resolve();
  await second;
  await receiving;
  assertEquals([output.writtenText, clock.sleeping], ["ok\ntwo\n", 0]);
});

Deno.test("the parts of a line are answered together", async () => {
  const answers = new Answers({ areAwaited: true, clock: new FakeClock() });
  const parts = [answers.expect(3), answers.expect(2)];
  const output = new MemoryStream();
  await answers.receive(serverOf("hel", "lo"), output);
  await Promise.all(parts);
  assertEquals(output.writtenText, "hello\n");
});

Deno.test("nobody waits for answers that are not awaited", async () => {
  const answers = new Answers({ areAwaited: false, clock: new FakeClock() });
  await answers.expect(100);
  const output = new MemoryStream();
  await answers.receive(serverOf("one", "two"), output);
  assertEquals(output.writtenText, "one\ntwo\n");
});

Deno.test("an output that takes no more is told, and a bug too", async () => {
  const receive = (server: MemoryStream, output: MemoryStream) =>
    new Answers({ areAwaited: true }).receive(server, output);
  await assertRejects(
    () => receive(serverOf("hello"), new MemoryStream({ takes: throwNobodyReads })),
    OutputError,
  );
  await assertRejects(
    () => receive(new MemoryStream({ reads: throwBug }), new MemoryStream()),
    RangeError,
  );
});
