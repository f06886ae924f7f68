/** The split client as two processes: who they are, and what becomes of one when the other ends. */

import { assertEquals, assertLessOrEqual, assertMatch, assertNotEquals } from "../assert.ts";
import { readAll, receive, send } from "../support/bytes.ts";
import { childrenOf, isRunning, residentBytesOf, RunningProcess } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { ScriptedServer } from "./scripted_server.ts";

const MEBIBYTE = 1024 * 1024;

/** A split client whose reader has printed what the server greets with. */
class SplitClient implements AsyncDisposable {
  private constructor(readonly process: RunningProcess, readonly readerPid: number) {}

  static async start(program: Program, port: number): Promise<SplitClient> {
    const command = [program.path, ...program.args, "client", "--split", "-v", String(port)];
    // Ctrl-C is for a process group: the client's own, and not that of the tests.
    const process = new RunningProcess(command, { ownGroup: true });
    try {
      const [, pid = ""] = await process.stderr.match(/^reader (\d+): /);
      assertEquals(await process.stdout.find((line) => line), "welcome");
      return new SplitClient(process, Number(pid));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number {
    return this.process.pid;
  }

  /** What it said on standard error besides to whom it is connected, and who its processes are. */
  get complaints(): string[] {
    return this.process.stderr.all.slice(3);
  }

  /** Waits for the end of both processes: the outputs that are waited for end with the last that has them. */
  async ended(): Promise<Deno.CommandStatus> {
    const status = await this.process.ended();
    for (const pid of [this.pid, this.readerPid]) assertEquals(await isRunning(pid), false);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}

async function greetAndWait(conn: Deno.TcpConn): Promise<void> {
  await send(conn, "welcome\n");
  assertEquals(await readAll(conn), "", "the client ends its connection");
}

testProgram("client --split -v tells both processes, and what each does", async (program) => {
  let localPort = 0;
  await using server = new ScriptedServer(async (conn) => {
    localPort = conn.remoteAddr.port;
    await greetAndWait(conn);
  });
  await using client = await SplitClient.start(program, server.port);
  const children = await childrenOf(client.pid);
  assertEquals(children.map(({ pid }) => pid), [client.readerPid]);
  assertNotEquals(client.readerPid, client.pid);
  await client.process.type("END\n");
  assertEquals((await client.ended()).code, 0);
  assertEquals(client.process.stderr.all, [
    `connected to 127.0.0.1:${server.port} (local port ${localPort})`,
    `client ${client.pid}: reads the keyboard and writes to 127.0.0.1:${server.port}`,
    `reader ${client.readerPid}: prints what the server sends`,
    "the server has closed the connection",
  ]);
});

testProgram("client -v tells that one process does everything", async (program) => {
  await using server = new ScriptedServer(greetAndWait);
  const command = [program.path, ...program.args, "client", "-v", String(server.port)];
  await using client = new RunningProcess(command);
  assertEquals(await client.stdout.find((line) => line), "welcome");
  assertEquals(await childrenOf(client.pid), []);
  await client.endInput();
  assertEquals((await client.ended()).code, 0);
  const what = `reads the keyboard, writes to 127.0.0.1:${server.port}, prints what it sends`;
  assertMatch(client.stderr.all[0] ?? "", /^connected to 127\.0\.0\.1:\d+ \(local port \d+\)$/);
  assertEquals(client.stderr.all.slice(1), [
    `client ${client.pid}: ${what}`,
    "the server has closed the connection",
  ]);
});

for (const signal of ["SIGKILL", "SIGTERM", "SIGINT"] as const) {
  testProgram(
    `client --split: a reader that ${signal} ends is told, with status 1`,
    async (program) => {
      await using server = new ScriptedServer(greetAndWait);
      await using client = await SplitClient.start(program, server.port);
      Deno.kill(client.readerPid, signal);
      assertEquals((await client.ended()).code, 1);
      assertEquals(client.complaints, [
        `brood: The reader (process ${client.readerPid}) was killed by ${signal}`,
      ]);
    },
  );

  testProgram(
    `client --split: ${signal} of the parent alone ends the reader too`,
    async (program) => {
      await using server = new ScriptedServer(greetAndWait);
      await using client = await SplitClient.start(program, server.port);
      client.process.signal(signal);
      assertEquals((await client.ended()).signal, signal);
      assertEquals([client.process.stdout.text, client.complaints], ["welcome\n", []]);
    },
  );
}

testProgram("client --split: Ctrl-C ends both processes without a word", async (program) => {
  await using server = new ScriptedServer(greetAndWait);
  await using client = await SplitClient.start(program, server.port);
  Deno.kill(-client.pid, "SIGINT");
  assertEquals((await client.ended()).signal, "SIGINT");
  assertEquals(client.complaints, []);
});

testProgram(
  "client --split: a terminal that takes nothing slows the server down, and not the keyboard",
  async (program) => {
    const round = Promise.withResolvers<void>();
    let isSent = false;
    await using server = new ScriptedServer(async (conn) => {
      await send(conn, "welcome\n");
      assertEquals(await receive(conn, 6), "start\n");
      const sending = send(conn, new Uint8Array(256 * MEBIBYTE)).then(
        () => isSent = true,
        () => {}, // The client's end is a reset: it has not read all.
      );
      for (let i = 0; i < 500; i++) assertEquals(await receive(conn, 5), "ping\n");
      round.resolve();
      await sending;
    });
    await using client = await SplitClient.start(program, server.port);
    const before = await residentBytesOf(client.pid);
    Deno.kill(client.readerPid, "SIGSTOP");
    await client.process.type("start\n");
    for (let i = 0; i < 500; i++) await client.process.type("ping\n");
    await round.promise;
    assertEquals(isSent, false, "somebody has taken 256 MiB that nobody reads");
    assertLessOrEqual(await residentBytesOf(client.pid) - before, 32 * MEBIBYTE);
    Deno.kill(client.readerPid, "SIGKILL");
    assertEquals((await client.ended()).code, 1);
    assertMatch(client.complaints.join("\n"), /^brood: The reader .* was killed by SIGKILL$/);
  },
);
