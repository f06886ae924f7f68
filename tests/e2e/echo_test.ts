/** What comes back: every byte, whatever they are and however they are cut, and the end of file after them. */

import { assertEquals } from "../assert.ts";
import { randomBytes, randomFrom } from "../support/random.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess } from "./process.ts";
import { SERVINGS, testProgram } from "./program.ts";
import { type TestClient, TestServer } from "./server.ts";

const MEBIBYTE = 1024 * 1024;

/** So many bytes that repeat a random block: as good as random for a checksum, and quickly made. */
function manyBytes(length: number): Uint8Array<ArrayBuffer> {
  const block = randomBytes(65_521, randomFrom(1));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += block.length) {
    bytes.set(block.subarray(0, length - at), at);
  }
  return bytes;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Sends, half-closes, and receives until the end of file, all at once. */
async function exchange(
  client: TestClient,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const sending = client.send(bytes).then(() => client.closeWrite());
  const received = await client.receive(bytes.length);
  await sending;
  assertEquals(await client.disconnected(), "end of file");
  return received;
}

for (const { name, flags: ownFlags, command } of SERVINGS) {
  const flags = [...ownFlags, "--quiet"];

  testProgram(
    `${name}: 16 MiB come back with the same checksum after a half-close`,
    async (program) => {
      await using server = await TestServer.start(program, { flags, command });
      using client = await server.connect();
      const bytes = manyBytes(16 * MEBIBYTE);
      const received = await exchange(client, bytes);
      assertEquals([received.length, await sha256(received)], [bytes.length, await sha256(bytes)]);
    },
  );

  testProgram(`${name}: one byte, NUL bytes and every byte value come back`, async (program) => {
    await using server = await TestServer.start(program, { flags, command });
    for (
      const bytes of [
        Uint8Array.of(0),
        new Uint8Array(1000),
        Uint8Array.from({ length: 256 }, (_, i) => i),
      ]
    ) {
      using client = await server.connect();
      assertEquals(await exchange(client, bytes), bytes);
    }
  });

  testProgram(`${name}: nothing sent is nothing echoed, and an end of file`, async (program) => {
    await using server = await TestServer.start(program, { flags, command });
    using client = await server.connect();
    assertEquals(await exchange(client, new Uint8Array()), new Uint8Array());
  });

  testProgram(`${name}: random bytes in random pieces come back in order`, async (program) => {
    await using server = await TestServer.start(program, { flags, command });
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    const random = randomFrom(seed);
    using client = await server.connect();
    for (let i = 0; i < 200; i++) {
      const piece = randomBytes(random(1, 5000), random);
      await client.send(piece);
      // Sometimes more is sent before the answer is read.
      const more = random(0, 1) === 0 ? new Uint8Array() : randomBytes(random(1, 5000), random);
      await client.send(more);
      const received = await client.receive(piece.length + more.length);
      assertEquals(received, Uint8Array.of(...piece, ...more), `seed ${seed}, piece ${i}`);
    }
  });
}

testProgram("socat and ncat get 1 MiB back whole", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  const bytes = manyBytes(MEBIBYTE);
  await using folder = new TempFolder();
  const path = folder.join("bytes");
  await Deno.writeFile(path, bytes);
  const address = ["127.0.0.1", String(server.port)];
  const clients = [`socat -t60 - TCP:${address.join(":")}`, `ncat ${address.join(" ")}`];
  for (const client of clients) {
    await using shell = new RunningProcess(["sh", "-c", `${client} < ${path} | sha256sum`]);
    await shell.stdout.match(new RegExp(`^${await sha256(bytes)} `));
    assertEquals((await shell.ended()).code, 0);
  }
}, { needs: ["socat", "ncat", "sha256sum"] });
