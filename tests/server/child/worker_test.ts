import type { ControlChannel } from "../../../ipc/control.ts";
import { systemClock } from "../../../ipc/clock.ts";
import { encodeProxyHeader } from "../../../ipc/proxy_protocol.ts";
import type { ConnectionInfo } from "../../../ipc/transport.ts";
import { UnixParentTransport } from "../../../ipc/transports/unix.ts";
import { Hub } from "../../../server/parent/rendezvous/hub.ts";
import { workerCommand } from "../../../server/parent/process/worker_command.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { readAll, receive, send } from "../../support/bytes.ts";
import { TempFolder } from "../../support/temp_folder.ts";

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
    flags: {
      readonly control?: string;
      readonly connections?: number;
      readonly handler?: string;
    } = {},
  ): Promise<{ code: number; stderr: string }> {
    const { control = this.folder.join("hub"), connections = 1, handler: handlerUrl = null } =
      flags;
    const { path, args } = workerCommand({
      transport: "unix",
      socket: this.socket,
      control,
      handlerUrl,
      worker: 7,
      connections,
    });
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

/** The URL of a module whose default export is this function. */
function handlerOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(`export default ${source}`)}`;
}

Deno.test("A worker serves with the handler that it is told, each connection with the same", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const handler = handlerOf(`(function (seen) {
    return async (connection) => {
      for await (const line of connection.lines()) seen += line;
      await connection.write(seen + connection.id);
    };
  })("")`);
  const ended = worker.run({ handler, connections: 2 });
  using channel = await hello;
  assertEquals(await worker.serve("a\nb"), "ab12");
  assertEquals(await channel.receive(), { type: "finished" });
  assertEquals(await worker.serve("c"), "abc12");
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker gives its handler no permission", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const handler = handlerOf(`async (connection) => {
    await connection.write(await Deno.readTextFile("/").then(() => "read", (error) => error.name));
  }`);
  const ended = worker.run({ handler });
  using _channel = await hello;
  assertEquals(await worker.serve(""), "NotCapable");
  assertEquals(await ended, { code: 0, stderr: "" });
});

Deno.test("A worker tells of a handler that fails, and exits with status 1 without another connection", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const handler = handlerOf(`async (connection) => {
    await Array.fromAsync(connection.lines());
    throw new RangeError("a\\x1bb");
  }`);
  const ended = worker.run({ handler, connections: 2 });
  using channel = await hello;
  assertEquals(await worker.serve("hello"), "");
  assertEquals(await channel.receive(), null);
  const { code, stderr } = await ended;
  assertEquals(code, 1);
  const told = "warning: the handler failed for 127.0.0.1:51234: RangeError: a\\x1bb\n    at ";
  assertEquals(stderr.slice(0, told.length), told);
});

Deno.test("A worker tells of a promise that its handler lets fail, and exits with status 1", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const handler = handlerOf(`async (connection) => {
    await Array.fromAsync(connection.lines());
    Promise.reject(new RangeError("nobody awaits me"));
    await new Promise(() => {});
  }`);
  const ended = worker.run({ handler });
  using _channel = await hello;
  assertEquals(await worker.serve("hello"), "");
  const { code, stderr } = await ended;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "the handler failed for 127.0.0.1:51234: RangeError: nobody");
});

Deno.test("A worker tells its handler of a client that is lost", async () => {
  await using worker = new RunningWorker();
  const hello = worker.hub.expect(7);
  const handler = handlerOf(`async (connection) => {
    await connection.write("ready");
    await new Promise((resolve) => connection.signal.addEventListener("abort", resolve));
    await connection.write("aborted");
  }`);
  const ended = worker.run({ handler });
  using channel = await hello;
  const stream = await new UnixParentTransport(worker.socket).open(INFO);
  assertEquals(await receive(stream, 5), "ready");
  await channel.send({ type: "hangup", connection: INFO.id });
  assertEquals(await receive(stream, 7), "aborted");
  stream.close();
  assertEquals(await ended, { code: 0, stderr: "" });
});

/** A worker that has no socket of its own: on its standard input is what its parent sends. */
async function runAlone(
  transport: "pipe" | "none",
  options: { readonly handler?: string; readonly input?: string },
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { handler: handlerUrl = null, input = "" } = options;
  const { path, args } = workerCommand({ transport, handlerUrl });
  const child = new Deno.Command(path, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const written = (async () => {
    const stream = { write: async (bytes: Uint8Array) => (await stdin.write(bytes), bytes.length) };
    if (transport === "pipe") await send(stream, encodeProxyHeader(INFO));
    await send(stream, input);
    await stdin.close();
  })().catch(() => {}); // It may end without reading.
  const { code, stdout, stderr } = await child.output();
  await written;
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test("A worker whose transport is a pipe echoes its input, and exits with status 0", async () => {
  const ended = await runAlone("pipe", { input: "안녕" });
  assertEquals(ended, { code: 0, stdout: "안녕", stderr: "" });
});

Deno.test("A worker whose transport is a pipe serves with its handler, whose prints do not get to the client", async () => {
  const handler = handlerOf(`async (connection) => {
    console.log("printed");
    for await (const line of connection.lines()) {
      await connection.write(connection.id + connection.remoteAddr.hostname + line);
    }
  }`);
  const ended = await runAlone("pipe", { handler, input: "hello\n" });
  assertEquals(ended, { code: 0, stdout: "12127.0.0.1hello", stderr: "printed\n" });
});

Deno.test("A worker serves while nobody reads what its handler prints, and does not wait long for that at its end", async () => {
  const handlerUrl = handlerOf(`async (connection) => {
    for (let i = 0; i < 20; i++) console.log("x".repeat(100_000));
    await connection.write("served");
  }`);
  const { path, args } = workerCommand({ transport: "pipe", handlerUrl });
  const child = new Deno.Command(path, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  await stdin.write(encodeProxyHeader(INFO));
  await stdin.close();
  const answer = await Array.fromAsync(child.stdout.pipeThrough(new TextDecoderStream()));
  assertEquals(answer.join(""), "served");
  assertEquals((await child.status).code, 0);
  await child.stderr.cancel();
});

Deno.test("A worker whose module never finishes loading ends when its parent is gone", async () => {
  await using folder = new TempFolder();
  const hub = new Hub(folder.join("hub"), systemClock);
  const code = 'setInterval(() => {}, 1000); console.log("loading"); await new Promise(() => {});';
  const { path, args } = workerCommand({
    transport: "unix",
    socket: folder.join("w7"),
    control: folder.join("hub"),
    handlerUrl: `data:text/javascript,${encodeURIComponent(code)}`,
  });
  const child = new Deno.Command(path, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const told = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await told.read()).value, "loading\n");
  await hub[Symbol.asyncDispose]();
  assertEquals((await child.status).code, 1);
  assertEquals((await told.read()).done, true);
});

Deno.test("A worker's handler may import a package by the name that deno.json gives it", async () => {
  await using folder = new TempFolder();
  const file = folder.join("handler.ts");
  const source = `import { parse } from "acorn";
    import { parse as same } from "npm:acorn@8.19.0";
    enum Answer { yes = "it is the same", no = "it is another" }
    export default async (connection: { write(text: string): Promise<number> }) => {
      await connection.write(parse === same ? Answer.yes : Answer.no);
    };`;
  await Deno.writeTextFile(file, source);
  const ended = await runAlone("pipe", { handler: `file://${file}` });
  assertEquals(ended, { code: 0, stdout: "it is the same", stderr: "" });
});

