import { systemClock } from "../../../../ipc/clock.ts";
import { readCertificates } from "../../../../server/accept/tls/certificates.ts";
import { DenoTls } from "../../../../server/accept/tls/deno_tls.ts";
import { assertEquals } from "../../../assert.ts";
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
