import { OperationalError } from "../../../ipc/errors.ts";
import { parseRules, Rules } from "../../../server/accept/rules.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

/** Which of these addresses get in by the rules of that text. */
function admitted(text: string, addresses: readonly string[]): readonly string[] {
  const rules = new Rules(parseRules(text, "rules.txt"));
  return addresses.filter((address) => rules.admits(address));
}

const ADDRESSES = ["192.0.2.7", "192.0.2.8", "198.51.100.1", "2001:db8::1", "::1"];

Deno.test("Rules without a rule admit everybody", () => {
  assertEquals(admitted("", ADDRESSES), ADDRESSES);
});

Deno.test("Rules that only deny admit everybody else", () => {
  assertEquals(admitted("deny 192.0.2.0/24", ADDRESSES), ["198.51.100.1", "2001:db8::1", "::1"]);
});

Deno.test("Rules that allow admit nobody else, whatever family the allowed is of", () => {
  assertEquals(admitted("allow 192.0.2.0/24", ADDRESSES), ["192.0.2.7", "192.0.2.8"]);
  assertEquals(admitted("allow 2001:db8::/32", ADDRESSES), ["2001:db8::1"]);
});

for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
  Deno.test(`Rules go by the longest prefix, in the order ${order.join(", ")}`, () => {
    const lines = ["allow 0.0.0.0/0", "deny 192.0.2.0/24", "allow 192.0.2.7"];
    const text = order.map((at) => lines[at]).join("\n");
    assertEquals(admitted(text, ADDRESSES), ["192.0.2.7", "198.51.100.1"]);
  });
}

for (const text of ["allow ::1\ndeny ::1\nallow ::/0", "deny ::1\nallow ::1\nallow ::/0"]) {
  Deno.test(`Rules that tie deny: ${JSON.stringify(text)}`, () => {
    assertEquals(admitted(text, ADDRESSES), ["2001:db8::1"]);
  });
}

Deno.test("Rules take an IPv4 address that is mapped into IPv6 for that IPv4 address", () => {
  const mapped = ["::ffff:192.0.2.7", "::ffff:c000:208", "::ffff:198.51.100.1"];
  assertEquals(admitted("allow 192.0.2.0/24", mapped), mapped.slice(0, 2));
  assertEquals(admitted("deny ::ffff:192.0.2.0/120", ["192.0.2.7", ...mapped]), mapped.slice(2));
  assertEquals(admitted("deny ::/0", mapped), mapped);
});

Deno.test("Rules heed every bit of a prefix", () => {
  for (let bits = 0; bits <= 32; bits++) {
    // The last address of the network of 0.0.0.0, and the first behind it.
    const size = 2 ** (32 - bits);
    const text = `deny 0.0.0.0/${bits}`;
    assertEquals(admitted(text, [ipv4(size - 1)]), [], `/${bits}`);
    if (bits > 0) assertEquals(admitted(text, [ipv4(size)]), [ipv4(size)], `/${bits}`);
  }
});

function ipv4(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}

Deno.test("Rules ignore the zone of an address", () => {
  assertEquals(admitted("deny fe80::/10", ["fe80::1%eth0"]), []);
});

Deno.test("parseRules() leaves out comments, empty lines and what is around a rule", () => {
  const text =
    "\ufeff# who gets in\r\n\r\n  allow\t10.0.0.0/8  # the office\r\n#deny ::1\ndeny 10.9.9.9";
  const rules = parseRules(text, "rules.txt").map((
    { verdict, network: { bits } },
  ) => [verdict, bits]);
  assertEquals(rules, [["allow", 8], ["deny", 32]]);
});

const WHAT = "expected allow CIDR or deny CIDR";
const WHERE = "expected an address or a network, such as 192.0.2.0/24 or 2001:db8::/32";

/** A wrong line, and what is said of it. */
const WRONG: readonly (readonly [line: string, problem: string])[] = [
  ["permit 10.0.0.0/8", WHAT],
  ["allow", WHAT],
  ["ALLOW 10.0.0.0/8", WHAT],
  ["10.0.0.0/8", WHAT],
  ["allow 10.0.0.0/8 deny ::1", WHAT],
  ["allow 10.0.0.0/8,::1", WHERE],
  ["deny 10.0.0.0/33", WHERE],
  ["deny office", WHERE],
];

for (const [line, problem] of WRONG) {
  Deno.test(`parseRules() names the file and the line of ${JSON.stringify(line)}`, () => {
    const error = assertThrows(() => parseRules(`\n# a\n${line}\n`, "a b.txt"), OperationalError);
    assertEquals(
      error.message,
      `Cannot read the rules a b.txt, line 3: ${JSON.stringify(line)}: ${problem}`,
    );
  });
}

Deno.test("Rules tell apart addresses among 10,000", () => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `deny ${ipv4(0x0a000000 + 2 * at)}`);
  const rules = new Rules(parseRules(lines.join("\n"), "rules.txt"));
  for (let at = 0; at < 20_000; at += 7) {
    assertEquals(rules.admits(ipv4(0x0a000000 + at)), at % 2 === 1);
  }
});
