import {
  type Connect,
  connectorFor,
  connectPlainly,
} from "../../../client/connection/connection.ts";
import { createServer } from "node:tls";
import { HandshakeError, TruncatedError } from "../../../client/connection/tls_errors.ts";
import { connectUnverified } from "../../../client/connection/unverified.ts";
import { connectVerified } from "../../../client/connection/verified.ts";
import { isStreamError } from "../../../ipc/errors.ts";
import { CipherStream } from "../../../ipc/tls/cipher_stream.ts";
import { SecuredStream } from "../../../ipc/tls/secured_stream.ts";
import type { ByteStream } from "../../../ipc/transport.ts";
import { assert, assertEquals, assertRejects } from "../../assert.ts";
import { readAll, send } from "../../support/bytes.ts";
import { closedPort, listenOnLoopback } from "../../support/sockets.ts";
import { NEEDS_OPENSSL, TestCertificates } from "../../support/test_certificates.ts";
import { CuttingRelay, echoAll, TcpServer, TlsServer } from "../../support/tls_server.ts";
import { findMissingTools } from "../../support/tools.ts";

const { reason, missing } = findMissingTools(NEEDS_OPENSSL);

/** Both ways to connect with TLS keep the same contract. */
const WAYS: Readonly<Record<string, (ca: string) => Connect>> = {
  verified: connectVerified,
  unverified: () => connectUnverified,
};

interface Context {
  readonly certificates: TestCertificates;
  readonly connect: Connect;
}

function testTls(way: string, name: string, fn: (context: Context) => Promise<void>): void {
  Deno.test({
    name: `${way}: ${name}${reason === null ? "" : ` (skipped: ${reason})`}`,
    ignore: reason !== null,
    async fn() {
      assertEquals(missing, "");
      await using certificates = await TestCertificates.make();
      const connect = WAYS[way]?.(await Deno.readTextFile(certificates.ca.cert));
      assert(connect !== undefined);
      await fn({ certificates, connect });
    },
  });
}

function serverAt(port: number, name = "localhost") {
  return { hostname: "127.0.0.1", port, name };
}

const NEVER = new AbortController().signal;

/** Bytes that tell where they belong. */
function filled(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * 7) & 255);
}

async function readBytes(
  stream: { read(buffer: Uint8Array): Promise<number | null> },
): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const buffer = new Uint8Array(50_000);
  for (let count; (count = await stream.read(buffer)) !== null;) parts.push(buffer.slice(0, count));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

Deno.test("without TLS nothing stands between the client and its socket", async () => {
  assertEquals(await connectorFor(null), connectPlainly);
});

