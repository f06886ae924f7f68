import { plainAddress } from "../../../../ipc/address.ts";
import {
  decodeSocketAddress,
  decodeUnixPath,
  encodeSocketAddress,
  encodeUnixPath,
} from "../../../../ipc/posix/sockets/socket_address.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";

Deno.test("encodeSocketAddress() makes the kernel's structs", () => {
  assertEquals(
    [...encodeSocketAddress({ hostname: "127.0.0.1", port: 9000 }).bytes],
    [2, 0, 35, 40, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  );
  const { family, bytes } = encodeSocketAddress({ hostname: "fe80::1%258", port: 9000 });
  assertEquals(family, 10);
  const address = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
  assertEquals([...bytes], [10, 0, 35, 40, 0, 0, 0, 0, ...address, 2, 1, 0, 0]);
});

Deno.test("decodeSocketAddress() reads what encodeSocketAddress() makes, a mapped address as plain IPv4", () => {
  for (const hostname of ["192.0.2.1", "::1", "::", "2001:db8::5:0:0:1", "::ffff:192.0.2.1"]) {
    const end = { hostname, port: 54_321 };
    const { bytes } = encodeSocketAddress(end);
    const plain = { ...end, hostname: plainAddress(hostname) };
    assertEquals(decodeSocketAddress(bytes, bytes.length), plain);
  }
});

Deno.test("decodeSocketAddress() leaves out the zone, as Deno does", () => {
  const { bytes } = encodeSocketAddress({ hostname: "fe80::1%2", port: 1 });
  assertEquals(decodeSocketAddress(bytes, 28)?.hostname, "fe80::1");
});

Deno.test("decodeSocketAddress() is null for another family, and for half an address", () => {
  assertEquals(decodeSocketAddress(Uint8Array.of(1, 0), 2), null);
  const { bytes } = encodeSocketAddress({ hostname: "::1", port: 1 });
  assertEquals(decodeSocketAddress(bytes, 27), null);
  assertEquals(decodeSocketAddress(new Uint8Array(0), 0), null);
});

Deno.test("encodeSocketAddress() throws for what is no number", () => {
  assertThrows(() => encodeSocketAddress({ hostname: "localhost", port: 1 }), TypeError);
});

/** What getsockname(2) tells of a Unix-domain socket, with what was in the memory before behind it. */
function unixPathOf(text: string): string | null {
  const bytes = new TextEncoder().encode(`\x01\0${text}`);
  return decodeUnixPath(Uint8Array.of(...bytes, 120, 120), bytes.length);
}

Deno.test("decodeUnixPath() reads a path up to its end, and a name of the abstract namespace", () => {
  assertEquals(unixPathOf("/tmp/a b\0"), "/tmp/a b");
  assertEquals(unixPathOf("/tmp/a"), "/tmp/a");
  assertEquals(unixPathOf("/tmp/a\nb\0left"), "/tmp/a\nb");
  assertEquals(unixPathOf("\0name\0x"), "@name@x");
});

Deno.test("decodeUnixPath() is null for a socket that is bound to nothing, or of another family", () => {
  assertEquals(unixPathOf(""), null);
  assertEquals(decodeUnixPath(new Uint8Array(0), 0), null);
  const { bytes } = encodeSocketAddress({ hostname: "127.0.0.1", port: 1 });
  assertEquals(decodeUnixPath(bytes, bytes.length), null);
});

Deno.test("encodeUnixPath() writes what decodeUnixPath() reads", () => {
  for (const path of ["/run/systemd/notify", "@name", "/서비스", `/${"x".repeat(106)}`]) {
    const { family, bytes } = encodeUnixPath(path);
    assertEquals([family, decodeUnixPath(bytes, bytes.length)], [1, path]);
  }
  // A path ends with a zero, a name in the abstract namespace with the address.
  assertEquals([...encodeUnixPath("/a").bytes], [1, 0, 47, 97, 0]);
  assertEquals([...encodeUnixPath("@a").bytes], [1, 0, 0, 97]);
});

Deno.test("encodeUnixPath() refuses a path that the kernel has no room for", () => {
  assertThrows(() => encodeUnixPath(`/${"x".repeat(107)}`), RangeError, "more than 107 bytes");
});
