/** TLS of the server, as openssl(1), curl(1) and Deno speak it, and as hostile clients do. */

import { once } from "node:events";
import { connect } from "node:net";
import { systemClock } from "../../ipc/clock.ts";
import { hasServingNodeTls } from "../../server/accept/tls/tls_entrance.ts";
import { assert, assertEquals, assertMatch } from "../assert.ts";
import { bytesOf, readAll } from "../support/bytes.ts";
import { randomBytes, randomFrom } from "../support/random.ts";
import { listenOnLoopback } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, runToEnd } from "./process.ts";
import { type Program, SERVINGS } from "./program.ts";
import { TestServer } from "./server.ts";
import { NEEDS_NODE_TLS, OpensslClient, roundTrip, startTls, testTls, tlsFlags } from "./tls.ts";

/** The ways of serving in which the bytes pass the server. */
const RELAYED = SERVINGS.filter(({ flags, command }) =>
  flags.includes("pipe") || command === undefined && !flags.includes("socket")
);

/** A module that answers when its client has ended, and ends nothing itself. */
const ANSWERING_LATE = `export default async (connection) => {
  while (await connection.read(new Uint8Array(1024)) !== null);
  await connection.write(new Uint8Array(1_000_000));
};
`;

for (const { name, flags, command } of RELAYED) {
  testTls(
    `${name}: serves TLS 1.2 and 1.3, and both ends of a connection`,
    async (program, made) => {
      await using server = await startTls(program, made, { flags, command });
      for (const version of ["-tls1_2", "-tls1_3"]) {
        await using client = new OpensslClient(server.port, made, [version]);
        await client.roundTrip();
        await client.end();
      }
      using conn = await made.connect(server.port);
      await conn.write(bytesOf("ping\n"));
      await conn.closeWrite();
      assertEquals(await readAll(conn), "ping\n");
      const { port: remotePort } = conn.localAddr;
      const closed = await server.event("connection_closed", { remotePort });
      const { bytesIn, bytesOut, reason } = closed;
      assertEquals([bytesIn, bytesOut, reason], [5, 5, "finished"]);
      assertEquals(server.events.filter(({ event }) => event === "connection_rejected"), []);
      assertEquals(
        server.process.stderr.text.replace(/^warning: iterative mode runs .*\n/, ""),
        "",
      );
    },
  );
}

testTls(
  "has descriptors for as many clients over TLS as it takes",
  async (program, made) => {
    await using server = await startTls(program, made, {
      command: ["cat"],
      wrapper: ["prlimit", "--nofile=160"],
    });
    const { maxConnections } = await server.event("listening");
    using clients = new DisposableStack();
    for (const _ of Array(maxConnections).keys()) {
      const conn = clients.use(await made.connect(server.port));
      await conn.write(bytesOf("ping"));
      assertEquals(await conn.read(new Uint8Array(10)), 4);
    }
    assertEquals(server.process.stderr.text, "");
  },
  { needs: ["prlimit"] },
);

testTls("a client that sends and reads nothing, and resets, is lost", async (program, made) => {
  await using server = await startTls(program, made, {});
  const to = `openssl:127.0.0.1:${server.port},cafile=${made.ca.cert},commonname=localhost`;
  await using client = new RunningProcess(["socat", "-u", "OPEN:/dev/zero", to]);
  await server.event("message_received");
  for (let before = -1; before !== server.events.length;) {
    before = server.events.length;
    await systemClock.sleep(500);
  }
  // What it has not read makes a reset of that.
  client.signal("SIGKILL");
  const { reason } = await server.event("connection_closed");
  assertEquals(reason, "client_lost");
}, { needs: ["socat"] });

testTls(
  "a program over TLS gets pipes unless told, and sees who its client is",
  async (program, made) => {
    const alice = await made.signed("alice", "/O=Example, Inc/CN=alice");
    await using server = await startTls(program, made, {
      asksClient: true,
      command: ["sh", "-c", 'echo "$TLSVERSION|$TLSCIPHER|$TLSCLIENTSUBJECT"; exec cat'],
    });
    const seen = [];
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const flags = [version, ...OpensslClient.as(alice)];
      await using client = new OpensslClient(server.port, made, flags);
      await client.roundTrip();
      seen.push(client.process.stdout.all[0]);
      await client.end();
    }
    assertMatch(seen[0] ?? "", /^TLSv1\.2\|ECDHE-ECDSA-[A-Z0-9-]+\|CN=alice,O=Example\\, Inc$/);
    assertMatch(seen[1] ?? "", /^TLSv1\.3\|TLS_[A-Z0-9_]+\|CN=alice,O=Example\\, Inc$/);
  },
  NEEDS_NODE_TLS,
);

