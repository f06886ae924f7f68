import { systemClock } from "../../../../ipc/clock.ts";
import { readCertificates } from "../../../../server/accept/tls/certificates.ts";
import { RenamedSocket } from "../../../../server/accept/client_socket.ts";
import { DenoTls } from "../../../../server/accept/tls/deno_tls.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";
import { bytesOf } from "../../../support/bytes.ts";
import { listenOnLoopback } from "../../../support/sockets.ts";
import { testWithCertificates } from "../../../support/test_certificates.ts";

/** Serves TLS, and tells where Deno listens for it. */
async function open(files: { readonly cert: string; readonly key: string }) {
  const certificates = await readCertificates({ ...files, clientCa: null });
  const { listenTls } = Deno;
  let port = 0;
  try {
    Deno.listenTls = (options) => {
      const listener = listenTls(options);
      ({ port } = listener.addr);
      return listener;
    };
    return { tls: DenoTls.open(certificates), port };
  } finally {
    Deno.listenTls = listenTls;
  }
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
    await using tls = DenoTls.open(await readCertificates({ ...made.server, clientCa: null }));
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
