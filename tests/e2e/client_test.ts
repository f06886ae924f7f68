/** The client, in one process and in two: what it sends, what it prints, and what ends it. */

import { LINE_BYTES_MAX } from "../../client/lines.ts";
import { assert, assertEquals, assertMatch } from "../assert.ts";
import { readAll, send } from "../support/bytes.ts";
import { listenOnLoopback } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import {
  residentBytesOf,
  RunningProcess,
  runToEnd,
  startWithoutReader,
  within,
} from "./process.ts";
import { type Program, type TestOptions, testProgram } from "./program.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { TestServer } from "./server.ts";

async function readText(conn: Deno.Conn): Promise<string | null> {
  const buffer = new Uint8Array(4096);
  const count = await conn.read(buffer);
  return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
}

/** The forms of the client: the contract that both keep is tested with each. */
const FORMS = [{ name: "client", flags: [] }, { name: "client --split", flags: ["--split"] }];

/** Registers a test for every form of the client, which the test gets as the command with its arguments. */
function testClient(
  name: string,
  run: (program: Program, clientWith: (...args: string[]) => string[]) => Promise<void>,
  options: TestOptions = {},
): void {
  for (const form of FORMS) {
    testProgram(`${form.name}: ${name}`, async (program) => {
      const command = [program.path, ...program.args, "client", ...form.flags];
      await run(program, (...args) => [...command, ...args]);
    }, options);
  }
}

testClient(
  "an empty line is not sent, and the end of input ends it",
  async (program, clientWith) => {
    await using server = await TestServer.start(program, { flags: ["--quiet"] });
    const client = clientWith(String(server.port));
    assertEquals(await runToEnd(client, { input: "a\n\nb\n" }), {
      status: 0,
      stdout: "a\nb\n",
      stderr: "",
    });
  },
);

testClient("END ends it; what stands behind is not sent", async (program, clientWith) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  await using client = new RunningProcess(clientWith(String(server.port)));
  await client.type("a\nEND\nb\n");
  assertEquals((await client.ended()).code, 0);
  assertEquals([client.stdout.text, client.stderr.text], ["a\n", ""]);
});

testClient("--end chooses the word", async (program, clientWith) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  await using client = new RunningProcess(clientWith("--end", "bye", String(server.port)));
  await client.type("END\nbye\n");
  assertEquals((await client.ended()).code, 0);
  assertEquals(client.stdout.text, "END\n");
});

testClient(
  "what the server sends appears at once while nothing is typed",
  async (_program, clientWith) => {
    const { promise: seen, resolve: tellSeen } = Promise.withResolvers<void>();
    await using server = new ScriptedServer(async (conn) => {
      await send(conn, "welcome\n");
      await seen;
    });
    await using client = new RunningProcess(clientWith(String(server.port)));
    assertEquals(await client.stdout.find((line) => line), "welcome");
    tellSeen();
    // The server closes while the client's input is still open.
    assertEquals((await client.ended()).code, 0);
  },
);

testClient(
  "after the end of input everything that still comes is printed",
  async (_program, clientWith) => {
    const length = 1024 * 1024;
    await using server = new ScriptedServer(async (conn) => {
      assertEquals(await readAll(conn), "question\n");
      await send(conn, "x".repeat(length));
    });
    const client = clientWith(String(server.port));
    const { status, stdout } = await runToEnd(client, { input: "question\n" });
    assertEquals([status, stdout.trimEnd().length], [0, length]);
  },
);

testClient(
  "--no-newline sends lines as the note's client does, and prints its server's answers",
  async (_program, clientWith) => {
    // The note's server echoes what one read brought, which has no newline.
    const received: string[] = [];
    await using server = new ScriptedServer(async (conn) => {
      for (let text = await readText(conn); text !== null; text = await readText(conn)) {
        received.push(text);
        await send(conn, `<${text}>`);
      }
    });
    await using client = new RunningProcess(
      clientWith("--no-newline", String(server.port)),
    );
    await client.type("hello\n\nworld\nEND\n");
    assertEquals((await client.ended()).code, 0);
    assertEquals(received.join(""), "helloworld");
    assertMatch(client.stdout.text, /^<hello(><)?world>\n$/);
  },
);

