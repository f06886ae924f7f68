/** A certificate whose subject is none, though the CA has signed it: as one may that copies what a client asks for. */

import { sign, X509Certificate } from "node:crypto";
import type { Pair, TestCertificates } from "../../../support/test_certificates.ts";

/** A field in DER with up to 65,535 bytes. */
function field(tag: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(tag, 0x82, bytes.length >> 8, bytes.length & 0xff, ...bytes);
}

/** The length of a field that has two bytes of it, its head included. */
function lengthAt(bytes: Uint8Array, at: number): number {
  return 4 + ((bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0));
}

/** Makes it. */
export async function makeForgedSubject(made: TestCertificates): Promise<Pair> {
  const pair = await made.signed("forged-subject", `/CN=${"a".repeat(60)}`);
  const { raw } = new X509Certificate(await Deno.readTextFile(pair.cert));
  const signedEnd = 4 + lengthAt(raw, 4);
  const signed = Uint8Array.from(raw.subarray(4, signedEnd));
  const name = signed.findIndex((_, at) =>
    signed.subarray(at, at + 60).every((byte) => byte === 97)
  );
  // The length of its value, which would go beyond all that holds it.
  signed[name - 1] = 127;
  const algorithm = raw.slice(signedEnd, signedEnd + 2 + (raw[signedEnd + 1] ?? 0));
  const signature = sign("sha256", signed, await Deno.readTextFile(made.ca.key));
  const bits = field(0x03, Uint8Array.of(0, ...signature));
  // DER takes the shortest length there is.
  const short = Uint8Array.of(0x03, bits.length - 4, ...bits.subarray(4));
  const whole = field(0x30, Uint8Array.of(...signed, ...algorithm, ...short));
  const lines = whole.toBase64().match(/.{1,64}/g)?.join("\n");
  await Deno.writeTextFile(
    pair.cert,
    `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  );
  return pair;
}
