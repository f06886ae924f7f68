/** Where a server listens: at several addresses, at Unix-domain sockets, beside another server. */

import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { runToEnd } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";

/** How connections get to who serves them. */
const WAYS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["unix", ["--transport", "unix"]],
  ["pipe", ["--transport", "pipe"]],
  ["socket", ["--transport", "socket"]],
  ["prefork over the socket", ["--mode", "prefork", "--workers", "2", "--transport", "socket"]],
  ["iterative mode", ["--mode", "iterative"]],
];

const JSON_LOG = ["--log", "json"];

/** Sends a line to a Unix-domain socket, and resolves to what comes back. */
async function talkTo(path: string, line = "hello\n"): Promise<string> {
  const { stdout } = await runToEnd(["socat", "-t60", "-", `UNIX-CONNECT:${path}`], {
    input: line,
  });
  return stdout;
}

/** Starts a server that is to end at once. */
async function failing({ path, args }: Program, ...flags: readonly string[]) {
  return await runToEnd([path, ...args, "server", ...flags]);
}

for (const [name, flags] of WAYS) {
  testProgram(`a server with two addresses takes clients of both: ${name}`, async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...JSON_LOG, ...flags, "--host", "127.0.0.1", "--host", "::1"],
    });
    const { port } = server;
    const { host, addresses } = await server.event("listening");
    assertEquals([host, addresses], ["127.0.0.1", [`127.0.0.1:${port}`, `[::1]:${port}`]]);
    for (const hostname of ["127.0.0.1", "::1", "::1", "127.0.0.1"]) {
      using client = await TestClient.connect({ hostname, port });
      assertEquals(await client.roundTrip(), "ping\n");
      await server.event("connection_accepted", { remoteHost: hostname, remotePort: client.port });
      client.close();
      await server.event("connection_closed", { remotePort: client.port });
    }
  });

  testProgram(
    `a server on :: takes IPv4 too, and knows those clients by their own address: ${name}`,
    async (program) => {
      await using server = await TestServer.start(program, {
        flags: [...JSON_LOG, ...flags, "--host", "::", "--deny", "127.0.0.2", "--deny", "::/0"],
      });
      const { port } = server;
      using client = await TestClient.connect({ hostname: "127.0.0.1", port });
      assertEquals(await client.roundTrip(), "ping\n");
      await server.event("connection_accepted", {
        remoteHost: "127.0.0.1",
        remotePort: client.port,
      });
      client.close();
      using rejected = await TestClient.connect({ hostname: "::1", port });
      assertEquals(await rejected.disconnected(), "end of file");
      await server.event("connection_rejected", { remoteHost: "::1" });
    },
  );

  testProgram(`a server serves a Unix-domain socket, and removes it: ${name}`, async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("echo.sock");
    {
      await using server = await TestServer.start(program, {
        port: null,
        flags: [...JSON_LOG, ...flags, "--host", `unix:${path}`, "--max-rate", "1"],
      });
      assertEquals([server.hostname, server.port], [`unix:${path}`, 0]);
      for (const connectionId of [1, 2, 3]) {
        assertEquals(await talkTo(path), "hello\n");
        const { remoteHost, remotePort } = await server.event("connection_accepted", {
          connectionId,
        });
        assertEquals([remoteHost, remotePort], ["unix:", 0]);
        await server.event("connection_closed", { connectionId, reason: "finished", bytesIn: 6 });
      }
    }
    assertEquals([...Deno.readDirSync(folder.path)], []);
  }, { needs: ["socat"] });
}

testProgram(
  "an idle connection over :: and IPv4 is found in the kernel's tables",
  async (program) => {
    await using server = await TestServer.start(program, {
      flags: [...JSON_LOG, "--host", "::", "--idle-timeout", "0.3"],
    });
    using client = await TestClient.connect({ hostname: "127.0.0.1", port: server.port });
    await server.event("connection_closed", { reason: "idle_timeout" });
    assertEquals(await client.disconnected(), "end of file");
  },
);

testProgram(
  "addresses and Unix-domain sockets go together, and share the slots",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("echo.sock");
    await using server = await TestServer.start(program, {
      flags: [
        ...[...JSON_LOG, "--max-connections", "1"],
        ...["--host", `127.0.0.1,unix:${path}`],
      ],
    });
    using client = await server.connect();
    assertEquals(await client.roundTrip(), "ping\n");
    await server.event("admission_paused");
    const waiting = [path, "tcp"].map(async (where) => {
      if (where === path) return await talkTo(path);
      using second = await server.connect();
      return await second.roundTrip();
    });
    client.close();
    // Whoever is first, the other one comes when that has ended.
    assertEquals(await Promise.all(waiting), ["hello\n", "ping\n"]);
    const open = new Set();
    for (const { event, connectionId } of server.events) {
      if (event === "connection_accepted") open.add(connectionId);
      if (event === "connection_closed") open.delete(connectionId);
      assert(open.size <= 1);
    }
  },
  { needs: ["socat"] },
);

