import { setImmediate } from "node:timers/promises";
import { isStreamError } from "../../../ipc/errors.ts";
import type { ConnectionInfo } from "../../../ipc/transport.ts";
import { ChildStream, type PipedChild, PipeParentTransport } from "../../../ipc/transports/pipe.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf, readAll, receive, send } from "../../support/bytes.ts";
import { NOBODY_READS, throwBug, throwNobodyReads } from "../../support/failures.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { randomBytes, randomFrom } from "../../support/random.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "192.0.2.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** A child that runs a shell script, and the stream to it. Killed at the end. */
class ShellChild implements AsyncDisposable {
  readonly stream: ChildStream;
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;

  constructor(script: string) {
    const command = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
    });
    this.#child = command.spawn();
    this.stream = new ChildStream(this.#child);
    this.status = this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    this.stream.close();
    await this.status;
  }
}

Deno.test("ChildStream carries bytes both ways, and each direction ends by itself", async () => {
  await using child = new ShellChild("cat; printf bye");
  const { stream } = child;
  await send(stream, "안녕");
  assertEquals(await receive(stream, 6), "안녕");
  await stream.closeWrite();
  assertEquals(await readAll(stream), "bye");
  assertEquals((await child.status).code, 0);
});

Deno.test("ChildStream takes input when the child's output has ended", async () => {
  await using child = new ShellChild('exec >&-; read -r status; exit "$status"');
  const { stream } = child;
  assertEquals(await stream.read(new Uint8Array(8)), null);
  await send(stream, "7\n");
  assertEquals((await child.status).code, 7);
});

Deno.test("ChildStream reads the last line of a child that exits at once", async () => {
  for (let round = 0; round < 10; round++) {
    await using child = new ShellChild("echo last");
    await child.status;
    assertEquals(await readAll(child.stream), "last\n");
  }
});

Deno.test("ChildStream reads no more than the buffer holds, and nothing is lost between two reads", async () => {
  await using child = new ShellChild("printf 0123456789");
  const buffer = new Uint8Array(8).fill(0x2e);
  assertEquals(await child.stream.read(buffer.subarray(2, 5)), 3);
  assertEquals(new TextDecoder().decode(buffer), "..012...");
  assertEquals(await readAll(child.stream), "3456789");
});

Deno.test("ChildStream reads an end of file again and again", async () => {
  await using child = new ShellChild("exit 0");
  for (let time = 0; time < 3; time++) {
    assertEquals(await child.stream.read(new Uint8Array(8)), null);
  }
});

Deno.test("ChildStream carries megabytes both ways at once", async () => {
  await using child = new ShellChild("cat");
  const { stream } = child;
  const sent = randomBytes(3_000_001, randomFrom(7));
  const received = new Uint8Array(sent.length + 1);
  let filled = 0;
  const reading = async () => {
    const buffer = new Uint8Array(100_000);
    for (let count; (count = await stream.read(buffer)) !== null; filled += count) {
      received.set(buffer.subarray(0, count), filled);
    }
  };
  const writing = async () => {
    for (let at = 0; at < sent.length;) {
      at += await stream.write(sent.subarray(at, at + 70_000));
    }
    await stream.closeWrite();
  };
  await Promise.all([reading(), writing()]);
  assertEquals(filled, sent.length);
  // Not `assertEquals`: what it would print of a difference takes minutes.
  assert(received.subarray(0, filled).every((byte, at) => byte === sent[at]), "other bytes");
});

Deno.test("ChildStream.write() rejects with a stream's error, each time, where the child is gone", async () => {
  await using child = new ShellChild("exit 0");
  await child.status;
  for (let time = 0; time < 2; time++) {
    const error = await assertRejects(() => child.stream.write(bytesOf("hello")), Error);
    assert(isStreamError(error), String(error));
  }
});

Deno.test("ChildStream.closeWrite() twice does no harm", async () => {
  await using child = new ShellChild("cat; printf bye");
  await child.stream.closeWrite();
  await child.stream.closeWrite();
  assertEquals(await readAll(child.stream), "bye");
});

Deno.test("ChildStream.close() ends the child's input, and a read under way", async () => {
  await using child = new ShellChild("cat; exit 7");
  const reading = child.stream.read(new Uint8Array(8));
  child.stream.close();
  assertEquals(await reading, null);
  assertEquals((await child.status).code, 7);
});

Deno.test("ChildStream.close() breaks the pipe that the child writes to", async () => {
  await using child = new ShellChild("exec yes");
  assertEquals(await receive(child.stream, 2), "y\n");
  child.stream.close();
  assertEquals((await child.status).signal, "SIGPIPE");
});

Deno.test("ChildStream.close() twice does no harm, also where the child is gone", async () => {
  await using child = new ShellChild("exit 0");
  await child.status;
  child.stream.close();
  child.stream.close();
  await child.stream.closeWrite();
  assertEquals(await child.stream.read(new Uint8Array(8)), null);
  const error = await assertRejects(() => child.stream.write(bytesOf("hello")), Error);
  assert(isStreamError(error), String(error));
});

/** The stream to a child whose pipes do what the test says. */
function fakeChild(
  sink: UnderlyingSink<Uint8Array>,
  source: { readonly pull?: () => never; readonly cancel?: () => never } = {},
) {
  const stdin = new WritableStream<Uint8Array>(sink);
  const stdout = new ReadableStream({ ...source, type: "bytes" });
  return new ChildStream({ stdin, stdout } as PipedChild);
}

