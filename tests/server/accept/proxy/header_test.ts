import { readHeader } from "../../../../server/accept/proxy/header.ts";
import { BODY_BYTES_MAX } from "../../../../server/accept/proxy/version_2.ts";
import { assertEquals } from "../../../assert.ts";
import { bytesOf, oneByOne, readAll } from "../../../support/bytes.ts";
import { MemoryStream } from "../../../support/memory_stream.ts";
import { joined } from "../../../support/pieces.ts";
import { type Ends, tlv, version2 } from "./sent_headers.ts";

const IPV4: Ends = {
  remoteAddr: { hostname: "192.0.2.7", port: 51_234 },
  localAddr: { hostname: "198.51.100.1", port: 443 },
};

const IPV6: Ends = {
  remoteAddr: { hostname: "2001:db8::7", port: 65_535 },
  localAddr: { hostname: "::1", port: 0 },
};

const IPV4_BYTES = [192, 0, 2, 7, 198, 51, 100, 1, 0xc8, 0x22, 0x01, 0xbb];
const IPV6_BYTES = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0xff, 0xff, 0, 0],
];
const TCP4 = { family: 0x11, body: IPV4_BYTES };

/** So many bytes of a word that is repeated. */
function filler(length: number): string {
  return "x ".repeat(length).slice(0, length);
}

/** What is well made, by its name, and the ends that it tells. */
const RIGHT: readonly (readonly [what: string, header: string | Uint8Array, ends: Ends | null])[] =
  [
    ["version 1, IPv4", "PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n", IPV4],
    ["version 1, IPv6", "PROXY TCP6 2001:db8::7 ::1 65535 0\r\n", IPV6],
    ["version 1, IPv6 at length", "PROXY TCP6 2001:0DB8:0:0:0:0:0:0007 0:0::0:1 65535 0\r\n", IPV6],
    ["version 1, the shortest of IPv4", "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", {
      remoteAddr: { hostname: "0.0.0.0", port: 0 },
      localAddr: { hostname: "0.0.0.0", port: 0 },
    }],
    ["version 1, the shortest of IPv6", "PROXY TCP6 :: :: 0 0\r\n", {
      remoteAddr: { hostname: "::", port: 0 },
      localAddr: { hostname: "::", port: 0 },
    }],
    ["version 1, IPv4 mapped into IPv6", "PROXY TCP6 ::ffff:192.0.2.7 ::ffff:a00:1 1 2\r\n", {
      remoteAddr: { hostname: "::ffff:192.0.2.7", port: 1 },
      localAddr: { hostname: "::ffff:10.0.0.1", port: 2 },
    }],
    ["version 1, UNKNOWN", "PROXY UNKNOWN\r\n", null],
    ["version 1, UNKNOWN with something", "PROXY UNKNOWN ffff::1 ffff::1 1 \r 2\n\r\n", null],
    ["version 1, 107 bytes", `PROXY UNKNOWN ${filler(91)}\r\n`, null],
    ["version 2, IPv4", version2(TCP4), IPV4],
    ["version 2, IPv6", version2({ family: 0x21, body: IPV6_BYTES }), IPV6],
    [
      "version 2, with TLVs",
      version2({ ...TCP4, body: [...IPV4_BYTES, ...tlv(4, 300), ...tlv(0xee, 0)] }),
      IPV4,
    ],
    [
      "version 2, the longest",
      version2({ ...TCP4, body: [...IPV4_BYTES, ...tlv(4, BODY_BYTES_MAX - 12 - 3)] }),
      IPV4,
    ],
    ["version 2, LOCAL", version2({ command: 0x20, family: 0 }), null],
    ["version 2, LOCAL with addresses", version2({ ...TCP4, command: 0x20 }), null],
    ["version 2, LOCAL with noise", version2({ command: 0x20, family: 0xff, body: [1, 2] }), null],
    ["version 2, unspecified", version2({ family: 0, body: [] }), null],
    ["version 2, unspecified with TLVs", version2({ family: 0, body: tlv(4, 9) }), null],
    ["version 2, UDP over IPv4", version2({ family: 0x12, body: IPV4_BYTES }), null],
    ["version 2, UDP over IPv6", version2({ family: 0x22, body: IPV6_BYTES }), null],
    [
      "version 2, a Unix-domain stream",
      version2({ family: 0x31, body: Array(216).fill(47) }),
      null,
    ],
    [
      "version 2, Unix-domain datagrams",
      version2({ family: 0x32, body: Array(216).fill(0) }),
      null,
    ],
  ];

