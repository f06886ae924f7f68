import { systemClock, within } from "../../../../ipc/clock.ts";
import { CutOffError, isStreamError } from "../../../../ipc/errors.ts";
import { writeAll } from "../../../../ipc/relay/copy.ts";
import { linger } from "../../../../ipc/relay/linger.ts";
import type { StreamSocket } from "../../../../server/accept/client_socket.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf, readAll } from "../../../support/bytes.ts";
import { randomBytes, randomFrom } from "../../../support/random.ts";
import { listenOnLoopback } from "../../../support/sockets.ts";
import { type TestCertificates, testWithCertificates } from "../../../support/test_certificates.ts";
import { makeHandshakeBy, type Way, WAYS } from "./ways.ts";
import { type Alter, Wire } from "./wire.ts";

/** Both ends of a connection over TLS, and the wire between them. */
class SecuredPair implements AsyncDisposable {
  private constructor(
    readonly wire: Wire,
    readonly client: Deno.TlsConn,
    readonly server: StreamSocket,
  ) {}

  static async open(
    made: TestCertificates,
    way: Way,
    { alter, wrap = (socket) => socket }: {
      readonly alter?: Alter;
      readonly wrap?: (socket: StreamSocket) => StreamSocket;
    } = {},
  ): Promise<SecuredPair> {
    using listener = listenOnLoopback();
    const wire = new Wire(listener.addr.port, alter);
    const accepting = listener.accept().then(async (socket) =>
      await makeHandshakeBy(way, wrap(socket), {
        files: { ...made.server, clientCa: null },
        limitMs: 10_000,
        clock: systemClock,
        signal: new AbortController().signal,
      })
    );
    const connecting = made.connect(wire.port).then(async (client) => {
      await client.handshake();
      return client;
    });
    const [client, server] = await Promise.all([connecting, accepting]);
    if ("error" in server) throw new Error(server.error);
    return new SecuredPair(wire, client, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    this.server.close();
    await this.wire[Symbol.asyncDispose]();
  }
}

/** Registers a test of the sockets that either way makes. */
function testSecured(
  name: string,
  run: (made: TestCertificates, way: Way) => Promise<void>,
): void {
  for (const way of WAYS) testWithCertificates(`by ${way}: ${name}`, (made) => run(made, way));
}

const BUFFER = () => new Uint8Array(65536);

testSecured(
  "a secured socket ends one direction by close_notify, and the other goes on",
  async (made, way) => {
    await using pair = await SecuredPair.open(made, way);
    const { client, server } = pair;
    await client.write(bytesOf("question"));
    await client.closeWrite();
    assertEquals(await readAll(server), "question");
    assertEquals(await server.read(BUFFER()), null);
    await server.write(bytesOf("answer"));
    await server.closeWrite();
    assertEquals(await readAll(client), "answer");
  },
);

testSecured(
  "a secured socket ends its own direction first, and still reads",
  async (made, way) => {
    await using pair = await SecuredPair.open(made, way);
    const { client, server } = pair;
    await server.write(bytesOf("answer"));
    await server.closeWrite();
    await server.closeWrite();
    assertEquals(await readAll(client), "answer");
    await client.write(bytesOf("question"));
    await client.closeWrite();
    assertEquals(await readAll(server), "question");
  },
);

testSecured("a secured socket keeps what came for whoever reads late", async (made, way) => {
  await using pair = await SecuredPair.open(made, way);
  const { client, server } = pair;
  await client.write(bytesOf("question"));
  await client.closeWrite();
  await server.closeWrite();
  assertEquals(await readAll(client), "");
  assertEquals(await readAll(server), "question");
});

testSecured(
  "a secured socket that is cut off fails, behind all that came before",
  async (made, way) => {
    await using pair = await SecuredPair.open(made, way);
    const { client, server, wire } = pair;
    await client.write(bytesOf("quest"));
    assertEquals(await server.read(BUFFER()), 5);
    await client.write(bytesOf("ion"));
    const buffer = BUFFER();
    assertEquals(await server.read(buffer.subarray(0, 1)), 1);
    await wire.cutOff();
    assertEquals(await server.read(buffer), 2);
    const error = await assertRejects(() => server.read(buffer), CutOffError);
    assertEquals(isStreamError(error), true);
    await assertRejects(() => server.read(buffer), CutOffError);
  },
);

testSecured("a client that is cut off after its answer has all of it", async (made, way) => {
  await using pair = await SecuredPair.open(made, way);
  const { client, server, wire } = pair;
  await server.write(bytesOf("answer"));
  const lingering = linger(server, { clock: systemClock });
  assertEquals(await readAll(client), "answer");
  await wire.cutOff();
  assertEquals(await lingering, true);
});

testSecured("a secured socket fails where a byte was altered", async (made, way) => {
  let isAltering = false;
  await using pair = await SecuredPair.open(made, way, {
    alter: (chunk) => {
      const altered = chunk.slice();
      if (isAltering) altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
      return altered;
    },
  });
  const { client, server } = pair;
  await client.write(bytesOf("ping"));
  assertEquals(await server.read(BUFFER()), 4);
  isAltering = true;
  await client.write(bytesOf("ping"));
  const error = await assertRejects(() => server.read(BUFFER()), Error);
  assertEquals(isStreamError(error), true, String(error));
  await assertRejects(() => server.write(bytesOf("pong")), Error);
});

testSecured(
  "closing a secured socket ends a read, and what comes later fails",
  async (made, way) => {
    await using pair = await SecuredPair.open(made, way);
    const { server } = pair;
    const reading = assertRejects(() => server.read(BUFFER()), Deno.errors.BadResource);
    server.close();
    server.close();
    await reading;
    for (const operation of [() => server.read(BUFFER()), () => server.write(bytesOf("late"))]) {
      assertEquals(isStreamError(await assertRejects(operation, Error)), true);
    }
  },
);

testSecured("a secured socket carries many bytes both ways, unaltered", async (made, way) => {
  await using pair = await SecuredPair.open(made, way);
  const { client, server } = pair;
  const sent = randomBytes(3_000_001, randomFrom(3));
  const received = new Uint8Array(sent.length);
  let filled = 0;
  const echoing = (async () => {
    const buffer = BUFFER();
    for (let count; (count = await server.read(buffer)) !== null;) {
      await writeAll(server, buffer.subarray(0, count));
    }
    await server.closeWrite();
  })();
  const sending = writeAll(client, sent).then(() => client.closeWrite());
  for (let count; (count = await client.read(received.subarray(filled))) !== null;) {
    filled += count;
    if (filled === sent.length) break;
  }
  assertEquals(await client.read(BUFFER()), null);
  await Promise.all([sending, echoing]);
  assertEquals(filled, sent.length);
  assert(received.every((byte, at) => byte === sent[at]));
});

for (
  const [name, roles] of [
    [
      "a client that does not read holds up whoever writes to it",
      ({ client, server }: SecuredPair) => ({ reader: client, writer: server }),
    ],
    [
      "whoever does not read holds up a client that writes",
      ({ client, server }: SecuredPair) => ({ reader: server, writer: client }),
    ],
  ] as const
) {
  testSecured(name, async (made, way) => {
    await using pair = await SecuredPair.open(made, way);
    const { reader, writer } = roles(pair);
    const chunk = new Uint8Array(32 * 1024);
    const CHUNKS = 4000;
    let written = 0;
    const writing = (async () => {
      while (written < CHUNKS) {
        await writeAll(writer, chunk);
        written += 1;
      }
      await writer.closeWrite();
    })();
    let before = -1;
    while (before !== written) {
      before = written;
      await systemClock.sleep(200);
    }
    // What the buffers of the kernel have room for, here and in the wire.
    assert(written < CHUNKS, `${written} chunks were taken`);
    let count = 0;
    const buffer = BUFFER();
    for (let got; (got = await reader.read(buffer)) !== null;) count += got;
    await writing;
    assertEquals(count, CHUNKS * chunk.length);
  });
}

/** A client's socket that takes nothing more from some moment on, and is lost then. */
class LostSocket implements StreamSocket {
  readonly remoteAddr;
  readonly localAddr;
  readonly #socket: StreamSocket;
  readonly #lost = Promise.withResolvers<never>();
  #isTaking = true;
  /** How many bytes came from the client. */
  received = 0;

