import { unixEndpoint } from "../../ipc/address.ts";
import { encodeProxyHeader, parseProxyHeader, readProxyHeader } from "../../ipc/proxy_protocol.ts";
import type { ConnectionInfo } from "../../ipc/transport.ts";
import { assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { bytesOf, oneByOne, readAll } from "../support/bytes.ts";
import { MemoryStream } from "../support/memory_stream.ts";

const INFO: ConnectionInfo = {
  id: 42,
  remoteAddr: { hostname: "192.0.2.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};

/** INFO's header, by hand from the specification. */
const HEADER = bytesOfHex(`
  0d0a0d0a000d0a515549540a  signature
  21                        version 2, PROXY
  11                        TCP over IPv4
  0011                      17 bytes follow
  c0000201 7f000001         192.0.2.1 to 127.0.0.1
  c822 2328                 51234 to 9000
  05 0002 3432              UNIQUE_ID, 2 bytes, "42"`);

const INFO_IPV6: ConnectionInfo = {
  id: 7,
  remoteAddr: { hostname: "2001:db8::1:0:0:ff", port: 65_535 },
  localAddr: { hostname: "::1", port: 1 },
};

const HEADER_IPV6 = bytesOfHex(`
  0d0a0d0a000d0a515549540a           signature
  21                                 version 2, PROXY
  21                                 TCP over IPv6
  0028                               40 bytes follow
  20010db8000000000001 0000000000ff  source
  00000000000000000000 000000000001  destination
  ffff 0001                          65535 to 1
  05 0001 37                         UNIQUE_ID, 1 byte, "7"`);

/** The bytes in the first column of a listing. */
function bytesOfHex(listing: string): Uint8Array {
  const column = listing.split("\n").map((line) => line.trim().split("  ")[0] ?? "");
  const digits = column.join("").replaceAll(" ", "").match(/../g) ?? [];
  return Uint8Array.from(digits, (pair) => parseInt(pair, 16));
}

function read(...pieces: readonly Uint8Array[]): Promise<ConnectionInfo> {
  return readProxyHeader(new MemoryStream({ reads: () => pieces }));
}

/** A copy of HEADER with some of its bytes replaced. */
function headerWith(bytes: Readonly<Record<number, number>>): Uint8Array {
  return HEADER.map((byte, at) => bytes[at] ?? byte);
}

/** HEADER with other bytes behind its addresses. */
function headerWithTlvs(...tlvs: readonly number[]): Uint8Array {
  const addressesEnd = 16 + 12;
  return Uint8Array.of(...headerWith({ 15: 12 + tlvs.length }).subarray(0, addressesEnd), ...tlvs);
}

Deno.test("encodeProxyHeader() writes an IPv4 header as the specification says", () => {
  assertEquals(encodeProxyHeader(INFO), HEADER);
});

Deno.test("encodeProxyHeader() writes an IPv6 header as the specification says", () => {
  assertEquals(encodeProxyHeader(INFO_IPV6), HEADER_IPV6);
});

Deno.test("readProxyHeader() reads the headers of the specification", async () => {
  assertEquals(await read(HEADER), INFO);
  assertEquals(await read(HEADER_IPV6), INFO_IPV6);
});

const ADDRESSES = {
  IPv4: ["0.0.0.0", "255.255.255.255", "10.1.0.200"],
  IPv6: [
    "::",
    "::1",
    "1::",
    "::ffff:127.0.0.1",
    "2001:db8::1:0:0:1",
    "2001:db8:1:2:3:4:5:6",
    "1:0:0:2::3",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ],
} as const;

for (const [family, addresses] of Object.entries(ADDRESSES)) {
  for (const hostname of addresses) {
    Deno.test(`the ${family} address ${hostname} comes out of a header as it went in`, async () => {
      const info = {
        id: Number.MAX_SAFE_INTEGER,
        remoteAddr: { hostname, port: 0 },
        localAddr: { hostname: addresses[0], port: 65_535 },
      };
      assertEquals(await read(encodeProxyHeader(info)), info);
    });
  }
}

Deno.test("encodeProxyHeader() leaves out the zone of an address", async () => {
  const remoteAddr = { hostname: "fe80::1%eth0", port: 5 };
  const info = await read(encodeProxyHeader({ ...INFO_IPV6, remoteAddr }));
  assertEquals(info.remoteAddr, { hostname: "fe80::1", port: 5 });
});

for (
  const hostname of [
    "",
    "localhost",
    "256.0.0.1",
    "1.2.3.4.5",
    "1.2.3",
    "127.1",
    "face",
    "1.2.3.4/24",
    "me@1.2.3.4",
    "127.0.0.1:80",
    ":",
    ":::",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "g::1",
    "[::1]",
    "::1]/[",
    "%eth0",
    "127.0.0.1%eth0",
  ]
) {
  Deno.test(`encodeProxyHeader() throws a TypeError for ${JSON.stringify(hostname)}`, () => {
    const remoteAddr = { hostname, port: 1 };
    // The family of the other end is the one that was meant, so that it is not at fault.
    const localAddr = { hostname: hostname.includes(":") ? "::1" : "127.0.0.1", port: 2 };
    const message = `Cannot encode "${hostname}": not an IP address`;
    assertThrows(() => encodeProxyHeader({ id: 1, remoteAddr, localAddr }), TypeError, message);
  });
}

Deno.test("encodeProxyHeader() throws a TypeError for two addresses of different families", () => {
  const mixed = { ...INFO, localAddr: INFO_IPV6.localAddr };
  assertThrows(
    () => encodeProxyHeader(mixed),
    TypeError,
    "to ::1: the two are of different families",
  );
});

Deno.test("readProxyHeader() waits for a header that comes one byte at a time", async () => {
  assertEquals(await read(...oneByOne(HEADER)), INFO);
});

Deno.test("readProxyHeader() reads not one byte more than the header", async () => {
  const stream = new MemoryStream({ reads: () => [Uint8Array.of(...HEADER, ...bytesOf("hello"))] });
  await readProxyHeader(stream);
  assertEquals(await readAll(stream), "hello");
});

Deno.test("readProxyHeader() passes over the TLVs that it does not know", async () => {
  const known = [0x05, 0, 1, 0x39];
  const noop = [0x04, 0, 3, 0x05, 0, 1];
  const empty = [0xe0, 0, 0];
  assertEquals((await read(headerWithTlvs(...noop, ...empty, ...known, ...noop))).id, 9);
});

const WRONG: readonly (readonly [what: string, header: Uint8Array, message: string])[] = [
  ["a wrong signature", headerWith({ 0: 0x47 }), "does not begin as version 2 does"],
  ["a signature wrong at its end", headerWith({ 11: 0 }), "does not begin as version 2 does"],
  ["another version", headerWith({ 12: 0x11 }), "does not begin as version 2 does"],
  ["the command LOCAL", headerWith({ 12: 0x20 }), "does not begin as version 2 does"],
  ["an unknown family", headerWith({ 13: 0x41 }), "unknown family and protocol 65"],
  ["AF_UNIX without paths", headerWith({ 13: 0x31 }), "17 bytes hold no addresses"],
  ["UDP", headerWith({ 13: 0x12 }), "unknown family and protocol 18"],
  ["a length too small for its family", headerWith({ 13: 0x21 }), "17 bytes hold no addresses"],
  ["a length that cuts its ports off", headerWith({ 15: 11 }), "11 bytes hold no addresses"],
  ["no TLV", headerWithTlvs(), "it has no unique id"],
  ["other TLVs only", headerWithTlvs(0x04, 0, 1, 0x05), "it has no unique id"],
  ["an id that is cut off", headerWithTlvs(0x05, 0, 2, 0x39), "it has no unique id"],
  ["an id that is no number", headerWithTlvs(0x05, 0, 1, 0x78), '"x" is no id'],
  ["an empty id", headerWithTlvs(0x05, 0, 0), '"" is no id'],
  ["no bytes", new Uint8Array(), "the stream ended after 0 bytes of it"],
];

for (const [what, header, message] of WRONG) {
  Deno.test(`readProxyHeader() rejects for ${what}`, async () => {
    await assertRejects(() => read(header), Error, message);
  });
}

Deno.test("readProxyHeader() rejects for a header that is cut off anywhere", async () => {
  for (let length = 0; length < HEADER.length; length++) {
    await assertRejects(() => read(HEADER.subarray(0, length)), Error, "the stream ended after");
  }
});

Deno.test("the ends of a Unix-domain socket come out of a header as they went in", async () => {
  for (const path of ["", "/run/a.sock", `/${"x".repeat(107)}`]) {
    const info = { id: 7, remoteAddr: unixEndpoint(""), localAddr: unixEndpoint(path) };
    assertEquals(await read(encodeProxyHeader(info)), info);
  }
  const localAddr = unixEndpoint("x".repeat(109));
  const info = { id: 7, remoteAddr: unixEndpoint(""), localAddr };
  assertThrows(() => encodeProxyHeader(info), RangeError);
});

Deno.test("parseProxyHeader() reads a header that is there as a whole, and no other", async () => {
  assertEquals(parseProxyHeader(HEADER), await read(HEADER));
  for (let length = 0; length < HEADER.length; length++) {
    assertThrows(
      () => parseProxyHeader(HEADER.subarray(0, length)),
      Error,
      "the stream ended after",
    );
  }
  assertThrows(() => parseProxyHeader(HEADER.map((byte) => byte + 1)), Error, "does not begin");
});
