import type { Clock } from "../../../../ipc/clock.ts";
import { connectDeaf } from "../../../../lab/grade/observe/deaf_client.ts";
import { Scene } from "../../../../lab/grade/observe/scene.ts";
import { assertEquals, assertGreaterOrEqual } from "../../../assert.ts";
import { posixTest } from "../../../ipc/posix/opened.ts";
import { listenOnLoopback } from "../../../support/sockets.ts";
import { BlindSubject } from "../blind_subject.ts";

/** A server that takes some bytes each time that its client has waited so often, and none after so many times. */
class SlowServer implements Clock {
  static readonly waits = 20;
  static readonly reads = 10;
  waited = 0;
  #conn: Deno.TcpConn | null = null;
  readonly #listener: Deno.TcpListener;

  constructor(listener: Deno.TcpListener) {
    this.#listener = listener;
  }

  now(): number {
    return this.waited * 5;
  }

  async sleep(): Promise<void> {
    this.waited += 1;
    if (this.waited % SlowServer.waits !== 0) return;
    if (this.waited > SlowServer.waits * SlowServer.reads) return;
    this.#conn ??= await this.#listener.accept();
    const buffer = new Uint8Array(1024 * 1024);
    for (let count = 0; count < buffer.length;) {
      count += await this.#conn.read(buffer.subarray(count)) ?? buffer.length;
    }
  }

  [Symbol.dispose](): void {
    this.#conn?.close();
  }
}

posixTest(
  "a deaf client sends for as long as the server goes on to take what it sends",
  async () => {
    using listener = listenOnLoopback();
    using server = new SlowServer(listener);
    const subject = new BlindSubject(listener.addr.port);
    subject.blind = null;
    const { signal } = new AbortController();
    const time = { clock: server, signal, deadlineMs: Infinity, patience: 1 };
    using scene = new Scene(subject, time);
    using _deaf = await connectDeaf(scene, new Uint8Array(100_000_000));
    // It has waited once more for a while when nothing was taken any more.
    const taking = SlowServer.waits * SlowServer.reads;
    assertGreaterOrEqual(server.waited, taking + SlowServer.waits);
    assertEquals(server.waited < 2 * taking, true);
  },
);