/** A server that answers each read without a newline, and keeps what it has read. */
function noteServer(heard: string[]): ScriptedServer {
  return new ScriptedServer(async (conn) => {
    for (let text = await readText(conn); text !== null; text = await readText(conn)) {
      heard.push(text);
      await send(conn, `<${text}>`);
    }
  });
}

testProgram(
  "client --note sends a line when the one before is answered, and END, as the note's client does",
  async (program) => {
    for (const input of ["hello\n\nworld\nEND\nlater\n", "hello\nworld\n"]) {
      const heard: string[] = [];
      await using server = noteServer(heard);
      const command = [program.path, ...program.args, "client", "--note", String(server.port)];
      const { status, stdout, stderr } = await runToEnd(command, { input });
      assertEquals(heard, ["hello", "world", "END"]);
      assertEquals([status, stdout], [0, "<hello>\n<world>\n<END>\n"]);
      assertMatch(stderr, /^connected to 127\.0\.0\.1:\d+ \(local port \d+\)\n$/);
    }
  },
);

testProgram("client --note tells the port by which the server calls it", async (program) => {
  await using server = await TestServer.start(program);
  const command = [program.path, ...program.args, "client", "--note", String(server.port)];
  const { stderr } = await runToEnd(command, { input: "hello\n" });
  const [, localPort] = /^connected to .* \(local port (\d+)\)$/m.exec(stderr) ?? [];
  await server.process.stdout.match(new RegExp(`^Client\\(${localPort}\\): hello$`));
  await server.process.stdout.match(new RegExp(`^Client\\(${localPort}\\): END$`));
});

testProgram(
  "client --note --split prints each answer on a line of its own, and waits for none",
  async (program) => {
    const { promise: typed, resolve: tellTyped } = Promise.withResolvers<void>();
    await using server = new ScriptedServer(async (conn) => {
      await send(conn, "welcome");
      await typed;
      assertEquals(await readAll(conn), "helloworldEND");
      await send(conn, "bye");
    });
    const flags = ["client", "--note", "--split", String(server.port)];
    await using client = new RunningProcess([program.path, ...program.args, ...flags]);
    assertEquals(await client.stdout.find((line) => line), "welcome");
    await client.type("hello\nworld\nEND\n");
    tellTyped();
    assertEquals((await client.ended()).code, 0, client.stderr.text);
    assertEquals(client.stdout.text, "welcome\nbye\n");
    assertMatch(client.stderr.text, /^connected to 127\.0\.0\.1:\d+ \(local port \d+\)\n$/);
  },
);

testProgram("client -v tells that the server has closed", async (program) => {
  await using server = new ScriptedServer(() => Promise.resolve());
  const command = [program.path, ...program.args, "client", "-v", String(server.port)];
  await using client = new RunningProcess(command);
  await client.stderr.match(/^the server has closed the connection$/);
  // Its input is still open.
  assertEquals((await client.ended()).code, 0);
});

testClient(
  "a line goes out as typed: bytes that are no UTF-8, and without the newline it never had",
  async (_program, clientWith) => {
    const { promise: received, resolve } = Promise.withResolvers<Uint8Array>();
    await using server = new ScriptedServer(async (conn) => {
      const buffer = new Uint8Array(100);
      let filled = 0;
      for (let n = 0; n !== null; n = await conn.read(buffer.subarray(filled)) ?? -1) {
        if (n === -1) break;
        filled += n;
      }
      resolve(buffer.subarray(0, filled));
    });
    const client = clientWith(String(server.port)).map((word) => `'${word}'`).join(" ");
    await using shell = new RunningProcess(["sh", "-c", `printf '\\377\\000a\\r\\nb' | ${client}`]);
    assertEquals(await received, Uint8Array.of(255, 0, 97, 13, 10, 98));
    assertEquals((await shell.ended()).code, 0);
  },
);