testTls(
  "a program over TLS has no variables of a client that was not asked",
  async (program, made) => {
    await using server = await startTls(program, made, {
      command: ["sh", "-c", 'echo "${TLSVERSION-unset}|${TLSCLIENTSUBJECT-unset}"'],
    });
    using conn = await made.connect(server.port);
    const version = hasServingNodeTls(await runtimeOf(program)) ? "TLSv1.3" : "unset";
    assertEquals(await readAll(conn), `${version}|unset\n`);
  },
);

testTls(
  "a client needs a certificate that the CA has signed, and is told of by why it has none",
  async (program, made) => {
    const alice = await made.signed("alice", "/CN=alice");
    const stranger = await made.selfSigned("stranger");
    await using server = await startTls(program, made, { asksClient: true });
    const causes = [
      [[], "it has no certificate"],
      [
        OpensslClient.as(stranger),
        "its certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)",
      ],
    ] as const;
    let rejected = 0;
    for (const version of ["-tls1_2", "-tls1_3"]) {
      for (const [flags, error] of causes) {
        await using client = new OpensslClient(server.port, made, [version, ...flags]);
        rejected += 1;
        const fields = { reason: "tls_failed", rejected };
        assertEquals((await server.event("connection_rejected", fields))["error"], error);
        await client.process.ended();
        assertEquals(client.process.stdout.text, "");
      }
    }
    await using client = new OpensslClient(server.port, made, OpensslClient.as(alice));
    await client.roundTrip();
    await client.end();
    assertEquals(server.process.stderr.text, "");
  },
  NEEDS_NODE_TLS,
);

testTls("curl reads a page over TLS, and one in the clear is told of", async (program, made) => {
  const handler = decodeURIComponent(new URL("../../examples/http.ts", import.meta.url).pathname);
  await using server = await startTls(program, made, { flags: ["--handler", handler] });
  const trust = ["--cacert", made.ca.cert];
  const page = await runToEnd(["curl", "-sS", ...trust, `https://localhost:${server.port}/`]);
  assertEquals([page.status, page.stderr], [0, ""]);
  assertMatch(page.stdout, /\S/);
  const clear = await runToEnd(["curl", "-s", `http://127.0.0.1:${server.port}/`]);
  assertEquals([clear.status === 0, clear.stdout], [false, ""]);
  await server.event("connection_rejected", { error: "what it sends is not TLS" });
  const unknown = await runToEnd(["curl", "-s", `https://127.0.0.1:${server.port}/`]);
  assertEquals(unknown.status === 0, false);
  await server.event("connection_rejected", {
    error: "it does not know the CA of this server's certificate",
  });
}, { needs: ["curl"] });

testTls(
  "a client that ends its direction gets the answer that comes after",
  async (program, made) => {
    await using server = await startTls(program, made, { command: ["sort"] });
    using conn = await made.connect(server.port);
    await conn.write(bytesOf("pear\napple\n"));
    await conn.closeWrite();
    assertEquals(await readAll(conn), "apple\npear\n");
  },
);

testTls("a long answer reaches a client that reads late, whole", async (program, made) => {
  const length = 20_000_000;
  await using server = await startTls(program, made, {
    command: ["head", "-c", String(length), "/dev/zero"],
  });
  using conn = await made.connect(server.port);
  await conn.closeWrite();
  const { port: remotePort } = conn.localAddr;
  await server.event("connection_accepted", { remotePort });
  let count = 0;
  const buffer = new Uint8Array(65536);
  for (let got; (got = await conn.read(buffer)) !== null;) count += got;
  assertEquals(count, length);
  const { bytesOut, reason } = await server.event("connection_closed", { remotePort });
  assertEquals([bytesOut, reason], [length, "finished"]);
});

