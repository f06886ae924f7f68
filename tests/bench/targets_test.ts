import { assertEquals } from "../assert.ts";
import { judge } from "../../bench/targets.ts";
import type { Result } from "../../bench/trial.ts";

/** Results with these medians, by trial and row. */
function resultsOf(
  trials: Readonly<Record<string, Readonly<Record<string, Record<string, number>>>>>,
): Result[] {
  return Object.entries(trials).map(([id, rows]) => ({
    id,
    title: id,
    columns: [],
    ratioTo: [],
    rows: Object.entries(rows).map(([id, medians]) => ({
      id,
      name: id,
      medians,
      spread: 0,
      ratios: {},
      samples: [],
      failure: null,
    })),
  }));
}

function judgementOf(start: string, results: readonly Result[]) {
  const found = judge(results).find(({ target }) => target.startsWith(start));
  return [found?.actual, found?.isMet];
}

Deno.test("judge() measures nothing by no results", () => {
  const judgements = judge([]);
  assertEquals(judgements.every(({ actual, isMet }) => actual === null && isMet === null), true);
});

Deno.test("judge() compares a figure with a lower limit, which itself is met", () => {
  const reaching = (perSecond: number) =>
    judgementOf(
      "prefork of 16: at least 15000",
      resultsOf({ "round-trips-16": { prefork: { perSecond } } }),
    );
  assertEquals(reaching(15_000), [15_000, true]);
  assertEquals(reaching(14_999), [14_999, false]);
});

Deno.test("judge() compares a ratio of two rows with an upper limit", () => {
  const taking = (medianUs: number) =>
    judgementOf(
      "round trip of one client, per-connection",
      resultsOf({
        "round-trips-1": { "per-connection": { medianUs }, fork_echo: { medianUs: 20 } },
      }),
    );
  assertEquals(taking(50), [2.5, true]);
  assertEquals(taking(60), [3, false]);
});

Deno.test("judge() compares programs with tcpserver by figures of the same results", () => {
  const results = resultsOf({
    "connections-16": { program: { perSecond: 900 }, tcpserver: { perSecond: 1000 } },
    "streams-1": { program: { megabytesPerSecond: 700 }, tcpserver: { megabytesPerSecond: 350 } },
  });
  assertEquals(judgementOf("-- cat, socket: at least 0.8 times the connections/s", results), [
    0.9,
    true,
  ]);
  assertEquals(judgementOf("-- cat, socket: at least 0.9 times the MB/s", results), [2, true]);
});

Deno.test("judge() asks of the load client itself what it must be able to do", () => {
  const client = { connectionsPerSecond: 2999, roundTripsPerSecond: 30_000 };
  const results = resultsOf({ "load-client": { client } });
  assertEquals(judgementOf("the load client, one process: at least 3000", results), [2999, false]);
  assertEquals(judgementOf("the load client, one process: at least 30000", results), [
    30_000,
    true,
  ]);
});

Deno.test("judge() does not judge a ratio where the peer is missing", () => {
  const results = resultsOf({ "streams-1": { prefork: { megabytesPerSecond: 600 } } });
  assertEquals(judgementOf("one bulk stream, prefork", results), [null, null]);
});
