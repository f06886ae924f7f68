import { systemClock } from "../../../../ipc/clock.ts";
import type { CertificateFiles } from "../../../../server/accept/tls/certificates.ts";
import type { StreamSocket } from "../../../../server/accept/client_socket.ts";
import { assertEquals, assertMatch } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { randomBytes, randomFrom } from "../../../support/random.ts";
import { listenOnLoopback } from "../../../support/sockets.ts";
import { type TestCertificates, testWithCertificates } from "../../../support/test_certificates.ts";
import { makeForgedSubject } from "./forged_subject.ts";
import { makeHandshakeBy, type Way, WAYS } from "./ways.ts";
import { Wire } from "./wire.ts";

const LIMIT_MS = 10_000;

/** Accepts one client after the other, and makes the handshake with each. */
class Accepting implements Disposable {
  readonly #listener = listenOnLoopback();
  readonly stopped = new AbortController();

  constructor(
    readonly made: TestCertificates,
    readonly files: Partial<CertificateFiles> = {},
    readonly clock = systemClock,
    readonly way: Way = "node:tls",
  ) {}

  get port(): number {
    return this.#listener.addr.port;
  }

  /** The secured socket, or why there is none. */
  async next(): Promise<StreamSocket | string> {
    const socket = await this.#listener.accept();
    const files = { ...this.made.server, clientCa: null, ...this.files };
    const limits = { limitMs: LIMIT_MS, clock: this.clock, signal: this.stopped.signal };
    const made = await makeHandshakeBy(this.way, socket, { files, ...limits });
    return "error" in made ? made.error : made;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** Registers a test of either way. */
function testHandshake(
  name: string,
  run: (made: TestCertificates, way: Way) => Promise<void>,
): void {
  for (const way of WAYS) {
    testWithCertificates(`a handshake by ${way} ${name}`, (made) => run(made, way));
  }
}

/** What a handshake with a client comes to that sends these bytes, and then ends. */
async function comesTo(accepting: Accepting, bytes: Uint8Array): Promise<string> {
  using client = await Deno.connect({ hostname: "127.0.0.1", port: accepting.port });
  const made = accepting.next();
  await client.write(bytes).catch(() => {});
  await client.closeWrite().catch(() => {});
  const seen = await made;
  if (typeof seen === "string") return seen;
  seen.close();
  return "a handshake";
}

testWithCertificates(
  "makeHandshake() tells what was agreed upon, and who the client is",
  async (made) => {
    const alice = await made.signed("alice", "/O=Example/CN=alice");
    using accepting = new Accepting(made, { clientCa: made.ca.cert });
    const [client, server] = await Promise.all([
      made.connect(accepting.port, alice),
      accepting.next(),
    ]);
    using _client = client;
    if (typeof server === "string") throw new Error(server);
    const { cipher = "", ...agreed } = server.tls ?? {};
    assertEquals(agreed, { version: "TLSv1.3", clientSubject: "CN=alice,O=Example" });
    assertMatch(cipher, /^TLS_[A-Z0-9_]+$/);
    assertEquals(server.remoteAddr, client.localAddr);
    assertEquals(server.localAddr, client.remoteAddr);
    server.close();
  },
);

testWithCertificates(
  "makeHandshake() asks no client for a certificate unless told",
  async (made) => {
    const alice = await made.signed("alice", "/CN=alice");
    using accepting = new Accepting(made);
    for (const own of [undefined, alice]) {
      const [client, server] = await Promise.all([
        made.connect(accepting.port, own),
        accepting.next(),
      ]);
      using _client = client;
      if (typeof server === "string") throw new Error(server);
      assertEquals(server.tls?.clientSubject, null);
      server.close();
    }
  },
);

testWithCertificates(
  "makeHandshake() lets nobody in whose certificate the CA has not signed",
  async (made) => {
    const stranger = await made.selfSigned("stranger");
    // Of the same name as the CA, and not of its key.
    const forger = await made.selfSigned("forger", { subject: "/CN=Test CA" });
    const forged = await made.signed("forged", "/CN=al", forger);
    const expired = await made.expired();
    using accepting = new Accepting(made, { clientCa: made.ca.cert });
    const seen = [];
    for (const own of [undefined, stranger, forged, expired]) {
      const [client, server] = await Promise.all([
        made.connect(accepting.port, own),
        accepting.next(),
      ]);
      seen.push(typeof server === "string" ? server : "a handshake");
      client.close();
    }
    assertEquals(seen, [
      "it has no certificate",
      "its certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)",
      "its certificate is not accepted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
      "its certificate is not accepted (CERT_HAS_EXPIRED)",
    ]);
  },
);

testHandshake(
  "tells a client that does not trust the server",
  async (made, way) => {
    using accepting = new Accepting(made, {}, systemClock, way);
    const refused = Deno.connectTls({ hostname: "127.0.0.1", port: accepting.port });
    const [client, server] = await Promise.allSettled([
      refused.then((client) => client.handshake().finally(() => client.close())),
      accepting.next(),
    ]);
    assertEquals(client.status, "rejected");
    assertEquals(server, {
      status: "fulfilled",
      value: "it does not know the CA of this server's certificate",
    });
  },
);

testHandshake(
  "tells what is not TLS, and what ends too early",
  async (made, way) => {
    using accepting = new Accepting(made, {}, systemClock, way);
    assertEquals(
      [
        await comesTo(accepting, bytesOf("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
        await comesTo(accepting, new Uint8Array()),
        await comesTo(accepting, Uint8Array.of(0x16, 3, 1, 0)),
      ],
      [
        "what it sends is not TLS",
        "it ended the connection within the handshake",
        "it ended the connection within the handshake",
      ],
    );
  },
);

testHandshake(
  "is over after its time, also with a byte now and then",
  async (made, way) => {
    const clock = new FakeClock();
    using accepting = new Accepting(made, {}, clock, way);
    using client = await Deno.connect({ hostname: "127.0.0.1", port: accepting.port });
    const handshake = accepting.next();
    await clock.sleeps(LIMIT_MS);
    for (let byte = 0; byte < 9; byte++) {
      await client.write(Uint8Array.of([0x16, 3, 1][byte] ?? 1));
      clock.advance(1000);
    }
    assertEquals(clock.sleeping, 1);
    clock.advance(1000);
    assertEquals(await handshake, "it made no handshake of TLS in 10 s");
    assertEquals(await client.read(new Uint8Array(1)).catch(() => null), null);
  },
);

testHandshake("ends at once when the server does", async (made, way) => {
  const clock = new FakeClock();
  using accepting = new Accepting(made, {}, clock, way);
  using _client = await Deno.connect({ hostname: "127.0.0.1", port: accepting.port });
  const handshake = accepting.next();
  await clock.sleeps(LIMIT_MS);
  accepting.stopped.abort();
  assertEquals(await handshake, "the server stopped within the handshake");
});

testHandshake(
  "survives any bytes in place of a handshake",
  async (made, way) => {
    using accepting = new Accepting(made, {}, systemClock, way);
    const random = randomFrom(7);
    for (let round = 0; round < 40; round++) {
      const bytes = randomBytes(random(1, 600), random);
      // Half of them look like the first record of a handshake.
      const length = bytes.length - 5;
      if (round % 2 === 0 && length > 0) {
        bytes.set([0x16, 3, 1, length >> 8, length & 0xff, 1, 0]);
      }
      assertMatch(await comesTo(accepting, bytes), /^(it|what|the handshake failed)/);
    }
  },
);

testHandshake(
  "and a secured socket survive any byte that is altered",
  async (made, way) => {
    using accepting = new Accepting(made, {}, systemClock, way);
    const random = randomFrom(11);
    const seen = new Set<string>();
    for (let round = 0; round < 60; round++) {
      // A client's side of a handshake with one message has some 400 bytes.
      let left = random(0, 420);
      await using wire = new Wire(accepting.port, (chunk) => {
        const altered = chunk.slice();
        if (left < chunk.length && left >= 0) {
          altered[left] = (altered[left] ?? 0) ^ random(1, 255);
        }
        left -= chunk.length;
        return altered;
      });
      const client = (async () => {
        using conn = await made.connect(wire.port);
        await conn.write(bytesOf("ping\n"));
        await conn.closeWrite();
        while (await conn.read(new Uint8Array(100)) !== null);
      })().catch(() => {});
      const server = await accepting.next();
      if (typeof server === "string") seen.add("no handshake");
      else {
        const count = await server.read(new Uint8Array(100)).catch(() => "failure" as const);
        seen.add(count === "failure" ? "failure" : "bytes");
        server.close();
      }
      await client;
    }
    assertEquals(seen.has("no handshake"), true, [...seen].join());
  },
);

testWithCertificates(
  "makeHandshake() lets nobody in whose certificate has a subject that cannot be read",
  async (made) => {
    const own = await makeForgedSubject(made);
    using accepting = new Accepting(made, { clientCa: made.ca.cert });
    const [client, server] = await Promise.all([
      made.connect(accepting.port, own),
      accepting.next(),
    ]);
    client.close();
    assertEquals(server, "its certificate has a subject that cannot be read");
  },
);
