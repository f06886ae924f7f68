import type { ControlChannel } from "../../ipc/control.ts";
import { systemClock } from "../../ipc/clock.ts";
import { formatArgv } from "../../ipc/flags.ts";
import { selfCommand } from "../../ipc/self.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import { UnixParentTransport } from "../../ipc/transports/unix.ts";
import { Hub } from "../../server/hub.ts";
import { WORKER_COMMAND, WORKER_FLAGS } from "../../server/worker.ts";
import { assertEquals, assertStringIncludes } from "../assert.ts";
import { readAll, send } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";

const INFO: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "127.0.0.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** A real worker, and the folder and hub that its parent would have. */
class RunningWorker implements AsyncDisposable {
  readonly folder = new TempFolder();
  readonly socket = this.folder.join("w7");
  readonly hub = new Hub(this.folder.join("hub"), systemClock);

  /** Starts it. Resolves to how it ends, and what it writes on standard error. */
  async run(
    flags: { readonly control?: string; readonly connections?: number } = {},
  ): Promise<{ code: number; stderr: string }> {
    const { control = this.folder.join("hub"), connections = 1 } = flags;
    const values = { socket: this.socket, control, worker: 7, connections };
    const { path, args } = selfCommand(WORKER_COMMAND, formatArgv(WORKER_FLAGS, values));
    const command = new Deno.Command(path, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    });
    const { code, stderr } = await command.output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  }

  /** Has it serve one connection, to its end. */
  async serve(text: string): Promise<string> {
    const stream = await new UnixParentTransport(this.socket).open(INFO);
    try {
      await send(stream, text);
      await stream.closeWrite();
      return await readAll(stream);
    } finally {
      stream.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("A worker says hello when it listens, echoes one connection, and exits with status 0", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run();
  using channel = await hello;
  assertEquals(await worker.serve("안녕"), "안녕");
  assertEquals(await ended, { code: 0, stderr: "" });
  assertEquals(await channel.receive(), null, "its end tells that it has finished");
});

Deno.test("A worker serves as many connections as it is told, and tells of each but the last", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run({ connections: 3 });
  using channel = await hello;
  for (const text of ["one", "two"]) {
    assertEquals(await worker.serve(text), text);
    assertEquals(await channel.receive(), { type: "finished" });
  }
  assertEquals(await worker.serve("three"), "three");
  assertEquals(await channel.receive(), null);
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker that is told 0 connections serves one after another until its parent's word", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run({ connections: 0 });
  using channel = await hello;
  for (const text of ["one", "two", "three"]) {
    assertEquals(await worker.serve(text), text);
    assertEquals(await channel.receive(), { type: "finished" });
  }
  await channel.send({ type: "stop" });
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker serves the next connection after a client that was gone before its answer", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run({ connections: 2 });
  using channel = await hello;
  const lost = await new UnixParentTransport(worker.socket).open(INFO);
  await send(lost, "hello");
  await lost.read(new Uint8Array(1));
  lost.close();
  assertEquals(await channel.receive(), { type: "finished" });
  assertEquals(await worker.serve("next"), "next");
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker exits with status 0 when its client is gone before the answer", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run();
  using _channel = await hello;
  const stream = await new UnixParentTransport(worker.socket).open(INFO);
  await send(stream, "hello");
  await stream.read(new Uint8Array(1));
  stream.close();
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker exits with status 0 at its parent's word", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run();
  using channel = await hello;
  await channel.send({ type: "stop" });
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker exits with status 1 when its parent is gone, also in the middle of a connection", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const ended = worker.run();
  const channel: ControlChannel = await hello;
  const stream = await new UnixParentTransport(worker.socket).open(INFO);
  channel[Symbol.dispose]();
  assertEquals(await ended, { code: 1, stderr: "" });
  stream.close();
});

Deno.test("A worker exits with status 1 when there is no parent", async () => {
  await using worker = new RunningWorker();
  assertEquals(await worker.run({ control: worker.folder.join("nobody") }), {
    code: 1,
    stderr: "",
  });
});

Deno.test("A worker that cannot listen says so and exits with status 1", async () => {
  await using worker = new RunningWorker();
  await Deno.writeTextFile(worker.socket, "in the way");
  const { code, stderr } = await worker.run();
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot listen on ${worker.socket}: address already in use\n`);
});