  constructor(socket: StreamSocket) {
    this.#socket = socket;
    this.remoteAddr = socket.remoteAddr;
    this.localAddr = socket.localAddr;
    this.#lost.promise.catch(() => {});
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const count = await Promise.race([this.#socket.read(buffer), this.#lost.promise]);
    this.received += count ?? 0;
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    return this.#isTaking ? await this.#socket.write(bytes) : await this.#lost.promise;
  }

  takeNothingMore(): void {
    this.#isTaking = false;
  }

  lose(): void {
    const error = new Deno.errors.ConnectionReset("Connection reset by peer");
    this.#lost.reject(Object.assign(error, { code: "ECONNRESET" }));
  }

  async closeWrite(): Promise<void> {
    await this.#socket.closeWrite();
  }

  close(): void {
    this.#socket.close();
  }
}

testSecured(
  "a client that is lost while nobody reads, neither it nor the server, is told of",
  async (made, way) => {
    const lost = Promise.withResolvers<LostSocket>();
    let sending = Promise.resolve();
    {
      await using pair = await SecuredPair.open(made, way, {
        wrap: (socket) => {
          const wrapped = new LostSocket(socket);
          lost.resolve(wrapped);
          return wrapped;
        },
      });
      const socket = await lost.promise;
      socket.takeNothingMore();
      const { client, server } = pair;
      sending = (async () => {
        while (true) await client.write(new Uint8Array(32 * 1024));
      })().catch(() => {});
      const echoing = (async () => {
        const buffer = BUFFER();
        for (let count; (count = await server.read(buffer)) !== null;) {
          await writeAll(server, buffer.subarray(0, count));
        }
      })();
      const told = assertRejects(
        () => within(10_000, echoing, { clock: systemClock }),
        Deno.errors.ConnectionReset,
      );
      for (let before = -1; before !== socket.received;) {
        before = socket.received;
        await systemClock.sleep(200);
      }
      socket.lose();
      await told;
    }
    await sending;
  },
);
