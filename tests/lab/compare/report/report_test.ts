import type { ModelId } from "../../../../lab/compare/models.ts";
import { jsonReportOf } from "../../../../lab/compare/report/json_report.ts";
import { type CompareReport, reportOf } from "../../../../lab/compare/report/report.ts";
import type { Sample } from "../../../../lab/compare/measure/visit.ts";
import { assertEquals } from "../../../assert.ts";
import { sample } from "../samples.ts";

const RUN = { concurrency: 8, durationMs: 60_000, stopped: false, leftOut: [] };

function reportFor(all: Readonly<Partial<Record<ModelId, readonly Sample[]>>>): CompareReport {
  const names = Object.keys(all) as ModelId[];
  return reportOf(names.map((name) => ({ name, samples: all[name] ?? [] })), RUN);
}

const rates = (...values: readonly number[]) =>
  values.map((connectionsPerSecond) => sample({ connectionsPerSecond }));

Deno.test("a figure is the median of its rounds, with its range, spread and rank", () => {
  const { models, rounds } = reportFor({
    process: rates(8, 12, 10),
    prefork: rates(900, 1100, 1000),
  });
  assertEquals(rounds, 3);
  assertEquals(models.map(({ figures }) => figures.connectionsPerSecond), [
    { value: 10, range: { low: 8, high: 12, rounds: 3 }, spread: 0.4, rank: 2 },
    { value: 1000, range: { low: 900, high: 1100, rounds: 3 }, spread: 0.2, rank: 1 },
  ]);
});

Deno.test("latencies are those of all rounds together", () => {
  const rounds = [
    sample({ connections: 60, firstEchoMs: 1 }),
    sample({ connections: 50, firstEchoMs: 8 }),
  ];
  const { models: [model] } = reportFor({ prefork: rounds });
  assertEquals(model?.figures["firstEchoMs.median"].value, 1);
  assertEquals(model?.figures["firstEchoMs.p99"].value, 8);
  assertEquals(model?.curves.firstEchoMs.at(-1), { percent: 100, ms: 8 });
  assertEquals(model?.remarks, []);
});

Deno.test("the CPU of a connection is that of all connections together", () => {
  const use = (cpuMs: number) => ({ processes: 5, bytesPerClient: 1, cpuMs });
  const rounds = [
    sample({ connections: 10, use: use(100) }),
    sample({ connections: 30, use: use(100) }),
  ];
  const { models: [model] } = reportFor({ process: rounds });
  assertEquals(model?.figures.cpuMsPerConnection.value, 5);
});

Deno.test("too few connections are told, and have no 99th percentile", () => {
  const few = Array.from({ length: 3 }, () => sample({ connections: 3, roundTrips: 10 }));
  const { models: [model] } = reportFor({ process: few });
  assertEquals(model?.figures["firstEchoMs.p99"], {
    value: null,
    range: null,
    spread: null,
    rank: null,
  });
  assertEquals(model?.figures["firstEchoMs.median"].value, 2);
  assertEquals(model?.remarks, [
    "9 connections in all: too few for a 99th percentile",
    "30 round trips in all: too few for a 99th percentile",
    "9 connections in all: too few, its figures are a guess",
  ]);
});

Deno.test("failed connections are told with their reason", () => {
  const { models: [model] } = reportFor({
    prefork: [sample({ failed: 2 }), sample({ failed: 1 })],
  });
  assertEquals(model?.connections, { done: 400, failed: 3 });
  assertEquals(model?.remarks, ["3 connections failed: connection 7 was reset"]);
});

Deno.test("where nothing is known of processes these figures are missing, and the others are there", () => {
  const { models: [model] } = reportFor({ prefork: [sample({ use: null })] });
  const { processes, bytesPerClient, cpuMsPerConnection, bytesPerSecond } = model?.figures ?? {};
  assertEquals([processes, bytesPerClient, cpuMsPerConnection].map((each) => each?.value), [
    null,
    null,
    null,
  ]);
  assertEquals(bytesPerSecond?.value, 500e6);
});

Deno.test("a model without a round is not in the report", () => {
  const { models, rounds, noise } = reportFor({ iterative: [] });
  assertEquals([models, rounds, noise], [[], 0, null]);
});

Deno.test("the noise is the spread in the middle of all figures, and the greatest", () => {
  // Of its seven other figures with a direction the rounds are all alike.
  const { noise } = reportFor({ process: rates(8, 12, 10) });
  assertEquals(noise, { median: 0, most: 0.4 });
  assertEquals(reportFor({ process: rates(8) }).noise, null);
});

Deno.test("the JSON object has every figure by its name, with its spread, range and rank", () => {
  const json = jsonReportOf(reportFor({ process: rates(8, 12, 10) }));
  const [model] = json.models;
  assertEquals([json.rounds, json.concurrency, json.stopped], [3, 8, false]);
  assertEquals(model?.name, "process");
  assertEquals(model?.connectionsPerSecond, 10);
  assertEquals(model?.firstEchoMs, { median: 2, p99: 2 });
  assertEquals(model?.roundTripMs, { median: 0.05, p99: 0.05 });
  assertEquals(model?.bytesPerSecond, 500e6);
  assertEquals([model?.processes, model?.bytesPerClient], [5, 10e6]);
  assertEquals(model?.cpuMsPerConnection, 0.5);
  assertEquals(model?.spread.connectionsPerSecond, 0.4);
  assertEquals(model?.spread.firstEchoMs, { median: 0, p99: 0 });
  assertEquals(model?.range.connectionsPerSecond, [8, 12]);
  assertEquals(model?.rank.connectionsPerSecond, 1);
  assertEquals(model?.rank.processes, null);
  assertEquals(JSON.stringify(json).includes("curves"), false);
});
