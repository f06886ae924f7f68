import { timeTicks } from "../../../../../server/status/page/timeline/ticks.ts";
import {
  actionOf,
  change,
  FIRST_VIEW,
  SPANS,
} from "../../../../../server/status/page/timeline/view.ts";
import { assert, assertEquals } from "../../../../assert.ts";

const NOW = 1_000_000;

Deno.test("zooming goes through the spans, and stops at the ends", () => {
  let view = FIRST_VIEW;
  for (const _ of SPANS) view = change(view, "zoomIn", NOW);
  assertEquals(view.spanMs, SPANS[0]);
  for (const _ of SPANS) view = change(view, "zoomOut", NOW);
  assertEquals(view.spanMs, SPANS.at(-1));
});

Deno.test("going back stops the time, and going on to now lets it go on", () => {
  const back = change(FIRST_VIEW, "earlier", NOW);
  assertEquals(back.endsAt, NOW - FIRST_VIEW.spanMs / 4);
  assertEquals(change(back, "later", NOW + 5).endsAt, NOW);
  assertEquals(change(change(back, "later", NOW), "later", NOW), FIRST_VIEW);
});

Deno.test("a pause keeps what is seen, a second one lets it go on", () => {
  const paused = change(FIRST_VIEW, "pause", NOW);
  assertEquals(paused, { ...FIRST_VIEW, endsAt: NOW });
  assertEquals(change(paused, "pause", NOW + 9), FIRST_VIEW);
});

Deno.test("keys do what the buttons do", () => {
  assertEquals(["+", "-", "ArrowLeft", " "].map(actionOf), [
    ...["zoomIn", "zoomOut", "earlier", "pause"] as const,
  ]);
  assertEquals(actionOf("Tab"), null);
});

Deno.test("a time axis has few marks, at round times", () => {
  for (const span of SPANS) {
    const ticks = timeTicks(span, 6);
    assert(ticks.length >= 3 && ticks.length <= 7, `${span}: ${ticks.length}`);
    assertEquals(ticks[0], { agoMs: 0, label: "0 s" });
  }
  assertEquals(timeTicks(60_000, 4).map(({ label }) => label), [
    ...["0 s", "15 s", "30 s", "45 s", "60 s"],
  ]);
  assertEquals(timeTicks(300_000, 5).at(-1)?.label, "5 min");
});
