import { padEnd, padStart, widthOf, wrap } from "../../cli/columns.ts";
import { assertEquals } from "../assert.ts";

Deno.test("a Korean syllable takes two columns", () => {
  assertEquals([widthOf("brood"), widthOf("좀비"), widthOf("")], [5, 4, 0]);
  assertEquals([padEnd("좀비", 6), padStart("좀비", 6), padEnd("좀비", 3)], [
    "좀비  ",
    "  좀비",
    "좀비",
  ]);
});

Deno.test("wrap() fills lines, and leaves a word whole that is longer than one", () => {
  assertEquals(wrap("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
  assertEquals(wrap("a bb ccc dddd", 8), ["a bb ccc", "dddd"]);
  assertEquals(wrap("a muchlonger b", 4), ["a", "muchlonger", "b"]);
  assertEquals(wrap("좀비 좀비 좀비", 9), ["좀비 좀비", "좀비"]);
});
