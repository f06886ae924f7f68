import { ValueError } from "../../../cli/flags.ts";
import { networks, parseNetwork } from "../../../server/accept/network.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

/** A text, and the network it stands for as `--help` would show it. */
const NETWORKS: readonly (readonly [text: string, network: string])[] = [
  ["192.0.2.0/24", "192.0.2.0/24"],
  ["192.0.2.7", "192.0.2.7/32"],
  ["192.0.2.7/24", "192.0.2.0/24"],
  ["192.0.2.255/31", "192.0.2.254/31"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["255.255.255.255/0", "0.0.0.0/0"],
  ["2001:db8::/32", "2001:db8::/32"],
  ["2001:DB8:0:0::1", "2001:db8::1/128"],
  ["2001:db8:ffff::/33", "2001:db8:8000::/33"],
  ["::1", "::1/128"],
  ["::/0", "::/0"],
  ["::ffff:192.0.2.7", "192.0.2.7/32"],
  ["::ffff:192.0.2.7/120", "192.0.2.0/24"],
  ["::ffff:c000:207/128", "192.0.2.7/32"],
  ["::ffff:0:0/96", "0.0.0.0/0"],
];

for (const [text, network] of NETWORKS) {
  Deno.test(`parseNetwork() takes ${text} for ${network}`, () => {
    assertEquals(networks("").format([parseNetwork(text)]), network);
  });
}

const WRONG = [
  "",
  "/",
  "/24",
  "localhost",
  "192.0.2.0/",
  "192.0.2.0/33",
  "192.0.2.0/-1",
  "192.0.2.0/2 4",
  "192.0.2.0/24/24",
  "192.0.2",
  "192.0.2.256",
  "192.0.2.0.1",
  "010.0.0.1",
  "0x7f.0.0.1",
  " 192.0.2.7",
  "2001:db8::/129",
  "2001:db8:::/32",
  "fe80::1%eth0",
  "::ffff:192.0.2.7/95",
];

for (const text of WRONG) {
  Deno.test(`parseNetwork() refuses ${JSON.stringify(text)}`, () => {
    const { message } = assertThrows(() => parseNetwork(text), ValueError);
    assertEquals(
      message,
      "expected an address or a network, such as 192.0.2.0/24 or 2001:db8::/32",
    );
  });
}

Deno.test("networks() takes a list, and joins lists", () => {
  const flag = networks("");
  const joined = flag.join?.([flag.parse("10.0.0.0/8,::1"), flag.parse("192.0.2.7")]) ?? [];
  assertEquals(flag.format(joined), "10.0.0.0/8,::1/128,192.0.2.7/32");
  assertEquals(flag.format([]), "none");
});