Deno.test("the longest header that is read is the one that docs/server.md tells", () => {
  assertEquals(BODY_BYTES_MAX, 4096);
});

const PAYLOAD = "PROXY TCP4 192.0.2.66 192.0.2.66 1 1\r\nhello";

for (const [what, header, ends] of RIGHT) {
  const bytes = typeof header === "string" ? bytesOf(header) : header;
  const sent = joined([bytes, bytesOf(PAYLOAD)]);

  Deno.test(`readHeader() reads ${what}, and nothing behind it`, async () => {
    for (const pieces of [[sent], oneByOne(sent)]) {
      const stream = new MemoryStream({ reads: () => pieces });
      const { state, bytes: read, reads } = await readHeader(stream);
      assertEquals(state, { kind: "whole", ends });
      assertEquals([read, reads], [bytes.length, stream.calls.read]);
      assertEquals(await readAll(stream), PAYLOAD);
    }
  });

  Deno.test(`readHeader() reads ${what}, cut in two at every byte`, async () => {
    const step = Math.max(1, Math.floor(bytes.length / 300));
    for (let at = 1; at < bytes.length; at += step) {
      const pieces = [sent.subarray(0, at), sent.subarray(at)];
      const stream = new MemoryStream({ reads: () => pieces });
      assertEquals((await readHeader(stream)).state, { kind: "whole", ends });
      assertEquals(await readAll(stream), PAYLOAD);
    }
  });

  Deno.test(`readHeader() finds that ${what} is cut off, wherever that is`, async () => {
    const step = Math.max(1, Math.floor(bytes.length / 300));
    for (let end = 0; end < bytes.length; end += step) {
      const stream = new MemoryStream({ reads: () => end === 0 ? [] : [bytes.subarray(0, end)] });
      assertEquals((await readHeader(stream)).state, { kind: "wrong", problem: "cut_off" });
    }
  });
}

