/** The relay, whatever goes through it, in whatever pieces and order. */

import fc from "fast-check";
import { relay } from "../../../ipc/relay/relay.ts";
import { assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { MemoryStream } from "../../support/memory_stream.ts";
import { joined } from "../../support/pieces.ts";

/** What one side sends before its end of file, and how many bytes it takes of each write. */
const side = fc.record({
  pieces: fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 }),
  takes: fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
});

Deno.test("relay() brings all bytes and both ends of file, however reads and writes take turns", async () => {
  await fc.assert(
    fc.asyncProperty(side, side, fc.scheduler(), async (client, server, scheduler) => {
      const turn = () => scheduler.schedule(Promise.resolve());
      const [clientStream, serverStream] = [client, server].map(({ pieces, takes }) =>
        new MemoryStream({
          async *reads() {
            for (const piece of pieces) {
              await turn();
              yield piece;
            }
            await turn();
          },
          async takes(length) {
            await turn();
            return Math.min(length, takes.next().value);
          },
          onCloseWrite: turn,
        })
      ) as [MemoryStream, MemoryStream];
      const seen: number[] = [];
      const relaying = relay(clientStream, serverStream, {
        onInbound: (chunk) => seen.push(...chunk),
        serverGone: new Promise<never>(() => {}),
        idleTimeoutMs: 0,
        clock: new FakeClock(),
        signal: new AbortController().signal,
      });
      const result = await scheduler.waitFor(relaying);

      const [sentIn, sentOut] = [client, server].map(({ pieces }) => [...joined(pieces)]);
      assertEquals([serverStream.written, seen], [sentIn, sentIn]);
      assertEquals(clientStream.written, sentOut);
      assertEquals(result, {
        bytesIn: sentIn?.length,
        bytesOut: sentOut?.length,
        endedBy: "both",
      });
      // Each would hang if it were missing.
      await Promise.all([clientStream, serverStream].map(({ writeEnded }) => writeEnded));
      await Promise.all([clientStream, serverStream].map(({ closed }) => closed));
    }),
  );
});
