import { MODEL_IDS, type ModelId } from "../../../../lab/compare/models.ts";
import { type Compared, LESSONS, sentenceOf } from "../../../../lab/compare/report/sentences.ts";
import { assertEquals, assertMatch } from "../../../assert.ts";

/** The sentence of prefork, whose figure is that, beside process, whose figure is the other. */
function sentence(own: Compared | null, other: Compared | null): string {
  const figureOf = (id: ModelId) => id === "prefork" ? own : id === "process" ? other : null;
  return sentenceOf("prefork", figureOf);
}

function figure(value: number, spread: number, rounds = 3): Compared {
  return { value, range: { low: value - spread, high: value + spread, rounds } };
}

const TEXT = LESSONS.prefork.text;

Deno.test("a sentence has the ratio where every round says so", () => {
  const ratio = (own: number, other: number) => sentence(figure(own, 0), figure(other, 0));
  assertEquals(ratio(470, 10), `${TEXT} (connections per second: 47 times that of process).`);
  assertEquals(ratio(10, 712), `${TEXT} (connections per second: 0.014 times that of process).`);
  assertEquals(ratio(12_345, 1), `${TEXT} (connections per second: 12,000 times that of process).`);
});

Deno.test("a sentence says that noise covers a difference", () => {
  const alike = `${TEXT} (connections per second: not to be told from process here).`;
  assertEquals(sentence(figure(20, 6), figure(10, 6)), alike);
  assertEquals(sentence(figure(20, 0, 2), figure(10, 0, 2)), alike);
});

Deno.test("a sentence compares nothing with what was not measured", () => {
  assertEquals(sentence(figure(20, 1), null), `${TEXT}.`);
  assertEquals(sentence(figure(20, 1), { value: null, range: null }), `${TEXT}.`);
  assertEquals(sentence(figure(20, 1), figure(0, 0)), `${TEXT}.`);
});

Deno.test("every model has a text, and is shown beside another", () => {
  for (const id of MODEL_IDS) {
    const { text, shownBy } = LESSONS[id];
    assertMatch(text, /^\S.*[^.\s]$/, id);
    assertEquals(shownBy.beside === id, false, id);
  }
});
