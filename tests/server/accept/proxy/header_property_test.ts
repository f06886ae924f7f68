/**
 * PROXY headers of every kind, well made, damaged and cut anywhere, against a second reading of the specification: one
 * that has all the bytes before it, and looks for the end of the header first.
 */

import fc, { type Arbitrary } from "fast-check";
import { isIPv4, isIPv6 } from "node:net";
import { readHeader } from "../../../../server/accept/proxy/header.ts";
import { BODY_BYTES_MAX } from "../../../../server/accept/proxy/version_2.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { bytesOf, readBytes } from "../../../support/bytes.ts";
import { MemoryStream } from "../../../support/memory_stream.ts";
import { joined, piecesOf } from "../../../support/pieces.ts";
import { tlv, version2 } from "./sent_headers.ts";

/** What is expected of bytes: a header of that length with these ends, or none. */
type Expected = { readonly length: number; readonly ends: readonly string[] } | null;

function expectedOf(bytes: Uint8Array): Expected {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return text.startsWith("PROXY ") ? expectedOfText(text) : expectedOfBinary(bytes, text);
}

function expectedOfText(text: string): Expected {
  const end = text.indexOf("\r\n");
  if (end === -1 || end + 2 > 107) return null;
  const line = text.slice(0, end);
  const length = end + 2;
  if (line === "PROXY UNKNOWN" || line.startsWith("PROXY UNKNOWN ")) return { length, ends: [] };
  const [, protocol, source = "", destination = "", ...ports] = line.split(" ");
  const isAddress = protocol === "TCP4" ? isIPv4 : protocol === "TCP6" ? isIPv6 : () => false;
  const isPort = (port: string) =>
    String(Number(port)) === port && /^\d{1,5}$/.test(port) &&
    Number(port) < 65_536;
  const areRight = [source, destination].every((address) =>
    isAddress(address) && !/%/.test(address)
  );
  if (!areRight || ports.length !== 2 || !ports.every(isPort)) return null;
  return { length, ends: [groupsOf(source), groupsOf(destination), ...ports] };
}

function expectedOfBinary(bytes: Uint8Array, text: string): Expected {
  if (!text.startsWith("\r\n\r\n\0\r\nQUIT\n")) return null;
  const [command = -1, family = -1, high = 0, low = 0] = bytes.slice(12);
  const length = 16 + high * 256 + low;
  if (bytes.length < length || length > 16 + BODY_BYTES_MAX) return null;
  if (command === 0x20) return { length, ends: [] };
  if (command !== 0x21 || ![0, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32].includes(family)) return null;
  const width = family === 0x11 ? 4 : family === 0x21 ? 16 : 0;
  if (width === 0) return { length, ends: [] };
  const body = [...bytes.slice(16, length)];
  if (body.length < 2 * width + 4) return null;
  const address = () => {
    const part = body.splice(0, width);
    if (width === 4) return groupsOf(part.join("."));
    const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return groupsOf((hex.match(/.{4}/g) ?? []).join(":"));
  };
  const port = () => String((body.shift() ?? 0) * 256 + (body.shift() ?? 0));
  const ends = [address(), address(), port(), port()];
  while (body.length > 0) {
    const [, high = 0, low = 0] = body;
    if (body.length < 3 || body.length < 3 + high * 256 + low) return null;
    body.splice(0, 3 + high * 256 + low);
  }
  return { length, ends };
}

/** An address in the one text that has all its groups. */
function groupsOf(address: string): string {
  if (!address.includes(":")) return address;
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = "", tail] = plain.split("::");
  const split = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => parseInt(group, 16));
  const [left, right] = [split(head), split(tail ?? "")];
  const zeros = tail === undefined ? [] : new Array<number>(8 - left.length - right.length).fill(0);
  return [...left, ...zeros, ...right].map((group) => group.toString(16)).join(":");
}

const port = fc.nat(65_535);
const anyByte = fc.nat(255);