testTls(
  "clients that never make a handshake hold up nobody, and are told of",
  async (program, made) => {
    await using server = await startTls(program, made);
    using silent = await server.connect();
    using slow = await server.connect();
    await slow.send(Uint8Array.of(0x16));
    using conn = await made.connect(server.port);
    assertEquals(await roundTrip(conn), "ping\n");
    await slow.send(Uint8Array.of(3));
    for (const client of [silent, slow]) {
      client.close();
      const rejected = await server.event("connection_rejected", { remotePort: client.port });
      assertEquals(rejected["error"], "it ended the connection within the handshake");
    }
    assertEquals(await roundTrip(conn), "ping\n");
  },
);

testTls(
  "--max-duration counts from the accept: a handshake has no more time",
  async (program, made) => {
    await using server = await startTls(program, made, { flags: ["--max-duration", "0.5"] });
    using silent = await server.connect();
    const rejected = await server.event("connection_rejected", { remotePort: silent.port });
    assertEquals(rejected["error"], "it made no handshake of TLS in 0.5 s");
    await silent.disconnected();
  },
);

testTls("--idle-timeout ends a silent connection over TLS", async (program, made) => {
  await using server = await startTls(program, made, { flags: ["--idle-timeout", "2"] });
  using conn = await made.connect(server.port);
  assertEquals(await roundTrip(conn), "ping\n");
  await server.event("connection_closed", { reason: "idle_timeout" });
});

testTls("a stop ends a handshake with the grace of the server", async (program, made) => {
  await using server = await startTls(program, made, { flags: ["--grace", "0.2"] });
  using silent = await server.connect();
  using conn = await made.connect(server.port);
  assertEquals(await roundTrip(conn), "ping\n");
  assertEquals((await server.stop()).code, 0);
  const { error } = await server.event("connection_rejected", { remotePort: silent.port });
  assertEquals(error, "the server stopped within the handshake");
});

/** What a client of TLS says first. */
async function clientHello(): Promise<Uint8Array> {
  using listener = listenOnLoopback();
  const { port } = listener.addr;
  const connecting = Deno.connectTls({ hostname: "127.0.0.1", port }).then(async (client) => {
    await client.handshake().catch(() => {});
    client.close();
  });
  using server = await listener.accept();
  const buffer = new Uint8Array(4096);
  const count = await server.read(buffer);
  server.close();
  await connecting;
  return buffer.slice(0, count ?? 0);
}

testTls(
  "a client that resets the connection within the handshake is told of",
  async (program, made) => {
    await using server = await startTls(program, made);
    const hello = await clientHello();
    for (let round = 0; round < 5; round++) {
      const socket = connect({ host: "127.0.0.1", port: server.port });
      socket.write(hello);
      // The server has answered, and waits.
      await once(socket, "data");
      const { localPort: remotePort } = socket;
      socket.resetAndDestroy();
      const { error } = await server.event("connection_rejected", { remotePort });
      assertEquals(error, "it was lost within the handshake");
    }
    using conn = await made.connect(server.port);
    assertEquals(await roundTrip(conn), "ping\n");
  },
);