for (const way of Object.keys(WAYS)) {
  testTls(way, "many bytes go both ways at the same time, and none is another", async (context) => {
    await using server = new TlsServer(context.certificates.server, echoAll);
    using connection = await context.connect(serverAt(server.port), NEVER);
    const bytes = filled(5_000_000);
    const sending = send(connection, bytes).then(() => connection.closeWrite());
    const [echoed] = await Promise.all([readBytes(connection), sending]);
    assertEquals(echoed.length, bytes.length);
    assert(echoed.every((byte, at) => byte === bytes[at]));
  });

  testTls(way, "what the server answers after the end of input is read", async (context) => {
    await using server = new TlsServer(context.certificates.server, async (conn) => {
      const question = await readAll(conn);
      await send(conn, `${question}? ${"x".repeat(300_000)}`);
      await conn.closeWrite();
    });
    using connection = await context.connect(serverAt(server.port), NEVER);
    await send(connection, "how");
    await connection.closeWrite();
    assertEquals(await readAll(connection), `how? ${"x".repeat(300_000)}`);
  });

  testTls(way, "a server that nobody reads from is not read to the end", async (context) => {
    let sent = 0;
    const told = Promise.withResolvers<void>();
    await using server = new TlsServer(context.certificates.server, async (conn) => {
      const chunk = new Uint8Array(64 * 1024);
      const last = { at: 0 };
      const timer = setInterval(() => {
        if (sent > 0 && sent === last.at) told.resolve();
        last.at = sent;
      }, 200);
      try {
        while (sent < 64 * 1024 * 1024) sent += await conn.write(chunk);
        told.resolve();
      } finally {
        clearInterval(timer);
      }
    });
    using connection = await context.connect(serverAt(server.port), NEVER);
    await connection.read(new Uint8Array(1));
    await told.promise;
    assert(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
  });

  testTls(way, "a read that is under way ends with the connection", async (context) => {
    await using server = new TlsServer(context.certificates.server, echoAll);
    using connection = await context.connect(serverAt(server.port), NEVER);
    const reading = assertRejects(() => connection.read(new Uint8Array(9)), Error);
    connection.close();
    assert(isStreamError(await reading));
  });

  testTls(way, "an answer that ends without close_notify is cut off", async (context) => {
    const certificate = context.certificates.server;
    await using server = new TlsServer(certificate, echoAll);
    await using relay = new CuttingRelay(server.port);
    using connection = await context.connect(serverAt(relay.port), NEVER);
    await send(connection, "hello");
    const buffer = new Uint8Array(100);
    assertEquals(await connection.read(buffer), 5);
    await relay.cut();
    await assertRejects(() => connection.read(buffer), TruncatedError);
  });

  testTls(way, "it tells both ends", async (context) => {
    let port = 0;
    await using server = new TlsServer(context.certificates.server, async (conn) => {
      port = (conn.remoteAddr as Deno.NetAddr).port;
      await echoAll(conn);
    });
    using connection = await context.connect(serverAt(server.port), NEVER);
    await send(connection, "x");
    await connection.closeWrite();
    assertEquals(await readAll(connection), "x");
    assertEquals([connection.localAddr.port, connection.remoteAddr.hostname], [port, "127.0.0.1"]);
  });

  testTls(way, "what answers without TLS is told", async (context) => {
    await using echo = new TcpServer(echoAll);
    await using greets = new TcpServer((conn) =>
      send(conn, "220 ready\r\n").then(() => echoAll(conn))
    );
    for (const { port } of [echo, greets]) {
      const error = await assertRejects(
        () => context.connect(serverAt(port), NEVER),
        HandshakeError,
      );
      assertEquals(
        error.message,
        "what the server answers is no TLS (does it speak TLS on that port?)",
      );
    }
  });

  testTls(way, "a server that closes in the handshake is told", async (context) => {
    await using server = new TcpServer(async (conn) => {
      await conn.read(new Uint8Array(4096));
    });
    const error = await assertRejects(
      () => context.connect(serverAt(server.port), NEVER),
      HandshakeError,
    );
    assertEquals(error.message, "the server has closed the connection during the handshake");
  });

  testTls(way, "one that stops in the middle of the handshake is given up", async (context) => {
    const stopped = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    await using server = new TcpServer(async (conn) => {
      await conn.read(new Uint8Array(4096));
      // The begin of a ServerHello, which promises 122 bytes.
      await send(conn, Uint8Array.of(0x16, 0x03, 0x03, 0x00, 0x7a, 0x02, 0x00, 0x00, 0x76, 0x03));
      stopped.resolve();
      await over.promise;
    });
    const giveUp = new AbortController();
    const connecting = assertRejects(
      () => context.connect(serverAt(server.port), giveUp.signal),
      HandshakeError,
    );
    await stopped.promise;
    giveUp.abort();
    assertEquals((await connecting).message, "it took too long");
    over.resolve();
  });

  testTls(way, "a port where nobody listens is told as without TLS", async ({ connect }) => {
    const error = await assertRejects(() => connect(serverAt(closedPort()), NEVER), Error);
    assert(isStreamError(error) && !(error instanceof HandshakeError));
    assertEquals("code" in error && error.code, "ECONNREFUSED");
  });
}

testTls(
  "verified",
  "a certificate for other names is refused, not one for the address",
  async (context) => {
    await using server = new TlsServer(context.certificates.server, echoAll);
    const { message } = await assertRejects(
      () => context.connect(serverAt(server.port, "other.example"), NEVER),
      HandshakeError,
    );
    assertEquals(message, "its certificate is for localhost, 127.0.0.1, and not for other.example");
    using _connection = await context.connect(serverAt(server.port, "127.0.0.1"), NEVER);
  },
);

testTls("unverified", "whatever the certificate is, it is taken", async (context) => {
  const { certificates, connect } = context;
  for (
    const certificate of [await certificates.expired(), await certificates.selfSigned("self")]
  ) {
    await using server = new TlsServer(certificate, echoAll);
    using connection = await connect(serverAt(server.port, "other.example"), NEVER);
    await send(connection, "x");
    await connection.closeWrite();
    assertEquals(await readAll(connection), "x");
  }
});

/** Keeps what is written behind the second piece that the other side has sent. */
class JoinedEnd implements ByteStream {
  readonly #conn: Deno.TcpConn;
  readonly #kept: Uint8Array<ArrayBuffer>[] = [];
  #reads = 0;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const count = await this.#conn.read(buffer);
    this.#reads += 1;
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.#reads < 2) return await this.#conn.write(bytes);
    this.#kept.push(bytes.slice());
    return bytes.length;
  }

  async closeWrite(): Promise<void> {}

  close(): void {}

  /** Writes that in one piece, and the end. */
  async finish(): Promise<void> {
    await this.#conn.write(await new Blob(this.#kept).bytes());
    await this.#conn.closeWrite();
  }
}

testTls(
  "unverified",
  "an answer may come in one piece with the handshake's end",
  async (context) => {
    const { cert, key } = context.certificates.server;
    using listener = listenOnLoopback();
    const connecting = context.connect(serverAt(listener.addr.port), NEVER);
    using conn = await listener.accept();
    const socket = new JoinedEnd(conn);
    const cipher = new CipherStream(socket);
    const server = createServer({
      cert: await Deno.readTextFile(cert),
      key: await Deno.readTextFile(key),
      // With a later one a client ends its handshake before the server does.
      maxVersion: "TLSv1.2",
    }, async (plain) => {
      const secured = new SecuredStream({ plain, cipher, socket });
      await send(secured, "hello");
      await secured.closeWrite();
      await socket.finish();
    });
    server.emit("connection", cipher);
    using connection = await connecting;
    assertEquals(await readAll(connection), "hello");
  },
);
