import { inEnglish, translatorBy, translatorTo } from "../../cli/translation.ts";
import { assertEquals } from "../assert.ts";

const translate = translatorBy({
  "Cannot open {what}: {reason}": "{reason} 때문에 {what}을 열 수 없음",
  "{what}: {problem}": "{what}: {problem}",
  "connection refused": "거부됨",
  "{reason} (try {advice})": "{reason} ({advice} 해 보십시오)",
});

Deno.test("a sentence is recognized by its words, and its values go where the translation has them", () => {
  assertEquals(
    translate("Cannot open a file: it is gone"),
    "it is gone 때문에 a file을 열 수 없음",
  );
});

Deno.test("a value that is a message itself is translated too", () => {
  assertEquals(
    translate("Cannot open [::1]:9000: connection refused (try again)"),
    "거부됨 (again 해 보십시오) 때문에 [::1]:9000을 열 수 없음",
  );
});

Deno.test("of several messages that fit, that with the most words of its own is meant", () => {
  assertEquals(
    translate("brood: Cannot open it: connection refused"),
    "brood: 거부됨 때문에 it을 열 수 없음",
  );
});

Deno.test("what is no message stays as it is, whatever is in it", () => {
  for (const text of ["", "refused", "a $& {what}", "toString", "one\ntwo"]) {
    assertEquals(translate(text), text);
  }
});

Deno.test("a value may be of several lines, and have what means something in a replacement", () => {
  assertEquals(translate("it: one\n$& $1"), "it: one\n$& $1");
});

Deno.test("English is left alone", async () => {
  assertEquals(await translatorTo("en"), inEnglish);
  assertEquals(inEnglish("Cannot open"), "Cannot open");
});
