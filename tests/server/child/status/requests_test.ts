import { refusalOf } from "../../../../server/child/status/requests.ts";
import { assertEquals } from "../../../assert.ts";

/** The status with which a request is refused, or null. */
function statusOf(
  headers: Readonly<Record<string, string>>,
  { method = "GET", host = "127.0.0.1" } = {},
): number | null {
  const request = new Request("http://127.0.0.1:9001/", { method, headers });
  return refusalOf(request, host)?.status ?? null;
}

Deno.test("refusalOf() answers whoever asks by an address or as localhost", () => {
  for (const host of ["127.0.0.1:9001", "localhost:9001", "[::1]:9001", "192.0.2.7"]) {
    assertEquals(statusOf({ host }), null, host);
  }
});

Deno.test("refusalOf() answers to the name that the user had it listen on", () => {
  assertEquals(statusOf({ host: "brood.example:9001" }, { host: "Brood.example" }), null);
});

Deno.test("refusalOf() refuses a name that somebody points at this machine", () => {
  const names = [
    "evil.example:9001",
    "",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "a b",
  ];
  for (const host of names) assertEquals(statusOf({ host }), 421, host);
});

Deno.test("refusalOf() refuses the pages of others", () => {
  const host = "127.0.0.1:9001";
  assertEquals(statusOf({ host, origin: `http://${host}` }), null);
  for (
    const origin of [
      "http://evil.example",
      "null",
      "https://127.0.0.1:9001",
      "http://127.0.0.1:9002",
    ]
  ) {
    assertEquals(statusOf({ host, origin }), 403, origin);
  }
});

Deno.test("refusalOf() refuses every method that could change something", () => {
  const host = "127.0.0.1:9001";
  assertEquals(statusOf({ host }, { method: "HEAD" }), null);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    assertEquals(statusOf({ host }, { method }), 405, method);
  }
});
