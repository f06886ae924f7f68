/** docs/status.md tells of every field of the state, every kind of change, and what the health can be. */

import { type Change, STATUS_EVENTS } from "../../../server/status/feed.ts";
import { healthOf } from "../../../server/status/health.ts";
import type { Phase } from "../../../server/status/state.ts";
import { assertEquals } from "../../assert.ts";
import { LOGGED_NAMES } from "../recorded_events.ts";
import { fullState } from "./full_state.ts";
import { PlayedModel } from "./played_model.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/status.md", import.meta.url));

/** The names in the first column of a table, by the first cell of its head. */
function namesUnder(head: string): readonly string[] {
  const table = PAGE.slice(PAGE.indexOf(`| ${head}`));
  const rows = table.slice(0, table.indexOf("\n\n")).split("\n").slice(2);
  return rows.map((row) => /^\| `(.*?)`/.exec(row)?.[1] ?? "");
}

Deno.test("docs/status.md names the fields that the state has", () => {
  assertEquals(namesUnder("field ").toSorted(), Object.keys(fullState()).toSorted());
});

Deno.test("docs/status.md names the kinds of changes", () => {
  const kinds = ["event", "traffic", "sample"] satisfies Change["type"][];
  assertEquals(namesUnder("`type` "), kinds);
});

Deno.test("docs/status.md names the events that only the feed has", () => {
  const logged: readonly string[] = LOGGED_NAMES;
  const [, sentence = ""] = /The log does not have (.*?)\./s.exec(PAGE) ?? [];
  const unlogged = STATUS_EVENTS.filter((name) => !logged.includes(name));
  const told = [...sentence.matchAll(/`(\w+_\w+|messages)`/g)].map(([, name = ""]) => name);
  assertEquals(told.toSorted(), [...unlogged, "messages"].toSorted());
});

Deno.test("docs/status.md has the answer of /health as it is", () => {
  const [, example = ""] = /```json\n(.*?)\n```/s.exec(PAGE) ?? [];
  const { body } = healthOf(new PlayedModel().state);
  assertEquals(Object.keys(JSON.parse(example)), Object.keys(body));
});

Deno.test("docs/status.md tells for each phase what /health answers", () => {
  assertEquals(
    [...new Set(namesUnder("`state` "))],
    ["accepting", "paused", "draining", "stopped"] satisfies Phase[],
  );
});