testTls("any bytes in place of a handshake end no server", async (program, made) => {
  await using server = await startTls(program, made);
  const random = randomFrom(23);
  const hello = await clientHello();
  for (let round = 0; round < 20; round++) {
    using client = await server.connect();
    const bytes = round % 2 === 0 ? randomBytes(random(1, 300), random) : hello.slice();
    const at = random(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ random(1, 255);
    await client.send(bytes);
    await client.closeWrite().catch(() => {});
    await server.event("connection_rejected", { remotePort: client.port, reason: "tls_failed" });
  }
  using conn = await made.connect(server.port);
  assertEquals(await roundTrip(conn), "ping\n");
  assertEquals(server.process.stderr.text, "");
});

testTls(
  "a client that is cut off is lost, and its connection no proper end",
  async (program, made) => {
    await using server = await startTls(program, made);
    await using client = new OpensslClient(server.port, made);
    await client.roundTrip();
    // The kernel ends its socket, and no close_notify comes before.
    client.process.signal("SIGKILL");
    const { reason } = await server.event("connection_closed");
    assertEquals(reason, "client_lost");
  },
);

testTls(
  "SIGHUP takes new certificates for new connections, and a wrong file changes nothing",
  async (program, made) => {
    await using server = await startTls(program, made);
    const shown = async () => {
      const { cert } = made.ca;
      const where = ["-connect", `127.0.0.1:${server.port}`, "-CAfile", cert];
      const { stdout } = await runToEnd(["openssl", "s_client", ...where]);
      return /^subject=(.*)$/m.exec(stdout)?.[1];
    };
    using first = await made.connect(server.port);
    assertEquals(await roundTrip(first), "ping\n");
    assertEquals(await shown(), "CN = localhost");

    await made.signed("server", "/CN=renewed");
    server.process.signal("SIGHUP");
    await server.event("certificates_read", { file: made.server.cert });
    assertEquals(await shown(), "CN = renewed");
    assertEquals(await roundTrip(first), "ping\n");

    await Deno.copyFile(made.ca.key, made.server.key);
    server.process.signal("SIGHUP");
    await server.event("certificates_failed");
    await Deno.remove(made.server.cert);
    server.process.signal("SIGHUP");
    await server.process.stderr.match(/no such file/);
    assertEquals(server.process.stderr.all, [
      `warning: Cannot use the private key ${made.server.key}: it is not that of the certificate ` +
      `${made.server.cert}; the certificates stay as they were`,
      `warning: Cannot read the certificate ${made.server.cert}: no such file or directory; ` +
      "the certificates stay as they were",
    ]);
    assertEquals(await shown(), "CN = renewed");
  },
);

testTls(
  "files that cannot serve are told in a line that names them, before anything listens",
  async (program, made) => {
    const { cert, key } = made.server;
    const missing = made.folder.join("missing");
    const calls = [
      [["--tls-cert", missing, "--tls-key", key], `Cannot read the certificate ${missing}: `],
      [["--tls-cert", cert, "--tls-key", missing], `Cannot read the private key ${missing}: `],
      [["--tls-cert", key, "--tls-key", key], `Cannot use the certificate ${key}: it has no `],
      [
        ["--tls-cert", cert, "--tls-key", made.ca.key],
        `Cannot use the private key ${made.ca.key}: `,
      ],
      ...hasServingNodeTls(await runtimeOf(program))
        ? [[
          [...tlsFlags(made), "--tls-client-ca", key],
          `Cannot use the certificate ${key}: it has no `,
        ]] as const
        : [],
    ] as const;
    for (const [flags, problem] of calls) {
      const { status, stdout, stderr } = await runToEnd(
        [program.path, ...program.args, "server", ...flags, "0"],
      );
      assertEquals([status, stdout], [1, ""]);
      assert(stderr.startsWith(`brood: ${problem}`), stderr);
      assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    }
  },
);

for (const mode of ["iterative", "per-connection"]) {
  testTls(
    `a handler that leaves the end to the server has TLS ended behind its answer: ${mode}`,
    async (program, made) => {
      await using folder = new TempFolder();
      const handler = folder.join("late.js");
      await Deno.writeTextFile(handler, ANSWERING_LATE);
      await using server = await startTls(program, made, {
        flags: ["--mode", mode, "--handler", handler],
      });
      using conn = await made.connect(server.port);
      await conn.closeWrite();
      assertEquals((await readAll(conn)).length, 1_000_000);
    },
  );
}

testTls("the start line says TLS, as docs/server.md shows it", async (program, made) => {
  const asksClient = hasServingNodeTls(await runtimeOf(program));
  await using server = await TestServer.start(program, { flags: tlsFlags(made, asksClient) });
  assertMatch(
    server.process.stdout.text,
    /^Server start\.\.\. listening on 127\.0\.0\.1:\d+ \(mode per-connection, pid \d+, TLS\)\n/,
  );
});

testTls(
  "a runtime that cannot ask clients for certificates says so in a line",
  async (program, made) => {
    const runtime = await runtimeOf(program);
    if (hasServingNodeTls(runtime)) return;
    const { status, stdout, stderr } = await runToEnd(
      [program.path, ...program.args, "server", ...tlsFlags(made, true), "0"],
    );
    assertEquals([status, stdout], [1, ""]);
    assertEquals(
      stderr,
      `brood: Cannot ask clients for certificates (--tls-client-ca) with Deno ${runtime}: ` +
        "Deno 2.9.6 or later does\n",
    );
  },
  { forms: ["compiled"] },
);

/** The version of Deno that runs it. */
async function runtimeOf(program: Program): Promise<string> {
  const { stdout } = await runToEnd([program.path, ...program.args, "--version"]);
  return /\(deno (\S+)\)/.exec(stdout)?.[1] ?? "";
}
