import { LATE, systemClock, within } from "../../../../ipc/clock.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { readCertificates } from "../../../../server/accept/tls/certificates.ts";
import { RenamedSocket } from "../../../../server/accept/client_socket.ts";
import { DenoTls } from "../../../../server/accept/tls/deno_tls.ts";
import { assertEquals, assertMatch, assertRejects, assertThrows } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { listenOnLoopback, TcpPair } from "../../../support/sockets.ts";
import { systemError } from "../../../support/system_error.ts";
import { testWithCertificates } from "../../../support/test_certificates.ts";
import { replaceDeno } from "../../replaced_deno.ts";

/** Serves TLS, and tells where Deno listens for it. */
async function open(
  files: { readonly cert: string; readonly key: string },
  extra: Partial<Deno.ListenTlsOptions> = {},
) {
  const certificates = await readCertificates({ ...files, clientCa: null });
  const { listenTls } = Deno;
  let port = 0;
  using _ = replaceDeno("listenTls", (options: Parameters<typeof listenTls>[0]) => {
    const listener = listenTls({ ...options, ...extra });
    ({ port } = listener.addr);
    return listener;
  });
  return { tls: DenoTls.open(certificates, { clock: systemClock }), port };
}

testWithCertificates(
  "whoever else finds the listener of DenoTls takes nobody's place",
  async (made) => {
    const { tls, port } = await open(made.server);
    await using _tls = tls;
    using _stranger = await Deno.connect({ hostname: "127.0.0.1", port });
    using listener = listenOnLoopback();
    const limits = { limitMs: 10_000, clock: systemClock, signal: new AbortController().signal };
    const accepting = listener.accept().then((socket) => tls.makeHandshake(socket, limits));
    using client = await made.connect(listener.addr.port);
    await client.write(bytesOf("ping"));
    const socket = await accepting;
    if ("error" in socket) throw new Error(socket.error);
    assertEquals(await socket.read(new Uint8Array(10)), 4);
    socket.close();
  },
);

testWithCertificates(
  "a DenoTls that is over leaves connections and handshakes alone",
  async (made) => {
    const { tls, port } = await open(made.server);
    using listener = listenOnLoopback();
    const limits = { limitMs: 10_000, clock: systemClock, signal: new AbortController().signal };
    const accepting = listener.accept().then(async (socket) => {
      const making = tls.makeHandshake(socket, limits);
      await tls[Symbol.asyncDispose]();
      return await making;
    });
    using client = await made.connect(listener.addr.port);
    await client.write(bytesOf("ping"));
    const socket = await accepting;
    if ("error" in socket) throw new Error(socket.error);
    assertEquals(await socket.read(new Uint8Array(10)), 4);
    const refused = await Deno.connect({ hostname: "127.0.0.1", port }).catch((error) => error);
    assertEquals(refused instanceof Deno.errors.ConnectionRefused, true);
    socket.close();
  },
);

testWithCertificates(
  "closing a tunneled socket ends its closeWrite(), also where a write outlasts the close",
  async (made) => {
    await using tls = DenoTls.open(
      await readCertificates({ ...made.server, clientCa: null }),
      { clock: systemClock },
    );
    using listener = listenOnLoopback();
    const limits = { limitMs: 10_000, clock: systemClock, signal: new AbortController().signal };
    const stuck = Promise.withResolvers<void>();
    let isStuck = false;
    const accepting = listener.accept().then((conn) => {
      const socket = new RenamedSocket(conn, conn);
      socket.write = async (bytes) => {
        if (!isStuck) return await conn.write(bytes);
        stuck.resolve();
        return await new Promise(() => {});
      };
      return tls.makeHandshake(socket, limits);
    });
    using client = await made.connect(listener.addr.port);
    await client.handshake();
    const socket = await accepting;
    if ("error" in socket) throw new Error(socket.error);
    isStuck = true;
    await socket.write(bytesOf("ping"));
    await stuck.promise;
    const ending = assertRejects(() => socket.closeWrite(), Deno.errors.BadResource);
    // TLS has ended before it is closed.
    await new Promise((resolve) => setTimeout(resolve));
    socket.close();
    await ending;
  },
);

testWithCertificates(
  "strangers cannot fill the queue of DenoTls",
  async (made) => {
    const { tls, port } = await open(made.server, { tcpBacklog: 1 });
    await using _tls = tls;
    using strangers = new DisposableStack();
    for (const _ of Array(5).keys()) {
      const connecting = Deno.connect({ hostname: "127.0.0.1", port });
      const stranger = await within(10_000, connecting, { clock: systemClock });
      if (stranger === LATE) throw new Error("The queue is full");
      strangers.use(stranger);
    }
    assertEquals(strangers.disposed, false);
  },
);

testWithCertificates(
  "a DenoTls that can make no detour gives up in time, and ends",
  async (made) => {
    const { tls } = await open(made.server);
    using pair = await TcpPair.open();
    const stopping = new AbortController();
    const limits = { limitMs: 10_000, clock: systemClock, signal: stopping.signal };
    using _ = replaceDeno("connect", () => new Promise<never>(() => {}));
    const making = tls.makeHandshake(pair.server, limits);
    stopping.abort();
    assertEquals(await making, { error: "the server stopped within the handshake" });
    await tls[Symbol.asyncDispose]();
  },
);

testWithCertificates("DenoTls tells in a line that it has no socket to listen on", async (made) => {
  const certificates = await readCertificates({ ...made.server, clientCa: null });
  using _ = replaceDeno("listenTls", () => {
    throw systemError("EMFILE");
  });
  const opening = () => DenoTls.open(certificates, { clock: systemClock });
  assertMatch(
    assertThrows(opening, OperationalError).message,
    /^Cannot listen for TLS on loopback/,
  );
});
