/**
 * What comes back, however it is served: every byte, whatever they are and however they are cut, and the end of file
 * after them. One server of each kind serves all of these clients.
 */

import { assertEquals } from "../assert.ts";
import { randomBytes, randomFrom } from "../support/random.ts";
import { exchange, manyBytes, MEBIBYTE, sha256 } from "./exchange.ts";
import { SERVINGS, testProgram } from "./program.ts";
import { type TestClient, TestServer } from "./server.ts";

const LARGE = manyBytes(16 * MEBIBYTE);
const LARGE_SHA256 = await sha256(LARGE);

/** Sends pieces of random length, and sometimes more before the answer is read. */
async function sendPieces(client: TestClient): Promise<void> {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const random = randomFrom(seed);
  for (let i = 0; i < 200; i++) {
    const piece = randomBytes(random(1, 5000), random);
    await client.send(piece);
    const more = random(0, 1) === 0 ? new Uint8Array() : randomBytes(random(1, 5000), random);
    await client.send(more);
    const received = await client.receive(piece.length + more.length);
    assertEquals(received, Uint8Array.of(...piece, ...more), `seed ${seed}, piece ${i}`);
  }
}

for (const { name, flags, command } of SERVINGS) {
  testProgram(`${name}: every byte comes back`, async (program, steps) => {
    await using server = await TestServer.start(program, { flags: [...flags, "--quiet"], command });

    await steps.run("16 MiB come back with the same checksum after a half-close", async () => {
      using client = await server.connect();
      const received = await exchange(client, LARGE);
      assertEquals([received.length, await sha256(received)], [LARGE.length, LARGE_SHA256]);
    });

    await steps.run("one byte, NUL bytes and every byte value come back", async () => {
      const everyValue = Uint8Array.from({ length: 256 }, (_, i) => i);
      for (const bytes of [Uint8Array.of(0), new Uint8Array(1000), everyValue]) {
        using client = await server.connect();
        assertEquals(await exchange(client, bytes), bytes);
      }
    });

    await steps.run("nothing sent is nothing echoed, and an end of file", async () => {
      using client = await server.connect();
      assertEquals(await exchange(client, new Uint8Array()), new Uint8Array());
    });

    await steps.run("random bytes in random pieces come back in order", async () => {
      using client = await server.connect();
      await sendPieces(client);
    });
  });
}
