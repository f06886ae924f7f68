import { ValueError } from "../../../cli/flags.ts";
import { havePort, pathOf, places, placesConflict } from "../../../server/accept/places.ts";
import { assertEquals, assertThrows } from "../../assert.ts";

const { parse, fallback, join } = places("");

Deno.test("places() takes addresses, names and paths, as a list and without brackets", () => {
  assertEquals(parse("127.0.0.1,[::1],localhost,unix:run/a.sock"), [
    "127.0.0.1",
    "::1",
    "localhost",
    "unix:run/a.sock",
  ]);
  assertEquals(join?.([["::1"], ["unix:/a"]]), ["::1", "unix:/a"]);
  assertEquals(fallback, ["127.0.0.1"]);
});

for (
  const [text, problem] of [
    ["unix:", "expected the path of a file behind unix:"],
    ["unix:@name", "expected the path of a file behind unix:"],
    [`unix:/${"x".repeat(107)}`, "the path of a socket has up to 107 bytes"],
    ["::1,", "expected a text that is not empty"],
  ] as const
) {
  Deno.test(`places() refuses ${text.slice(0, 20)}`, () => {
    assertThrows(() => parse(text), ValueError, problem);
  });
}

Deno.test("places() takes the longest path that a socket may have", () => {
  const longest = `unix:/${"x".repeat(106)}`;
  assertEquals(parse(longest), [longest]);
});

Deno.test("a Unix-domain socket has a path and no port", () => {
  assertEquals([pathOf("unix:/a"), pathOf("localhost")], ["/a", null]);
  assertEquals([havePort(["unix:/a"]), havePort(["unix:/a", "::1"])], [false, true]);
});

Deno.test("placesConflict() names what is there twice, and what takes both kinds", () => {
  assertEquals(placesConflict(["::1", "unix:/a", "::1"]), "--host ::1 is given twice");
  assertEquals(placesConflict(["unix:/a", "unix:/a"]), "--host unix:/a is given twice");
  assertEquals(
    placesConflict(["0.0.0.0", "::"]),
    "--host :: takes IPv4 too: leave --host 0.0.0.0 out",
  );
  assertEquals(placesConflict(["0.0.0.0", "::1", "unix:/a"]), null);
});
