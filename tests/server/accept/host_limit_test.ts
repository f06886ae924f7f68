import type { Slot } from "../../../server/accept/admission.ts";
import { hostKey, HostLimit } from "../../../server/accept/host_limit.ts";
import { assert, assertEquals } from "../../assert.ts";

const KEYS: readonly (readonly [what: string, address: string, key: string])[] = [
  ["an IPv4 address by itself", "192.0.2.7", "192.0.2.7"],
  ["an IPv4 address that is mapped into IPv6 as that address", "::ffff:192.0.2.7", "192.0.2.7"],
  ["a mapped address in hexadecimal too", "::ffff:c000:207", "192.0.2.7"],
  ["an IPv6 address by its /64", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["another IPv6 address of that /64 as the same", "2001:db8:1:2::1", "2001:db8:1:2::/64"],
  ["the next /64 as another", "2001:db8:1:3::1", "2001:db8:1:3::/64"],
  ["IPv6 loopback by its /64", "::1", "::/64"],
  ["an IPv6 address without its zone", "fe80::1%eth0", "fe80::/64"],
];

for (const [what, address, key] of KEYS) {
  Deno.test(`hostKey() counts ${what}: ${address}`, () => assertEquals(hostKey(address), key));
}

function acquire(hosts: HostLimit, address: string): Slot {
  const slot = hosts.acquire(address);
  assert(slot !== null, `no slot for ${address}`);
  return slot;
}

Deno.test("HostLimit.acquire() gives an address as many slots as the limit, and then none", () => {
  const hosts = new HostLimit(2);
  acquire(hosts, "192.0.2.7");
  acquire(hosts, "::ffff:192.0.2.7");
  assertEquals(hosts.acquire("192.0.2.7"), null);
  assertEquals(hosts.acquire("::ffff:192.0.2.7"), null);
});

Deno.test("HostLimit.acquire() counts each address by itself, and IPv6 by /64", () => {
  const hosts = new HostLimit(1);
  for (const address of ["192.0.2.7", "192.0.2.8", "2001:db8:1:2::1", "2001:db8:1:3::1"]) {
    acquire(hosts, address);
    assertEquals(hosts.acquire(address), null);
  }
  assertEquals(hosts.acquire("2001:db8:1:2:ffff::9"), null);
});

Deno.test("HostLimit gives a slot again when one has been given back", () => {
  const hosts = new HostLimit(2);
  const first = acquire(hosts, "192.0.2.7");
  const second = acquire(hosts, "192.0.2.7");
  first[Symbol.dispose]();
  acquire(hosts, "192.0.2.7");
  assertEquals(hosts.acquire("192.0.2.7"), null);
  second[Symbol.dispose]();
  acquire(hosts, "192.0.2.7");
});

Deno.test("HostLimit starts again from none when every slot of an address has been given back", () => {
  const hosts = new HostLimit(1);
  for (let round = 0; round < 3; round++) {
    using _slot = acquire(hosts, "::1");
    assertEquals(hosts.acquire("::1"), null);
  }
});

Deno.test("A slot of HostLimit that is disposed twice is given back once", () => {
  const hosts = new HostLimit(2);
  const first = acquire(hosts, "192.0.2.7");
  acquire(hosts, "192.0.2.7");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  acquire(hosts, "192.0.2.7");
  assertEquals(hosts.acquire("192.0.2.7"), null);
});

Deno.test("HostLimit.countOf() tells how many slots an address has, by what counts as one", () => {
  const hosts = new HostLimit(2);
  assertEquals(hosts.countOf("192.0.2.7"), 0);
  const first = acquire(hosts, "192.0.2.7");
  acquire(hosts, "::ffff:192.0.2.7");
  acquire(hosts, "2001:db8:1:2::1");
  assertEquals(["192.0.2.7", "::ffff:c000:207", "192.0.2.8"].map((a) => hosts.countOf(a)), [
    2,
    2,
    0,
  ]);
  assertEquals(hosts.countOf("2001:db8:1:2:ffff::9"), 1);
  hosts.acquire("192.0.2.7");
  assertEquals(hosts.countOf("192.0.2.7"), 2, "what was rejected does not count");
  first[Symbol.dispose]();
  assertEquals(hosts.countOf("192.0.2.7"), 1);
});

Deno.test("HostLimit of Infinity counts, and rejects nothing", () => {
  const hosts = new HostLimit(Infinity);
  for (let count = 1; count <= 1000; count++) acquire(hosts, "::1");
  assertEquals(hosts.countOf("::1"), 1000);
});
