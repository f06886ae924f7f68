/** The client with TLS, against servers of others: what it prints, what it refuses, and what a load counts. */

import type { LoadReport } from "../../client/load/report/report.ts";
import { assert, assertEquals, assertMatch } from "../assert.ts";
import { readAll, send } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { TestCertificates } from "../support/test_certificates.ts";
import { CuttingRelay, echoAll, TcpServer, TlsServer } from "../support/tls_server.ts";
import { type Finished, RunningProcess, runToEnd } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { TlsTool } from "./tls_tools.ts";

/** Where the test's binary is made by an older Deno, it verifies or does not connect. */
const FROM_SOURCE = { needs: ["openssl"], forms: ["source"] } as const;

function clientOf(program: Program, ...args: readonly (string | number)[]): string[] {
  return [program.path, ...program.args, "client", "--tls", ...args.map(String)];
}

/** The one line that a client ends with. */
function complaint({ status, stdout, stderr }: Finished): string {
  assertEquals([status, stdout], [1, ""]);
  assertMatch(stderr, /^[^\n]+\n$/);
  return stderr.trimEnd();
}

testProgram(
  "client --tls: what you type comes back, with every server",
  async (program, steps) => {
    await using certificates = await TestCertificates.make();
    const certificate = certificates.server;
    const talk = async (server: TlsTool, answer: string, ...flags: string[]) => {
      const trust = flags.includes("--insecure") ? [] : ["--tls-ca", certificates.ca.cert];
      const command = clientOf(program, ...trust, ...flags, "localhost", server.port);
      await using client = new RunningProcess(command);
      await client.type("hello\n");
      assertEquals(await client.stdout.find((line) => line), answer);
      await client.endInput();
      assertEquals([(await client.ended()).code, client.stderr.text], [0, ""]);
    };
    await steps.run("openssl s_server, TLS 1.3 and 1.2", async () => {
      for (const version of ["-tls1_3", "-tls1_2"]) {
        await using server = await TlsTool.openssl(certificate, version);
        await talk(server, "olleh");
        await talk(server, "olleh", "--split");
        if (program.form === "source") await talk(server, "olleh", "--insecure");
      }
    });
    await steps.run("socat", async () => {
      await using server = await TlsTool.socat(certificate);
      await talk(server, "hello");
      if (program.form === "source") await talk(server, "hello", "--insecure", "--split");
    }, { needs: ["socat"] });
  },
  { needs: ["openssl"] },
);