Deno.test("ChildStream.close() ends a write that the child does not take", async () => {
  const begun = Promise.withResolvers<void>();
  const stream = fakeChild({
    write() {
      begun.resolve();
      return new Promise<never>(() => {});
    },
  });
  const writing = stream.write(bytesOf("hello"));
  await begun.promise;
  stream.close();
  const error = await assertRejects(() => writing, Deno.errors.BadResource);
  assertEquals(error.message, "The pipes were closed");
});

Deno.test("ChildStream.closeWrite() resolves when the pipe is closed, and rejects where it cannot be", async () => {
  let isClosed = false;
  await fakeChild({
    async close() {
      await Promise.resolve();
      isClosed = true;
    },
  }).closeWrite();
  assertEquals(isClosed, true);
  const stream = fakeChild({ close: throwBug });
  await assertRejects(() => stream.closeWrite(), RangeError, "a bug");
});

Deno.test("ChildStream.close() bears pipes that have failed, or cannot be closed", async () => {
  const failed = fakeChild({ write: throwNobodyReads, abort: throwBug }, {
    pull: throwNobodyReads,
  });
  await assertRejects(() => failed.read(new Uint8Array(8)), Error);
  await assertRejects(() => failed.write(bytesOf("hello")), Error);
  failed.close();
  fakeChild({ abort: throwBug }, { cancel: throwBug }).close();
  // A rejection that nobody handles would be told by now.
  await setImmediate();
});

Deno.test("ChildStream.write() and read() tell why a pipe has failed, and nobody is told twice", async () => {
  const stream = fakeChild({ write: throwNobodyReads }, { pull: throwNobodyReads });
  assertEquals(await assertRejects(() => stream.write(bytesOf("hello")), Error), NOBODY_READS);
  assertEquals(await assertRejects(() => stream.read(new Uint8Array(8)), Error), NOBODY_READS);
  await setImmediate();
});

Deno.test("PipeParentTransport.open() writes the header to the stream it was given, and no end of file", async () => {
  const stream = new MemoryStream({ takes: (length) => Math.min(length, 5) });
  assertEquals(await new PipeParentTransport(stream).open(INFO), stream);
  const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
  assertEquals(stream.written.slice(0, signature.length), signature);
  assertEquals([stream.calls.closeWrite, stream.calls.close], [0, 0]);
});

Deno.test("PipeParentTransport.open() rejects with the operating system's error if the worker is gone", async () => {
  await using child = new ShellChild("exit 0");
  await child.status;
  const transport = new PipeParentTransport(child.stream);
  await assertRejects(() => transport.open(INFO), Deno.errors.BrokenPipe);
});

/** The worker's end has to be a process of its own: it is standard input and output. */
class WorkerChild extends ShellChild {
  constructor(body: string) {
    const module = new URL("../../../ipc/transports/pipe.ts", import.meta.url).href;
    const script = `import { PipeWorkerTransport } from ${JSON.stringify(module)};
const encode = (text) => new TextEncoder().encode(text);
const { stream, info } = await new PipeWorkerTransport().accept();
${body}`;
    const url = `data:text/javascript,${encodeURIComponent(script)}`;
    super(`exec '${Deno.execPath()}' run --no-prompt '${url.replaceAll("'", "%27")}'`);
  }
}

Deno.test("PipeWorkerTransport tells who is connected, then gives the client's bytes and no more of the header", async () => {
  await using child = new WorkerChild(`
    await stream.write(encode(JSON.stringify(info) + "\\n"));
    const buffer = new Uint8Array(64);
    for (let count; (count = await stream.read(buffer)) !== null;) {
      await stream.write(buffer.subarray(0, count));
    }
    await stream.write(encode("."));
    await stream.closeWrite();`);
  const stream = await new PipeParentTransport(child.stream).open(INFO);
  await send(stream, "question");
  await stream.closeWrite();
  assertEquals(await readAll(stream), `${JSON.stringify(INFO)}\nquestion.`);
  assertEquals((await child.status).code, 0);
});

Deno.test("PipeWorkerTransport gives a stream that is read on when its output has ended, and may be closed twice", async () => {
  await using child = new WorkerChild(`
    await stream.write(encode("answer"));
    await stream.closeWrite();
    await stream.closeWrite();
    const count = await stream.read(new Uint8Array(64));
    stream.close();
    stream.close();
    Deno.exit(count);`);
  const stream = await new PipeParentTransport(child.stream).open(INFO);
  assertEquals(await receive(stream, 6), "answer");
  await send(stream, "1234567");
  assertEquals((await child.status).code, 7);
});

Deno.test("PipeWorkerTransport gives a stream that takes nothing when its output has ended, and gives nothing when it is closed", async () => {
  await using child = new WorkerChild(`
    let refused = 0;
    const refuse = (value) => () => refused += value;
    await stream.closeWrite();
    await stream.write(encode("x")).catch(refuse(1));
    stream.close();
    await stream.read(new Uint8Array(64)).catch(refuse(2));
    Deno.exit(refused);`);
  await new PipeParentTransport(child.stream).open(INFO);
  assertEquals((await child.status).code, 3);
});

Deno.test("PipeWorkerTransport gives a stream whose close() ends its output, too", async () => {
  await using child = new WorkerChild(`
    stream.close();
    await stream.write(encode("x")).then(() => Deno.exit(1), () => Deno.exit(4));`);
  await new PipeParentTransport(child.stream).open(INFO);
  assertEquals((await child.status).code, 4);
});
