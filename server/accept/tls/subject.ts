/**
 * Whose certificate it is, in one line: the subject's name as RFC 4514 writes it, the last part first, so that
 * `CN=alice,O=Example` can be told from a name that only looks like it. `node:crypto` gives a line for each part, and a
 * part may have lines.
 *
 * The certificate has been verified, but for its subject, which nobody has looked at so far. What is read here are the
 * few fields up to that (RFC 5280, section 4.1) in DER, where each is a tag, a length and that many bytes.
 *
 * @module
 */

/** The names of the attributes, by their numbers (RFC 4514, section 3, and RFC 2985 for `emailAddress`). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.4", "SN"],
  ["2.5.4.5", "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.9", "STREET"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.12", "title"],
  ["2.5.4.42", "GN"],
  ["0.9.2342.19200300.100.1.1", "UID"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  ["1.2.840.113549.1.9.1", "emailAddress"],
]);

/** How the texts of the tags are encoded that may be those of a value. */
const ENCODINGS: ReadonlyMap<number, "utf-8" | "latin1" | "utf-16be"> = new Map([
  [0x0c, "utf-8"],
  [0x13, "utf-8"],
  [0x14, "latin1"],
  [0x16, "utf-8"],
  [0x1e, "utf-16be"],
]);

/** The tag of a version, which the oldest certificates do not have. */
const VERSION = 0xa0;

/** A field. */
interface Field {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** The subject of a certificate in DER. Throws `RangeError` for what is none. */
export function subjectOf(certificate: Uint8Array): string {
  const [signed = none()] = fieldsIn(fieldAt(certificate, 0).field.bytes);
  const fields = fieldsIn(signed.bytes);
  // The version, then serial number, signature, issuer, validity, subject.
  const subject = fields[fields[0]?.tag === VERSION ? 5 : 4] ?? none();
  return fieldsIn(subject.bytes).toReversed().map(partOf).join(",");
}

function partOf({ bytes }: Field): string {
  return fieldsIn(bytes).map((attribute) => {
    const [type = none(), value = none()] = fieldsIn(attribute.bytes);
    const number = numberOf(type.bytes);
    const name = NAMES.get(number);
    const encoding = ENCODINGS.get(value.tag);
    return name === undefined || encoding === undefined
      ? `${name ?? number}=#${derOf(value)}`
      : `${name}=${escape(new TextDecoder(encoding).decode(value.bytes))}`;
  }).join("+");
}

function fieldsIn(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const { field, end } = fieldAt(bytes, at);
    fields.push(field);
    at = end;
  }
  return fields;
}

function fieldAt(
  bytes: Uint8Array,
  at: number,
): { readonly field: Field; readonly end: number } {
  const [tag = 0, first = 0] = bytes.subarray(at, at + 2);
  // From 0x80 on it tells how many bytes have the length.
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + lengthBytes;
  const length = first < 0x80
    ? first
    : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  const end = start + length;
  if (end > bytes.length) none();
  return { field: { tag, bytes: bytes.subarray(start, end) }, end };
}

/** An object identifier: two numbers in the first byte, then seven bits of a number in each. */
function numberOf(bytes: Uint8Array): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of bytes) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (numbers.length === 0) {
      const first = Math.min(2, Math.floor(number / 40));
      numbers.push(first, number - 40 * first);
    } else numbers.push(number);
    number = 0;
  }
  return numbers.join(".");
}

function derOf({ tag, bytes }: Field): string {
  const { length } = bytes;
  const head = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return Uint8Array.of(tag, ...head, ...bytes).toHex().toUpperCase();
}

/** Characters that mean something, and those that no line has (RFC 4514, section 2.4). */
function escape(value: string): string {
  return value
    .replace(/[\\",+;<>]|^[ #]| $/g, "\\$&")
    // deno-lint-ignore no-control-regex -- that is what is looked for
    .replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, (character) => {
      const bytes = new TextEncoder().encode(character);
      return Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, "0").toUpperCase()}`)
        .join("");
    });
}

function none(): never {
  throw new RangeError("This is no certificate");
}
