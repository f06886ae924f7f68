/** The PROXY header, whatever is in it, however it is cut, and where it is none. */

import fc from "fast-check";
import { encodeProxyHeader, readProxyHeader } from "../../ipc/proxy_protocol.ts";
import { assert, assertEquals } from "../assert.ts";
import { readBytes } from "../support/bytes.ts";
import { MemoryStream } from "../support/memory_stream.ts";
import { joined, piecesOf } from "../support/pieces.ts";

const port = fc.nat(65_535);

/** Two ends of one family. */
const ends = fc.constantFrom(fc.ipV4(), fc.ipV6()).chain((hostname) =>
  fc.tuple(fc.record({ hostname, port }), fc.record({ hostname, port }))
);

const info = fc.record({ id: fc.maxSafeNat(), ends })
  .map(({ id, ends: [remoteAddr, localAddr] }) => ({ id, remoteAddr, localAddr }));

/** A header and bytes behind it, cut anywhere. */
const sent = fc.tuple(info, fc.uint8Array({ maxLength: 20 })).chain(([info, behind]) => {
  const header = encodeProxyHeader(info);
  return fc.record({
    info: fc.constant(info),
    behind: fc.constant(behind),
    pieces: piecesOf(joined([header, behind])),
  });
});

Deno.test("any connection comes out of its header as it went in, and what is behind it stays", async () => {
  await fc.assert(fc.asyncProperty(sent, async ({ info, behind, pieces }) => {
    const stream = new MemoryStream({ reads: () => pieces });
    const read = await readProxyHeader(stream);
    assertEquals([read.id, read.remoteAddr.port, read.localAddr.port], [
      info.id,
      info.remoteAddr.port,
      info.localAddr.port,
    ]);
    // An IPv6 address has more than one text.
    assertEquals(encodeProxyHeader(read), encodeProxyHeader(info));
    assertEquals(await readBytes(stream), [...behind]);
  }));
});

/** A header with some of its bytes replaced, and noise. */
const damaged = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(info, fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 })).map(
    ([info, changes]) => {
      const header = encodeProxyHeader(info);
      for (const [at, byte] of changes) if (at < header.length) header[at] = byte;
      return joined([header, new Uint8Array(40)]);
    },
  ),
);

Deno.test("whatever else comes is refused with an error, or read as long as it says that it is", async () => {
  await fc.assert(fc.asyncProperty(damaged, async (bytes) => {
    const stream = new MemoryStream({ reads: () => [bytes] });
    const length = 16 + ((bytes[14] ?? 0) << 8 | (bytes[15] ?? 0));
    try {
      const { id } = await readProxyHeader(stream);
      assert(Number.isInteger(id) || id === Infinity, `${id}`);
      assertEquals(await readBytes(stream), [...bytes.subarray(length)]);
    } catch (error) {
      assert(error instanceof Error && error.message.startsWith("Cannot read the PROXY header: "));
      assert((await readBytes(stream)).length >= bytes.length - length);
    }
  }));
});
