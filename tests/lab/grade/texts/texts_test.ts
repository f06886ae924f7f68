/** Every text is there in both languages, and has the same values in each. */

import { PHRASES } from "../../../../lab/grade/texts/phrases.ts";
import { LANGUAGES } from "../../../../cli/language.ts";
import { fill, placesIn, type Text } from "../../../../lab/grade/texts/text.ts";
import { TESTS } from "../../../../lab/grade/texts/tests.ts";
import { GROUPS, WORDS } from "../../../../lab/grade/texts/words.ts";
import { assert, assertEquals, assertMatch, assertNotMatch } from "../../../assert.ts";

/** All texts by a name that says where each stands. */
function allTexts(): [name: string, text: Text][] {
  const ofTests = Object.entries(TESTS).flatMap(([name, texts]) =>
    Object.entries(texts).map(([part, text]): [string, Text] => [`${name} ${part}`, text])
  );
  return [
    ...Object.entries<Text>(PHRASES),
    ...Object.entries<Text>(WORDS),
    ...Object.entries<Text>(GROUPS),
    ...ofTests,
  ];
}

Deno.test("every text is there in each language, and nothing else", () => {
  const texts = allTexts();
  assert(texts.length > 100, `${texts.length} texts`);
  for (const [name, text] of texts) {
    assertEquals(Object.keys(text).sort(), [...LANGUAGES].sort(), name);
    for (const language of LANGUAGES) {
      assert(text[language].trim() !== "", `${name} in ${language}`);
    }
  }
});

Deno.test("a text has the same values in each language", () => {
  for (const [name, text] of allTexts()) {
    assertEquals(placesIn(text, "ko"), placesIn(text, "en"), name);
  }
});

Deno.test("no text has a brace that is of no value", () => {
  for (const [name, text] of allTexts()) {
    for (const language of LANGUAGES) {
      const values = Object.fromEntries(placesIn(text, language).map((place) => [place, 1]));
      assertNotMatch(fill(text, { language, values }), /[{}|]/, `${name} in ${language}`);
    }
  }
});

Deno.test("a text in Korean is Korean, and one in English is not", () => {
  for (const [name, text] of allTexts()) {
    assertMatch(text.ko, /[가-힣]/, name);
    assertNotMatch(text.en, /[가-힣]/, name);
  }
});

Deno.test("what is said of a failure names a manual page, the same in each language", () => {
  const pagesIn = (text: string) => [...text.matchAll(/\w+\([2-8]\)/g)].map(String).sort();
  for (const [name, { look }] of Object.entries(TESTS)) {
    assert(pagesIn(look.en).length > 0, name);
    assertEquals(pagesIn(look.ko), pagesIn(look.en), name);
  }
});

Deno.test("placesIn() finds each value once, with its noun or without", () => {
  const text = { en: "{b} {a|one|many} {b}", ko: "{a}" };
  assertEquals(placesIn(text, "en"), ["a", "b"]);
  assertEquals(placesIn(text, "ko"), ["a"]);
});

Deno.test("fill() puts values in their places, a number with its noun", () => {
  const text = { en: "{n|child|children} of {all}", ko: "{all} 가운데 {n}" };
  assertEquals(fill(text, { language: "en", values: { n: 1, all: 3 } }), "1 child of 3");
  assertEquals(fill(text, { language: "en", values: { n: 2, all: 3 } }), "2 children of 3");
  assertEquals(fill(text, { language: "en", values: { n: 0, all: 3 } }), "0 children of 3");
  assertEquals(fill(text, { language: "ko", values: { n: 2, all: 3 } }), "3 가운데 2");
});

Deno.test("fill() leaves a place that there is no value for", () => {
  assertEquals(fill({ en: "{n}", ko: "{n}" }, { language: "en" }), "{n}");
});