testClient(
  "a line without an end is sent as it comes, in little memory",
  async (_program, clientWith) => {
    const { promise: received, resolve } = Promise.withResolvers<void>();
    const length = 400_000_000;
    await using server = new ScriptedServer(async (conn) => {
      const buffer = new Uint8Array(1024 * 1024);
      let bytes = 0;
      const receive = async () => bytes += await conn.read(buffer) ?? NaN;
      while (bytes < length - LINE_BYTES_MAX) await receive();
      resolve();
      while (bytes < length + 1) await receive();
    });
    await using client = new RunningProcess(clientWith(String(server.port)));
    const part = "x".repeat(1_000_000);
    for (let sent = 0; sent < length; sent += part.length) await client.type(part);
    await within(received, () => "such a line at the server");
    const bytes = await residentBytesOf(client.pid);
    await client.type("\nEND\n");
    assertEquals((await client.ended()).code, 0, client.stderr.text);
    assert(bytes < 300e6, `${bytes} bytes`);
  },
);

testClient("a line of 50 MB comes back from an echo", async (program, clientWith) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  const client = clientWith(String(server.port)).map((word) => `'${word}'`).join(" ");
  const script =
    `head -c 50000000 /dev/zero | ${client} | cksum; head -c 50000000 /dev/zero | cksum`;
  const { stdout, stderr } = await runToEnd(["sh", "-c", script]);
  const [sent, expected] = stdout.split("\n");
  assertEquals([sent, stderr], [expected, ""]);
});

testClient(
  "a host name that no resolver takes is one line, with status 1",
  async (_program, clientWith) => {
    for (const host of ["a b", "a..b", "x".repeat(300)]) {
      assertEquals(await runToEnd(clientWith(host, "9000")), {
        status: 1,
        stdout: "",
        stderr: `brood: Cannot connect to ${host}:9000: the host name could not be resolved\n`,
      });
    }
  },
);

testClient("a reset is told, with status 1", async (_program, clientWith) => {
  const listen = "TCP-LISTEN:0,bind=127.0.0.1,linger=0";
  await using server = new RunningProcess(["socat", "-d", "-d", listen, "PIPE"]);
  const [, port = ""] = await server.stderr.match(/listening on .*:(\d+)$/);
  await using client = new RunningProcess(clientWith(port));
  await client.type("hello\n");
  assertEquals(await client.stdout.find((line) => line), "hello");
  // With SO_LINGER of 0 the close of a socket, here by the process's end, is a reset.
  server.signal("SIGKILL");
  const { code } = await client.ended();
  assertMatch(
    client.stderr.text,
    /^brood: Lost the connection to 127\.0\.0\.1:\d+: connection reset by the other side\n$/,
  );
  assertEquals(code, 1);
}, { needs: ["socat"] });

testClient(
  "--connect-timeout ends the wait for a server that does not answer",
  async (_program, clientWith) => {
    // The queue of one is full after the first connections: the kernel leaves further ones without an answer.
    using server = listenOnLoopback({ backlog: 1 });
    const { port } = server.addr;
    using queue = new DisposableStack();
    for (let i = 0; i < 2; i++) queue.use(await Deno.connect({ port }));
    const client = clientWith("--connect-timeout", "0.2", String(port));
    const { status, stderr } = await runToEnd(client);
    assertEquals(
      [status, stderr],
      [1, `brood: Cannot connect to 127.0.0.1:${port}: no answer within 0.2 s\n`],
    );
  },
);

testClient("an output that is closed is told, with status 1", async (program, clientWith) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  await using folder = new TempFolder();
  const client = clientWith(String(server.port));
  await using shell = startWithoutReader(client, { folder, input: "one\n" });
  await shell.stderr.match(/^brood: Cannot write to standard output: broken pipe/);
  await shell.stderr.match(/^status 1$/);
});
