import { X509Certificate } from "node:crypto";
import { systemClock } from "../../../../ipc/clock.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { SecuredSocket } from "../../../../server/accept/tls/secured_socket.ts";
import { denoProblem, TlsEntrance } from "../../../../server/accept/tls/tls_entrance.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { listenOnLoopback, TcpPair } from "../../../support/sockets.ts";
import { type TestCertificates, testWithCertificates } from "../../../support/test_certificates.ts";
import { RecordedEvents } from "../../recorded_events.ts";
import { connectTls } from "./tls_client.ts";

async function open(made: TestCertificates, clock = systemClock) {
  const events = new RecordedEvents();
  const files = { ...made.server, clientCa: null };
  const entrance = await TlsEntrance.open({ files, clock, events: events.bus });
  return { entrance, events, files };
}

/** What the server shows a client, and the connection itself. */
async function connect(entrance: TlsEntrance, made: TestCertificates) {
  using listener = listenOnLoopback();
  const limits = { leftMs: Infinity, signal: new AbortController().signal };
  const [client, server] = await Promise.all([
    connectTls(listener.addr.port, made).then(async (client) => {
      await client.handshake();
      return client;
    }),
    listener.accept().then((socket) => entrance.secure(socket, limits)),
  ]);
  assert(server instanceof SecuredSocket);
  return { client, server };
}

testWithCertificates("TlsEntrance refuses files that cannot serve, in a line", async (made) => {
  const events = new RecordedEvents();
  const files = { ...made.server, key: made.ca.key, clientCa: null };
  const opening = () => TlsEntrance.open({ files, clock: systemClock, events: events.bus });
  const error = await assertRejects(opening, OperationalError);
  assertMatch(error.message, /^Cannot use the private key .*ca\.key: it is not that of/);
});

testWithCertificates("TlsEntrance gives no more time than a connection has", async (made) => {
  const clock = new FakeClock();
  const { entrance } = await open(made, clock);
  await using _entrance = entrance;
  for (const [leftMs, seconds] of [[Infinity, 10], [2500, 2.5]] as const) {
    using pair = await TcpPair.open();
    const limits = { leftMs, signal: new AbortController().signal };
    const securing = entrance.secure(pair.server, limits);
    await clock.pass(seconds * 1000);
    assertEquals(await securing, { error: `it made no handshake of TLS in ${seconds} s` });
  }
});

testWithCertificates(
  "TlsEntrance reads its files again on SIGHUP, for new connections",
  async (made) => {
    const { entrance, events, files } = await open(made);
    await using _entrance = entrance;
    const first = await connect(entrance, made);
    using _first = first.client;

    const before = new X509Certificate(await Deno.readTextFile(files.cert)).serialNumber;
    await made.signed("server", "/CN=localhost");
    Deno.kill(Deno.pid, "SIGHUP");
    assertEquals(await events.first("certificates_read"), {
      event: "certificates_read",
      file: files.cert,
    });
    const second = await connect(entrance, made);
    using _second = second.client;
    assert(before !== new X509Certificate(await Deno.readTextFile(files.cert)).serialNumber);
    // The old connection goes on.
    await first.client.write(Uint8Array.of(7));
    assertEquals(await first.server.read(new Uint8Array(9)), 1);
    first.server.close();
    second.server.close();
  },
);

testWithCertificates(
  "TlsEntrance keeps what it has where a file has a mistake, and says so",
  async (made) => {
    const { entrance, events, files } = await open(made);
    await using _entrance = entrance;
    await Deno.writeTextFile(files.key, "hello\n");
    Deno.kill(Deno.pid, "SIGHUP");
    const { error } = await events.first("certificates_failed");
    assertEquals(
      error,
      `Cannot use the private key ${files.key}: it has no -----BEGIN PRIVATE KEY----- (PEM); ` +
        "the certificates stay as they were",
    );
    const { client, server } = await connect(entrance, made);
    client.close();
    server.close();
  },
);

Deno.test("denoProblem() names a Deno that cannot serve TLS", () => {
  assertEquals(["2.8.0", "2.9.6", "2.10.0", "3.0.0"].map(denoProblem), [null, null, null, null]);
  assertEquals(
    denoProblem("2.6.10"),
    "Cannot serve TLS with Deno 2.6.10: its node:tls serves no stream; Deno 2.8 or later does",
  );
  assertMatch(denoProblem("1.46.3") ?? "", /^Cannot serve TLS with Deno 1\.46\.3/);
});