Deno.test("A worker whose transport is a pipe gives its handler no permission", async () => {
  const handler = handlerOf(`async (connection) => {
    await connection.write(await Deno.readTextFile("/").then(() => "read", (error) => error.name));
  }`);
  const ended = await runAlone("pipe", { handler });
  assertEquals(ended, { code: 0, stdout: "NotCapable", stderr: "" });
});

Deno.test("A worker whose transport is a pipe exits with status 1 when its handler fails", async () => {
  const handler = handlerOf(`() => Promise.reject("a word")`);
  const ended = await runAlone("pipe", { handler });
  const stderr = "warning: the handler failed for 127.0.0.1:51234: a word\n";
  assertEquals(ended, { code: 1, stdout: "", stderr });
});

Deno.test("A worker without a transport only tries whether the handler loads", async () => {
  const handler = handlerOf(`() => { throw new Error("called") }`);
  assertEquals(await runAlone("none", { handler }), { code: 0, stdout: "", stderr: "" });
});

Deno.test("A worker without a transport says in a line why the handler does not load", async () => {
  const ended = await runAlone("none", { handler: handlerOf("42") });
  const reason = "its default export is not a function";
  const stderr = `brood: Cannot load the handler: ${reason}\n`;
  assertEquals(ended, { code: 1, stdout: "", stderr });
});
