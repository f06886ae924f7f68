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

Deno.test("of several messages that a text can be, that which explains the most of it is meant", () => {
  const ambiguous = translatorBy({
    "{what} is more than {most}": "{most}보다 {what}이 많음",
    "{error}; going on": "{error}; 계속함",
    "Cannot write: {reason}": "쓸 수 없음: {reason}",
    "Cannot write: {reason}; {next}": "쓸 수 없음: {reason}. {next}",
    "the pipe; nobody": "파이프",
    "at once": "곧",
  });
  assertEquals(ambiguous("Cannot write: the pipe; nobody"), "쓸 수 없음: 파이프");
  assertEquals(ambiguous("Cannot write: it; at once"), "쓸 수 없음: it. 곧");
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

Deno.test("below the first line all stays as it is", () => {
  assertEquals(
    translate("Cannot open it: one\nconnection refused"),
    "one 때문에 it을 열 수 없음\nconnection refused",
  );
});

Deno.test("a value may have what means something in a replacement", () => {
  assertEquals(translate("Cannot open $1: $& {what}"), "$& {what} 때문에 $1을 열 수 없음");
});

Deno.test("English is left alone", async () => {
  assertEquals(await translatorTo("en"), inEnglish);
  assertEquals(inEnglish("Cannot open"), "Cannot open");
});
