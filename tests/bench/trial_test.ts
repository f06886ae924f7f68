import { assertEquals, assertRejects } from "../assert.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { runTrial, type Sample, type Subject, type Trial } from "../../bench/trial.ts";

const COLUMNS = [
  { key: "perSecond", title: "per second", digits: 0 },
  { key: "medianMs", title: "median, ms", digits: 2 },
];

const signal = new AbortController().signal;

function trialOf(subjects: readonly Subject[]): Trial {
  return { id: "t", title: "T", columns: COLUMNS, ratioTo: ["peer"], subjects };
}

function subjectOf(id: string, samples: readonly Sample[], calls: string[] = []): Subject {
  const left = [...samples];
  return {
    id,
    name: `the ${id}`,
    measure() {
      calls.push(id);
      const sample = left.shift();
      if (sample !== undefined) return Promise.resolve(sample);
      return Promise.reject(new OperationalError(`Cannot measure ${id}`));
    },
  };
}

Deno.test("runTrial() measures the subjects in turn", async () => {
  const calls: string[] = [];
  const sample = { perSecond: 1, medianMs: 1 };
  const subjects = ["a", "b"].map((id) => subjectOf(id, [sample, sample], calls));
  await runTrial(trialOf(subjects), { repeats: 2, signal });
  assertEquals(calls, ["a", "b", "a", "b"]);
});

Deno.test("runTrial() throws the samples away that only warm up", async () => {
  let taken = 0;
  const subject: Subject = {
    id: "ours",
    name: "ours",
    measure: () => Promise.resolve({ perSecond: ++taken }),
  };
  const trial = { ...trialOf([subject]), warmUps: 2 };
  const { rows: [row] } = await runTrial(trial, { repeats: 3, signal });
  assertEquals(row?.samples.map(({ perSecond }) => perSecond), [3, 4, 5]);
});

Deno.test("runTrial() takes medians, and the ratio of the first column's to the peer's", async () => {
  const peer = subjectOf("peer", [100, 300, 200].map((perSecond) => ({ perSecond, medianMs: 1 })));
  const ours = subjectOf("ours", [50, 40, 60].map((perSecond) => ({ perSecond, medianMs: 2 })));
  const { rows } = await runTrial(trialOf([peer, ours]), { repeats: 3, signal });
  assertEquals(rows.map((row) => row.medians), [
    { perSecond: 200, medianMs: 1 },
    { perSecond: 50, medianMs: 2 },
  ]);
  assertEquals(rows.map((row) => row.ratios), [{ peer: 1 }, { peer: 0.25 }]);
  assertEquals(rows[1]?.spread, 0.4);
});

Deno.test("runTrial() gives no ratio to a peer that was not measured", async () => {
  const ours = subjectOf("ours", [{ perSecond: 1, medianMs: 1 }]);
  const { rows } = await runTrial(trialOf([ours]), { repeats: 1, signal });
  assertEquals(rows[0]?.ratios, {});
});

Deno.test("runTrial() measures a subject that failed no more, and the others on", async () => {
  const calls: string[] = [];
  const sample = { perSecond: 1, medianMs: 1 };
  const subjects = [subjectOf("bad", [sample], calls), subjectOf("good", [sample, sample, sample])];
  const { rows } = await runTrial(trialOf(subjects), { repeats: 3, signal });
  assertEquals(calls, ["bad", "bad"]);
  assertEquals(rows.map((row) => row.failure), ["Cannot measure bad", null]);
  assertEquals(rows[0]?.medians, {});
});

Deno.test("runTrial() rejects with the signal's reason once that has aborted", async () => {
  const aborted = AbortSignal.abort(new Error("enough"));
  const trial = trialOf([subjectOf("bad", [])]);
  await assertRejects(() => runTrial(trial, { repeats: 1, signal: aborted }), Error, "enough");
});

Deno.test("runTrial() repeats a trial as often as that says itself", async () => {
  const calls: string[] = [];
  const trial = trialOf([subjectOf("a", [{ perSecond: 1, medianMs: 1 }], calls)]);
  await runTrial({ ...trial, repeats: 1 }, { repeats: 3, signal });
  assertEquals(calls, ["a"]);
});
