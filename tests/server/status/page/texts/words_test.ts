import { LANGUAGES } from "../../../../../server/status/page/settings.ts";
import { TEXTS, wordsIn } from "../../../../../server/status/page/texts/words.ts";
import { assert, assertEquals, assertMatch } from "../../../../assert.ts";

const KEYS = Object.keys(TEXTS) as (keyof typeof TEXTS)[];

function placeholdersOf(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([name]) => name);
}

Deno.test("every text is there in every language, with the same placeholders", () => {
  for (const key of KEYS) {
    const texts: Readonly<Record<string, string>> = TEXTS[key];
    assertEquals(Object.keys(texts).toSorted(), LANGUAGES.toSorted(), key);
    const expected = new Set(placeholdersOf(texts["en"] ?? ""));
    for (const language of LANGUAGES) {
      const text = texts[language] ?? "";
      assert(text.trim() !== "", `${key} in ${language}`);
      assertEquals(new Set(placeholdersOf(text)), expected, `${key} in ${language}`);
    }
  }
});

Deno.test("an explanation is two or three sentences, with a full stop at the end", () => {
  const explanations = KEYS.filter((key) => key.startsWith("explain_"));
  assert(explanations.length > 15);
  for (const key of explanations) {
    for (const language of LANGUAGES) {
      const sentences = TEXTS[key][language].match(/[.](?= |$)/g) ?? [];
      assert(sentences.length >= 2 && sentences.length <= 3, `${key} in ${language}`);
      assertMatch(TEXTS[key][language], /\.$/);
    }
  }
});

Deno.test("wordsIn() puts values in", () => {
  const values = { length: 2, backlog: 128 };
  assertEquals(wordsIn("en")("queueCount", values), "2 of 128 wait");
  assertEquals(wordsIn("ko")("queueCount", values), "128 중 2개 대기");
});

Deno.test("wordsIn() takes a value as it is, also one that looks like a placeholder", () => {
  assertEquals(wordsIn("en")("client", { address: "{address} $&" }), "client {address} $&");
});