testProgram("client --tls: the certificate that docs/client.md makes is taken", async (program) => {
  await using folder = new TempFolder();
  const page = await Deno.readTextFile(new URL("../../docs/client.md", import.meta.url));
  const [, command = ""] = /```sh\n(openssl req [^`]+)```/.exec(page) ?? [];
  assertEquals((await runToEnd(["sh", "-c", `cd ${folder.path} && ${command}`])).status, 0);
  const cert = folder.join("server.pem");
  const key = folder.join("server.key");
  await using server = new TlsServer({ cert, key }, echoAll);
  const client = clientOf(program, "--tls-ca", cert, "localhost", server.port);
  const { status, stdout } = await runToEnd(client, { input: "hello\n" });
  assertEquals([status, stdout], [0, "hello\n"]);
}, { needs: ["openssl"] });

for (const flags of [[], ["--split"]]) {
  testProgram(
    `client --tls ${
      flags.join(" ")
    }: after the end of input everything that still comes is printed`,
    async (program) => {
      await using certificates = await TestCertificates.make();
      const length = 3 * 1024 * 1024;
      await using server = new TlsServer(certificates.server, async (conn) => {
        assertEquals((await readAll(conn)).length, length + 1);
        await send(conn, "x".repeat(length));
        await conn.closeWrite();
      });
      const trust = ["--tls-ca", certificates.ca.cert];
      const client = clientOf(program, ...trust, ...flags, "localhost", server.port);
      const { status, stdout, stderr } = await runToEnd(client, {
        input: `${"y".repeat(length)}\n`,
      });
      assertEquals([status, stdout.trimEnd().length, stderr], [0, length, ""]);
    },
    { needs: ["openssl"] },
  );
}

testProgram("client --tls: an answer that is cut off is told", async (program) => {
  await using certificates = await TestCertificates.make();
  await using server = await TlsTool.openssl(certificates.server);
  const command = clientOf(program, "--tls-ca", certificates.ca.cert, "localhost", server.port);
  await using client = new RunningProcess(command);
  await client.type("hello\n");
  assertEquals(await client.stdout.find((line) => line), "olleh");
  // The kernel ends its sockets, and nobody says goodbye.
  server.process.signal("SIGKILL");
  assertEquals((await client.ended()).code, 1);
  assertMatch(
    client.stderr.text,
    /^brood: Lost the connection to localhost:\d+: it was closed without the end that TLS has .*\n$/,
  );
}, { needs: ["openssl"] });

testProgram("client --tls: what is wrong is told in a line", async (program, steps) => {
  await using certificates = await TestCertificates.make();
  const good = certificates.server;
  const run = async (port: number, ...args: string[]) =>
    complaint(await runToEnd(clientOf(program, ...args, port), { input: "hello\n" }));
  const trust = ["--tls-ca", certificates.ca.cert];
  await steps.run("a certificate that nobody who is trusted has issued", async () => {
    await using server = new TlsServer(good, echoAll);
    assertMatch(
      await run(server.port, "localhost"),
      / with TLS: nobody who is trusted has issued /,
    );
  });
  await steps.run("one for other names", async () => {
    await using server = new TlsServer(good, echoAll, "0.0.0.0");
    const told = await run(server.port, ...trust, "127.0.0.2");
    assertMatch(
      told,
      /: its certificate is for localhost, 127\.0\.0\.1, and not for 127\.0\.0\.2$/,
    );
  });
  await steps.run("one that has expired", async () => {
    await using server = new TlsServer(await certificates.expired(), echoAll);
    assertMatch(await run(server.port, ...trust, "localhost"), /: its certificate has expired$/);
  });
  await steps.run("one of a CA", async () => {
    const own = await certificates.selfSigned("self");
    await using server = new TlsServer(own, echoAll);
    const told = await run(server.port, "--tls-ca", own.cert, "localhost");
    assertMatch(told, /: its certificate is that of a CA, /);
  });
  await steps.run("a server without TLS", async () => {
    await using server = new TcpServer(echoAll);
    assertMatch(await run(server.port), /: what the server answers is no TLS \(does it /);
  });
  await steps.run("a server that says nothing", async () => {
    const silence = Promise.withResolvers<void>();
    await using server = new TcpServer(() => silence.promise);
    const told = await run(server.port, "--connect-timeout", "0.2");
    assertMatch(told, /: no handshake within 0\.2 s \(does it speak TLS on that port\?\)$/);
    silence.resolve();
  });
  await steps.run("a file without CAs", async () => {
    assertMatch(
      await run(1, "--tls-ca", "/dev/null"),
      /^brood: Cannot use the CAs in \/dev\/null: /,
    );
  });
}, { needs: ["openssl"] });

async function loadOf(
  program: Program,
  ...args: readonly (string | number)[]
): Promise<LoadReport> {
  const { stdout, stderr } = await runToEnd(clientOf(program, "--json", ...args));
  assertEquals(stderr, "");
  return JSON.parse(stdout);
}

for (const flags of [[], ["--processes", "2"], ["--rate", "200"]]) {
  testProgram(`a load with TLS ${flags.join(" ")}: every byte comes back`, async (program) => {
    await using certificates = await TestCertificates.make();
    await using server = new TlsServer(certificates.server, echoAll);
    const load = ["--load", 200, "--messages", 2, "--size", 40_000, "--binary", ...flags];
    const ways = program.form === "source"
      ? [["--tls-ca", certificates.ca.cert], ["--insecure"]]
      : [["--tls-ca", certificates.ca.cert]];
    for (const trust of ways) {
      const report = await loadOf(program, ...load, ...trust, "localhost", server.port);
      const { connections, bytes, reasons } = report;
      assertEquals([connections.done, reasons], [200, {}], JSON.stringify(trust));
      assertEquals([bytes.echoed, report.load.tls], [200 * 2 * 40_000, true]);
    }
  }, { needs: ["openssl"] });
}

testProgram("a load with TLS tells what its connections failed of", async (program) => {
  await using certificates = await TestCertificates.make();
  await using server = new TlsServer(certificates.server, echoAll);
  await using plain = new TcpServer(echoAll);
  await using relay = new CuttingRelay(server.port);
  const trust = ["--tls-ca", certificates.ca.cert];
  const failuresAt = async (port: number, ...args: string[]) => {
    const { connections, failures, reasons } = await loadOf(program, "--load", 5, ...args, port);
    assertEquals(connections.failed, 5);
    const [kind] = Object.entries(failures).find(([, count]) => count > 0) ?? [];
    return [kind, ...Object.values(reasons)];
  };
  assertMatch(
    (await failuresAt(server.port)).join(),
    /^handshake,nobody who is trusted has issued /,
  );
  assertMatch(
    (await failuresAt(server.port, "--processes", "2")).join(),
    /^handshake,nobody who is trusted has issued /,
  );
  assertMatch(
    (await failuresAt(plain.port, ...trust)).join(),
    /^handshake,what the server answers /,
  );
  assertMatch((await failuresAt(relay.port, ...trust)).join(), /^closedEarly,.*close_notify/);
}, { needs: ["openssl"] });

testProgram(
  "client --insecure says which Deno it needs where that is an older one",
  async (program) => {
    const { status, stderr } = await runToEnd(clientOf(program, "--insecure", 1));
    const isOld = /deno 2\.[0-7]\./.test((await runToEnd([program.path, "--version"])).stdout);
    assert(program.form === "source" || status === 1);
    assertMatch(stderr, isOld ? /--insecure needs Deno 2\.8 or later/ : /Cannot connect to /);
  },
);

testProgram("client --insecure --tls: an answer that is cut off is told", async (program) => {
  await using certificates = await TestCertificates.make();
  await using server = await TlsTool.openssl(certificates.server);
  await using client = new RunningProcess(
    clientOf(program, "--insecure", "localhost", server.port),
  );
  await client.type("hello\n");
  assertEquals(await client.stdout.find((line) => line), "olleh");
  server.process.signal("SIGKILL");
  assertEquals((await client.ended()).code, 1);
  assertMatch(client.stderr.text, /without the end that TLS has/);
}, FROM_SOURCE);