Deno.test("readHeader() takes few reads for a header that is there", async () => {
  const reads = async (header: string | Uint8Array) => {
    const bytes = typeof header === "string" ? bytesOf(header) : header;
    return (await readHeader(new MemoryStream({ reads: () => [bytes] }))).reads;
  };
  assertEquals(await reads(version2(TCP4)), 3);
  assertEquals(await reads("PROXY UNKNOWN\r\n"), 1);
  assertEquals(await reads("PROXY TCP4 192.0.2.7 198.51.100.1 51234 443\r\n"), 6);
  assertEquals(await reads("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), 9);
});

/** What is none, by what is wrong, and how that is told. */
const WRONG: readonly (readonly [what: string, sent: string | Uint8Array, problem: string])[] = [
  ["a request of HTTP", "GET / HTTP/1.1\r\n\r\n", "absent"],
  ["one byte of something else", "\0", "absent"],
  ["an empty line", "\r\n\r\nPROXY", "absent"],
  ["another case", "proxy TCP4 1.2.3.4 1.2.3.4 1 1\r\n", "absent"],
  ["a word that begins alike", "PROXYING", "absent"],
  ["a signature that is wrong at its end", version2({ family: 0x11 }).fill(0, 11, 12), "absent"],
  ["another protocol", "PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n", "malformed"],
  ["a protocol that is longer", "PROXY TCP46 1.2.3.4 1.2.3.4 1 1\r\n", "malformed"],
  ["no protocol", "PROXY \r\n", "malformed"],
  ["an unknown word", "PROXY UNKNOWNS\r\n", "malformed"],
  ["a carriage return alone", "PROXY UNKNOWN\rx", "malformed"],
  ["no addresses", "PROXY TCP4\r\n", "malformed"],
  ["a line that ends early", "PROXY TCP4 1.2.3.4\r\nhello, this is data", "malformed"],
  ["an address of the other family", "PROXY TCP4 ::1 ::1 1 1\r\n", "malformed"],
  ["one of each family", "PROXY TCP6 ::1 1.2.3.4 1 1\r\n", "malformed"],
  ["a host name", "PROXY TCP4 localhost 1.2.3.4 1 1\r\n", "malformed"],
  ["an address with three numbers", "PROXY TCP4 1.2.3 1.2.3.4 10 10\r\n", "malformed"],
  ["an address with zeros in front", "PROXY TCP4 01.2.3.4 1.2.3.4 1 1\r\n", "malformed"],
  ["an address out of range", "PROXY TCP4 1.2.3.256 1.2.3.4 1 1\r\n", "malformed"],
  ["a zone", "PROXY TCP6 fe80::1%eth0 ::1 1 1\r\n", "malformed"],
  ["an address in brackets", "PROXY TCP6 [::1] ::1 1 1\r\n", "malformed"],
  ["too many groups", "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 1 1\r\n", "malformed"],
  ["a port with zeros in front", "PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n", "malformed"],
  ["a port out of range", "PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", "malformed"],
  ["a port below zero", "PROXY TCP4 1.2.3.4 1.2.3.4 -1 1\r\n", "malformed"],
  ["no port", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n      ", "malformed"],
  ["a field too many", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n", "malformed"],
  ["a field too many, before the line ends", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1", "malformed"],
  ["two blanks", "PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n", "malformed"],
  ["a tab", "PROXY TCP4\t1.2.3.4 1.2.3.4 1 1\r\n", "malformed"],
  ["a newline alone", "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n", "malformed"],
  ["bytes that are no text", "PROXY TCP4 1.2.3.4 é.2.3.4 1 1\r\n", "malformed"],
  ["a line of 108 bytes", `PROXY UNKNOWN ${filler(92)}\r\n`, "too_long"],
  ["a line without end", `PROXY TCP4 ${"1".repeat(500)}`, "too_long"],
  ["blanks without end", `PROXY UNKNOWN${" ".repeat(500)}`, "too_long"],
  ["version 1 with the other's signature", version2({ ...TCP4, command: 0x11 }), "malformed"],
  ["version 3", version2({ ...TCP4, command: 0x31 }), "malformed"],
  ["another command", version2({ ...TCP4, command: 0x22 }), "malformed"],
  ["a family without a protocol", version2({ ...TCP4, family: 0x10 }), "malformed"],
  ["a protocol without a family", version2({ ...TCP4, family: 0x01 }), "malformed"],
  ["another family", version2({ ...TCP4, family: 0x41 }), "malformed"],
  ["another protocol of IPv4", version2({ ...TCP4, family: 0x13 }), "malformed"],
  ["no room for addresses", version2({ ...TCP4, body: IPV4_BYTES.slice(1) }), "malformed"],
  ["room for IPv4 only", version2({ family: 0x21, body: IPV4_BYTES }), "malformed"],
  [
    "a TLV that ends behind it",
    version2({ ...TCP4, body: [...IPV4_BYTES, 4, 0, 2, 0] }),
    "malformed",
  ],
  ["half a TLV", version2({ ...TCP4, body: [...IPV4_BYTES, 4, 0] }), "malformed"],
  [
    "more than is read",
    version2({ ...TCP4, body: [...IPV4_BYTES, ...tlv(4, BODY_BYTES_MAX - 12 - 2)] }),
    "too_long",
  ],
  ["the longest LOCAL", version2({ command: 0x20, body: Array(65_535).fill(0) }), "too_long"],
];

for (const [what, sent, problem] of WRONG) {
  const bytes = typeof sent === "string" ? bytesOf(sent) : sent;
  Deno.test(`readHeader() takes ${what} for ${problem}`, async () => {
    for (const pieces of [[bytes], oneByOne(bytes.subarray(0, 600))]) {
      // Who waits for more than is there would wait for ever.
      const stream = new MemoryStream({
        async *reads(stream) {
          yield* pieces;
          await stream.closed;
        },
      });
      const { state } = await readHeader(stream);
      assertEquals<unknown>(state, { kind: "wrong", problem });
    }
  });
}
