import type { ConnectionInfo } from "../../../ipc/transport.ts";
import { UnixParentTransport, UnixWorkerTransport } from "../../../ipc/transports/unix.ts";
import { assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { bytesOf, readAll } from "../../support/bytes.ts";
import { NOBODY_READS, throwNobodyReads } from "../../support/failures.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { replaceDeno } from "../../server/replaced_deno.ts";
import { TempFolder } from "../../support/temp_folder.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "192.0.2.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** Both ends, and the folder with the socket between them. */
class Transports implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly path = this.#folder.join("w12");
  readonly worker = new UnixWorkerTransport(this.path);
  readonly parent = new UnixParentTransport(this.path);

  async [Symbol.asyncDispose](): Promise<void> {
    this.worker[Symbol.dispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

Deno.test("a worker is told who is connected, and then gets the client's bytes, each direction to its end", async () => {
  await using transports = new Transports();
  const accepting = transports.worker.accept();
  const parent = await transports.parent.open(INFO);
  const { stream: worker, info } = await accepting;

  assertEquals(info, INFO);
  await parent.write(bytesOf("question"));
  await parent.closeWrite();
  assertEquals(await readAll(worker), "question");
  await worker.write(bytesOf("answer"));
  await worker.closeWrite();
  assertEquals(await readAll(parent), "answer");

  parent.close();
  worker.close();
});

Deno.test("a worker takes one stream after another", async () => {
  await using transports = new Transports();
  for (const id of [1, 2]) {
    const parent = await transports.parent.open({ ...INFO, id });
    const { stream: worker, info } = await transports.worker.accept();
    assertEquals(info.id, id);
    parent.close();
    worker.close();
  }
});

Deno.test("UnixWorkerTransport.close() ends an accept under way and leaves a taken stream open", async () => {
  await using folder = new TempFolder();
  const path = folder.join("w12");
  const transport = new UnixWorkerTransport(path);
  const parent = await new UnixParentTransport(path).open(INFO);
  const { stream: worker } = await transport.accept();
  const accepting = transport.accept();

  transport[Symbol.dispose]();

  await assertRejects(() => accepting, Error);
  await worker.write(bytesOf("answer"));
  worker.close();
  assertEquals(await readAll(parent), "answer");
  parent.close();
});

Deno.test("UnixWorkerTransport throws the operating system's error where the path exists", async () => {
  await using transports = new Transports();
  assertThrows(() => new UnixWorkerTransport(transports.path), Deno.errors.AddrInUse);
});

Deno.test("UnixWorkerTransport.accept() rejects for a stream without a header, and closes it", async () => {
  await using transports = new Transports();
  using stranger = await Deno.connect({ transport: "unix", path: transports.path });
  await stranger.write(bytesOf("GET / HTTP/1.1\r\n"));

  // Were the stream left open, the sanitizers would say so.
  await assertRejects(() => transports.worker.accept(), Error, "Cannot read the PROXY header");
});

Deno.test("UnixParentTransport.open() rejects with the operating system's error where the worker is gone", async () => {
  await using folder = new TempFolder();
  const path = folder.join("w12");
  const parent = new UnixParentTransport(path);

  await assertRejects(() => parent.open(INFO), Deno.errors.NotFound);
  new UnixWorkerTransport(path)[Symbol.dispose]();
  await assertRejects(() => parent.open(INFO), Deno.errors.NotFound);
});

Deno.test("UnixParentTransport.open() rejects, and closes the stream, when the header cannot be written", async () => {
  const stream = new MemoryStream({ takes: throwNobodyReads });
  using _ = replaceDeno("connect", () => Promise.resolve(stream));
  const error = await assertRejects(() => new UnixParentTransport("/w12").open(INFO), Error);
  assertEquals([error, stream.calls.close], [NOBODY_READS, 1]);
});

Deno.test("UnixParentTransport.open() closes the stream when the header cannot be made", async () => {
  await using folder = new TempFolder();
  const path = folder.join("w12");
  using listener = Deno.listen({ transport: "unix", path });
  const remoteAddr = { hostname: "localhost", port: 1 };

  await assertRejects(
    () => new UnixParentTransport(path).open({ ...INFO, remoteAddr }),
    TypeError,
    "not an IP address",
  );
  using worker = await listener.accept();
  assertEquals(await readAll(worker), "");
});
