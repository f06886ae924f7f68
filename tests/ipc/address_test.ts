import { formatEndpoint } from "../../ipc/address.ts";
import { assertEquals } from "../assert.ts";

Deno.test("formatEndpoint() joins host and port with a colon", () => {
  assertEquals(formatEndpoint({ hostname: "127.0.0.1", port: 9000 }), "127.0.0.1:9000");
  assertEquals(formatEndpoint({ hostname: "example.org", port: 0 }), "example.org:0");
});

Deno.test("formatEndpoint() puts an IPv6 address in brackets", () => {
  assertEquals(formatEndpoint({ hostname: "::1", port: 9000 }), "[::1]:9000");
  assertEquals(formatEndpoint({ hostname: "fe80::1%eth0", port: 65_535 }), "[fe80::1%eth0]:65535");
});