for (const transport of ["socket", "pipe"]) {
  testProgram(
    `a program behind a Unix-domain socket is told so, and of no address: ${transport}`,
    async (program) => {
      await using folder = new TempFolder();
      const path = folder.join("env.sock");
      await using server = await TestServer.start(program, {
        port: null,
        flags: [...JSON_LOG, "--transport", transport, "--host", `unix:${path}`],
        command: ["sh", "-c", "env | grep -E '^(PROTO|TCP|UNIX|LISTEN|BROOD_CONN)' | sort"],
      });
      const told = ["BROOD_CONNECTION_ID=1", "PROTO=UNIX", `UNIXLOCALPATH=${path}`, ""];
      assertEquals(await talkTo(path, ""), told.join("\n"));
      await server.event("connection_closed");
    },
    { needs: ["socat"] },
  );
}

testProgram(
  "the text log and the explaining one tell clients of a Unix-domain socket by numbers",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("echo.sock");
    for (const log of ["text", "explain"]) {
      await using process = await TestServer.start(program, {
        flags: ["--log", log, "--host", "127.0.0.1", "--host", `unix:${path}`],
      });
      assertEquals(await talkTo(path), "hello\n");
      await process.process.stdout.match(/client unix#1 is connected\.\.\. \(worker \d+\)$/);
      await process.process.stdout.match(/Client\(unix#1\): hello$/);
      await process.process.stdout.match(
        /Client\(unix#1\): is disconnected \(6 bytes in, 6 bytes out/,
      );
    }
  },
  { needs: ["socat"] },
);

testProgram(
  "a socket's file that nobody listens on is replaced, any other one stays",
  async (program) => {
    await using folder = new TempFolder();
    // What a server that was killed has left there the next one removes.
    await using runs = new TempFolder();
    const start = { port: null, folder: runs.path };
    const path = folder.join("echo.sock");
    const unix = ["--host", `unix:${path}`];
    {
      await using killed = await TestServer.start(program, {
        ...start,
        flags: [...JSON_LOG, ...unix],
      });
      await killed.kill();
    }
    assert(Deno.statSync(path).isSocket);
    await using server = await TestServer.start(program, {
      ...start,
      flags: [...JSON_LOG, ...unix],
    });
    assertEquals(await talkTo(path), "hello\n");

    const inUse = await failing(program, ...unix);
    assertEquals([inUse.status, inUse.stdout], [1, ""]);
    assertEquals(
      inUse.stderr,
      `brood: Cannot listen on unix:${path}: another server listens there\n`,
    );

    const file = folder.join("file");
    Deno.writeTextFileSync(file, "mine");
    const noSocket = await failing(program, "--host", `unix:${file}`);
    assertEquals(
      [noSocket.status, noSocket.stderr],
      [1, `brood: Cannot listen on unix:${file}: there is a file that is no socket\n`],
    );
    assertEquals(Deno.readTextFileSync(file), "mine");

    // What is somebody else's by now stays when the server stops.
    Deno.removeSync(path);
    Deno.writeTextFileSync(path, "another's");
    await server.stop();
    assertEquals(Deno.readTextFileSync(path), "another's");
  },
  { needs: ["socat"] },
);

testProgram(
  "where one of several places cannot be had the server says which, and leaves nothing",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("echo.sock");
    using taken = Deno.listen({ hostname: "::1", port: 0 });
    const { port } = taken.addr;
    const places = ["--host", `unix:${path},127.0.0.1,::1`];
    for (const transport of ["unix", "socket"]) {
      const { status, stdout, stderr } = await failing(
        program,
        "--transport",
        transport,
        ...places,
        `${port}`,
      );
      assertEquals([status, stdout], [1, ""]);
      assertStringIncludes(stderr, `Cannot listen on [::1]:${port}: address already in use`);
      assertEquals(stderr.trim().split("\n").length, 1);
      assertEquals([...Deno.readDirSync(folder.path)], []);
    }
    const missing = folder.join("missing/echo.sock");
    const { status, stderr } = await failing(program, "--host", `unix:${missing}`);
    assertEquals(status, 1);
    assertEquals(stderr, `brood: Cannot listen on unix:${missing}: no such file or directory\n`);
  },
);

testProgram(
  "a handler's module sees that its client came by a Unix-domain socket",
  async (program) => {
    await using folder = new TempFolder();
    const path = folder.join("echo.sock");
    const handler = folder.join("tells_ends.js");
    Deno.writeTextFileSync(
      handler,
      "export default (c) => c.write(JSON.stringify([c.remoteAddr, c.localAddr]));",
    );
    for (const transport of ["unix", "pipe", "socket"]) {
      await using _server = await TestServer.start(program, {
        port: null,
        flags: [
          ...[...JSON_LOG, "--host", `unix:${path}`],
          ...["--handler", handler, "--transport", transport],
        ],
      });
      assertEquals(JSON.parse(await talkTo(path, "")), [
        { hostname: "unix:", port: 0, path: "" },
        { hostname: `unix:${path}`, port: 0, path },
      ]);
    }
  },
  { needs: ["socat"] },
);
