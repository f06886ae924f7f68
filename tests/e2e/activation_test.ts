/** A server that is started with its listening sockets: by systemd, or by a program that does what s6's do. */

import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { buildC } from "./c_program.ts";
import { processesWith, RunningProcess, runToEnd } from "./process.ts";
import { fixture, testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";

/** Sends a line to a Unix-domain socket, and resolves to what comes back. */
async function talkTo(path: string): Promise<string> {
  const command = ["socat", "-t60", "-", `UNIX-CONNECT:${path}`];
  return (await runToEnd(command, { input: "hello\n" })).stdout;
}

/** What starts a program with sockets of these kinds. */
async function handingOver(folder: TempFolder, ...kinds: readonly string[]): Promise<string[]> {
  return [await buildC(fixture("hands_sockets_over.c"), folder), ...kinds, "--"];
}

const WAYS: readonly (readonly string[])[] = [
  ["--transport", "unix"],
  ["--transport", "pipe"],
  ["--transport", "socket"],
  ["--transport", "unix", "--mode", "prefork", "--workers", "2"],
  ["--transport", "socket", "--mode", "prefork", "--workers", "2"],
  ["--mode", "iterative"],
];

for (const flags of WAYS) {
  testProgram(
    `a server serves the sockets that it was started with, and keeps none from others: ${
      flags.join(" ")
    }`,
    async (program) => {
      await using folder = new TempFolder();
      const path = folder.join("handed.sock");
      const wrapper = await handingOver(folder, "tcp", "tcp6", `unix:${path}`);
      {
        await using server = await TestServer.start(program, {
          ...{ wrapper, port: null },
          flags: ["--log", "json", ...flags],
        });
        const { addresses } = await server.event("listening");
        const [first = "", second = "", third] = addresses as readonly string[];
        assertEquals([first, third], [`127.0.0.1:${server.port}`, `unix:${path}`]);
        const [, port6 = ""] = /^\[::1\]:(\d+)$/.exec(second) ?? [];
        for (
          const [hostname, port] of [["127.0.0.1", server.port], ["::1", Number(port6)]] as const
        ) {
          using client = await TestClient.connect({ hostname, port });
          assertEquals(await client.roundTrip(), "ping\n");
          await server.event("connection_accepted", {
            remoteHost: hostname,
            remotePort: client.port,
          });
          client.close();
          await server.event("connection_closed", { remotePort: client.port, reason: "finished" });
        }
        assertEquals(await talkTo(path), "hello\n");
        await server.event("connection_closed", { remoteHost: "unix:", bytesIn: 6, bytesOut: 6 });
      }
      // It is whoever has made the socket that removes its file.
      assert(Deno.statSync(path).isSocket);
    },
    { needs: ["cc", "socat"] },
  );
}

testProgram(
  "many clients of a socket that was handed over are served at once, also those that are silent",
  async (program) => {
    await using folder = new TempFolder();
    // More than the threads in which libc's calls wait.
    const count = 40;
    await using server = await TestServer.start(program, {
      ...{ wrapper: await handingOver(folder, "tcp"), port: null },
      flags: ["--log", "json", "--mode", "prefork", "--workers", "40", "--transport", "unix"],
    });
    const clients = [];
    using stack = new DisposableStack();
    for (let at = 0; at < count; at++) clients.push(stack.use(await server.connect()));
    for (const client of clients.toReversed()) assertEquals(await client.roundTrip(), "ping\n");
    const long = `${"x".repeat(1 << 20)}\n`;
    const [client] = clients;
    assert(client !== undefined);
    const answer = client.receive(long.length);
    await client.send(long);
    assertEquals((await answer).length, long.length);
  },
  { needs: ["cc"], forms: ["compiled"] },
);

for (const transport of ["socket", "pipe"]) {
  testProgram(
    `a program has neither the sockets that were handed over nor what tells of them: ${transport}`,
    async (program) => {
      await using folder = new TempFolder();
      await using server = await TestServer.start(program, {
        ...{ wrapper: await handingOver(folder, "tcp", "tcp"), port: null },
        flags: ["--log", "json", "--transport", transport],
        command: ["sh", "-c", "env | grep -c ^LISTEN_; ls -l /proc/self/fd | grep -c socket:"],
      });
      using client = await server.connect();
      await client.closeWrite();
      // Of sockets it has its client's, which here is standard input alone, or none.
      const told = transport === "socket" ? "0\n1\n" : "0\n0\n";
      assertEquals(new TextDecoder().decode(await client.receive(4)), told);
      await server.event("connection_closed");
    },
    { needs: ["cc"] },
  );
}

testProgram(
  "what is no listening stream socket is one line, and so is a wrong number",
  async (program) => {
    await using folder = new TempFolder();
    const { path, args } = program;
    for (const kind of ["udp", "connected", "file", "closed"]) {
      const wrapper = await handingOver(folder, "tcp", kind);
      const { status, stdout, stderr } = await runToEnd([...wrapper, path, ...args, "server"]);
      assertEquals([status, stdout], [1, ""]);
      assertEquals(
        stderr,
        "brood: Cannot listen on descriptor 4, which LISTEN_FDS hands over: " +
          "it is no listening socket of a stream, of IPv4, IPv6 or AF_UNIX\n",
      );
    }
    const wrong = [
      "sh",
      "-c",
      'LISTEN_PID=$$ LISTEN_FDS=x exec "$@"',
      "sh",
      path,
      ...args,
      "server",
    ];
    const { status, stderr } = await runToEnd(wrong);
    assertEquals(status, 2);
    assertStringIncludes(stderr, 'LISTEN_FDS "x": expected a whole number from 0 to 1000');
  },
  { needs: ["cc"] },
);

testProgram(
  "a port, an address and --reuse-port contradict sockets that are handed over",
  async ({ path, args }) => {
    await using folder = new TempFolder();
    const wrapper = await handingOver(folder, "tcp");
    for (
      const [what, ...flags] of [["PORT", "9000"], ["--host", "--host", "::"], [
        "--reuse-port",
        "--reuse-port",
      ]]
    ) {
      const { status, stderr } = await runToEnd([...wrapper, path, ...args, "server", ...flags]);
      assertEquals(status, 2);
      assertStringIncludes(
        stderr,
        `${what} does not go with LISTEN_FDS: the server serves the sockets that it was started with`,
      );
    }
    // Sockets of another process, whose variables were passed on.
    const passed = await runToEnd([path, ...args, "server"], {
      env: { LISTEN_PID: "1", LISTEN_FDS: "1" },
    });
    assertEquals(passed.status, 2);
    assertStringIncludes(passed.stderr, "PORT is missing");
  },
  { needs: ["cc"] },
);

testProgram(
  "systemd starts a server with its sockets when the first client comes",
  async ({ path, args }) => {
    await using folder = new TempFolder();
    const socket = folder.join("systemd.sock");
    await using manager = new RunningProcess([
      ...[
        "systemd-socket-activate",
        "-l",
        socket,
        "-E",
        `TMPDIR=${folder.path}`,
        "-E",
        "PATH",
        "-E",
        "HOME",
      ],
      ...[path, ...args, "server", "--log", "text"],
    ], { env: { XDG_RUNTIME_DIR: "" } });
    await manager.stderr.match(/Listening on .*systemd\.sock as 3/);
    assertEquals(await talkTo(socket), "hello\n");
    await manager.stdout.match(new RegExp(`listening on unix:${socket} `));
    await manager.stdout.match(/worker \d+ exited with status 0/);
    manager.signal("SIGTERM");
    assertEquals((await manager.ended()).code, 0);
    assertEquals(await processesWith(folder.path), []);
  },
  { needs: ["systemd-socket-activate", "socat"] },
);
