import { LastLines, lastLinesOf } from "../../../../lab/grade/keeper/last_lines.ts";
import { assertEquals } from "../../../assert.ts";

const encoder = new TextEncoder();

Deno.test("lastLinesOf() keeps eight lines that are not empty, and cuts long ones", () => {
  assertEquals(lastLinesOf("\na\r\n\n b \n"), ["a", " b "]);
  const many = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  assertEquals(lastLinesOf(many.join("\n")), many.slice(-8));
  assertEquals(lastLinesOf("x".repeat(201)), [`${"x".repeat(200)}...`]);
  assertEquals(lastLinesOf(""), []);
});

Deno.test("LastLines reads all of a flood, and keeps its end", async () => {
  let pulled = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(encoder.encode("x".repeat(3000) + "\n"));
      if (pulled < 100) return;
      controller.enqueue(encoder.encode("the end\n"));
      controller.close();
      ended.resolve();
    },
  });
  const ended = Promise.withResolvers<void>();
  await using lines = new LastLines(stream);
  await ended.promise;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(lines.lines.at(-1), "the end");
  assertEquals(lines.lines.at(-2), `${"x".repeat(200)}...`);
  assertEquals(pulled, 100);
  lines.forget();
  assertEquals(lines.lines, []);
});

Deno.test("LastLines lets go of an output that never ends", async () => {
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({ cancel: () => void (isCancelled = true) });
  const lines = new LastLines(stream);
  await lines[Symbol.asyncDispose]();
  assertEquals(isCancelled, true);
});