/** Two ends as text, in either family, or in both. */
const endsText = fc.tuple(
  fc.constantFrom("TCP4", "TCP6", "UNKNOWN", "TCP5"),
  fc.oneof(fc.ipV4(), fc.ipV6()),
  fc.oneof(fc.ipV4(), fc.ipV6()),
  fc.oneof(port, fc.nat(99_999)),
  port,
).map(([protocol, ...fields]) => bytesOf(`PROXY ${[protocol, ...fields].join(" ")}\r\n`));

const wellMadeText = fc.oneof(
  fc.tuple(fc.ipV4(), fc.ipV4(), port, port).map((fields) => `PROXY TCP4 ${fields.join(" ")}\r\n`),
  fc.tuple(fc.ipV6(), fc.ipV6(), port, port).map((fields) => `PROXY TCP6 ${fields.join(" ")}\r\n`),
  fc.string({ maxLength: 110 }).map((rest) => `PROXY UNKNOWN ${rest}\r\n`),
  fc.constant("PROXY UNKNOWN\r\n"),
).map(bytesOf);

const binary = fc.record({
  command: fc.constantFrom(0x21, 0x21, 0x21, 0x20, 0x22, 0x11),
  family: fc.oneof(fc.constantFrom(0x11, 0x21, 0x11, 0x21, 0, 0x12, 0x22, 0x31, 0x32), anyByte),
  addresses: fc.constantFrom(0, 11, 12, 13, 36, 216).chain((length) =>
    fc.array(anyByte, { minLength: length, maxLength: length })
  ),
  tlvs: fc.array(fc.tuple(anyByte, fc.nat(400)), { maxLength: 3 }),
}).map(({ command, family, addresses, tlvs }) =>
  version2({
    command,
    family,
    body: [...addresses, ...tlvs.flatMap(([type, length]) => tlv(type, length))],
  })
);

/** Bytes with a few of them replaced, taken out, or put in. */
function damaged(bytes: Arbitrary<Uint8Array>): Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat(120),
    remove: fc.nat(2),
    insert: fc.array(fc.oneof(anyByte, fc.constantFrom(13, 10, 32, 48, 58)), { maxLength: 2 }),
  });
  return fc.tuple(bytes, fc.array(change, { minLength: 1, maxLength: 3 })).map(
    ([bytes, changes]) => {
      const list = [...bytes];
      for (const { at, remove, insert } of changes) list.splice(at, remove, ...insert);
      return Uint8Array.from(list);
    },
  );
}

const wellMade: Arbitrary<Uint8Array> = fc.oneof(wellMadeText, endsText, binary);

const anything: Arbitrary<Uint8Array> = fc.oneof(
  wellMade,
  wellMade,
  damaged(wellMade),
  fc.uint8Array({ maxLength: 40 }),
);

/** A header or none, what follows, and how both are cut. */
const sent = fc.tuple(anything, fc.uint8Array({ maxLength: 20 }))
  .chain(([header, behind]) => piecesOf(joined([header, behind])));

Deno.test("whatever comes, and however it is cut: the header is read as specified, and all that follows stays", async () => {
  let wellMadeOnes = 0;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(sent, async (pieces) => {
      const bytes = joined(pieces);
      const stream = new MemoryStream({ reads: () => pieces.filter(({ length }) => length > 0) });
      const { state, bytes: read } = await readHeader(stream);
      const rest = await readBytes(stream);
      const expected = expectedOf(bytes);
      runs += 1;
      if (expected === null) {
        assertEquals(state.kind, "wrong");
      } else {
        wellMadeOnes += 1;
        assert(state.kind === "whole", JSON.stringify(state));
        const { remoteAddr, localAddr } = state.ends ?? {};
        const ends = remoteAddr === undefined || localAddr === undefined ? [] : [
          groupsOf(remoteAddr.hostname),
          groupsOf(localAddr.hostname),
          String(remoteAddr.port),
          String(localAddr.port),
        ];
        assertEquals([read, ends], [expected.length, expected.ends]);
      }
      // Not a byte is lost or invented.
      assertEquals(rest, [...bytes.subarray(read)]);
    }),
    { numRuns: 3000 },
  );
  // The random cases are some of both.
  assert(wellMadeOnes > runs / 10 && wellMadeOnes < runs * 9 / 10, `${wellMadeOnes} of ${runs}`);
});
