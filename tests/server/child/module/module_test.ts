import { OperationalError } from "../../../../ipc/errors.ts";
import type { ConnectionInfo } from "../../../../ipc/transport.ts";
import { formatFailure, loadHandler } from "../../../../server/child/module/module.ts";
import { StreamConnection } from "../../../../server/child/stream_connection.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { MemoryStream } from "../../../support/memory_stream.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "192.0.2.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** Imports a module with this source. */
function moduleOf(source: string): () => Promise<unknown> {
  return () => import(`data:text/javascript,${encodeURIComponent(source)}`);
}

Deno.test("loadHandler() loads the handler of a module, which is given each connection", async () => {
  const handle = await loadHandler(moduleOf(`export default async (connection) => {
    for await (const line of connection.lines()) {
      await connection.write(connection.id + " " + connection.remoteAddr.port + " " + line);
    }
  }`));
  for (const id of [12, 13]) {
    const stream = new MemoryStream({ reads: () => [bytesOf("hello\n")] });
    await handle(new StreamConnection(stream, { ...INFO, id }));
    assertEquals(stream.writtenText, `${id} 51234 hello`);
  }
});

Deno.test("loadHandler() waits for what a handler has written, also where that awaits nothing", async () => {
  const handle = await loadHandler(moduleOf(`export default (connection) => {
    connection.write("the whole ");
    connection.write("answer");
    connection.closeWrite();
  }`));
  // Takes a byte at a time, and each only later.
  const stream = new MemoryStream({
    takes: () => new Promise((resolve) => setTimeout(resolve, 0, 1)),
  });
  await handle(new StreamConnection(stream, INFO));
  assertEquals([stream.writtenText, stream.calls.closeWrite], ["the whole answer", 1]);
});

Deno.test("loadHandler() leaves the stream of a connection to its maker to close", async () => {
  const handle = await loadHandler(moduleOf("export default () => {}"));
  const stream = new MemoryStream();
  await handle(new StreamConnection(stream, INFO));
  assertEquals(stream.calls, { read: 0, write: 0, closeWrite: 0, close: 0 });
});

Deno.test("loadHandler() gives a handler that fails as the module's does", async () => {
  const sources = [
    'export default () => { throw new RangeError("at once") }',
    'export default () => Promise.reject(new RangeError("at once"))',
  ];
  for (const source of sources) {
    const handle = await loadHandler(moduleOf(source));
    const connection = new StreamConnection(new MemoryStream(), INFO);
    await assertRejects(() => handle(connection), RangeError, "at once");
  }
});

const NO_FUNCTION = "its default export is not a function";

const REFUSED: readonly (readonly [what: string, source: string, reason: string])[] = [
  ["no default export", "export const handler = () => {}", NO_FUNCTION],
  ["a default export that is no function", "export default { serve() {} }", NO_FUNCTION],
  ["null as its default export", "export default null", NO_FUNCTION],
  ["an error of several lines", 'throw new Error("one\\ntwo")', "one"],
  ["what it throws that is no error", "throw 42", "42"],
];

for (const [what, source, reason] of REFUSED) {
  Deno.test(`loadHandler() refuses a module for ${what}`, async () => {
    const error = await assertRejects(() => loadHandler(moduleOf(source)), OperationalError);
    assertEquals(error.message, `Cannot load the handler: ${reason}`);
  });
}

Deno.test("loadHandler() carries what the module threw as the cause", async () => {
  const module = moduleOf('throw new RangeError("at once")');
  const { cause } = await assertRejects(() => loadHandler(module), OperationalError);
  assertEquals(cause instanceof RangeError, true);
});

/** An error with this stack. */
function errorWith(stack: string | undefined): Error {
  return Object.assign(new RangeError("out of range"), { stack });
}

const FAILURES: readonly (readonly [what: string, error: unknown, text: string])[] = [
  ["its stack, on as many lines", errorWith("E: x\n    at a.ts:1"), "E: x\n    at a.ts:1"],
  ["the message of an error without a stack", errorWith(undefined), "out of range"],
  ["what is no error", "a word", "a word"],
  ["nothing", undefined, "undefined"],
  ["what could drive a terminal, escaped", errorWith("E: \x1b[2J\r"), "E: \\x1b[2J\\r"],
];

for (const [what, error, text] of FAILURES) {
  Deno.test(`formatFailure() tells ${what}`, () => {
    assertEquals(formatFailure(error, null), `the handler failed: ${text}`);
  });
}

Deno.test("formatFailure() tells whose connection it was", () => {
  const whose = (hostname: string) => formatFailure("x", { hostname, port: 51_234 });
  assertEquals(whose("192.0.2.1"), "the handler failed for 192.0.2.1:51234: x");
  assertEquals(whose("::1"), "the handler failed for [::1]:51234: x");
});
