import { LatencyHistogram } from "../../../../client/load/tally/histogram.ts";
import { Tally } from "../../../../client/load/tally/tally.ts";
import { STEPS_MAX, Timeline } from "../../../../client/load/tally/timeline.ts";
import { assert, assertEquals, assertLessOrEqual } from "../../../assert.ts";
import { randomFrom } from "../../../support/random.ts";

const PERCENTS = [0, 1, 10, 50, 90, 99, 99.9, 99.99, 100];

function histogramOf(latencies: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of latencies) histogram.record(ms);
  return histogram;
}

/** Latencies from a microsecond to a hundred seconds. */
function randomLatencies(seed: number, length = 1000): number[] {
  const random = randomFrom(seed);
  return Array.from({ length }, () => 10 ** (random(-3000, 5000) / 1000));
}

function figuresOf(histogram: LatencyHistogram) {
  return {
    count: histogram.count,
    mean: histogram.meanMs.toFixed(6),
    max: histogram.maxMs,
    percentiles: PERCENTS.map((percent) => histogram.percentile(percent)),
    ranges: histogram.ranges(),
  };
}

Deno.test("two histograms, one of them from another process, add up to the histogram of both", () => {
  for (const seed of [1, 2, 3]) {
    const [a, b] = [randomLatencies(seed), randomLatencies(seed + 100, 77)];
    const sum = histogramOf(a);
    const encoded = JSON.stringify(histogramOf(b).encode());
    sum.add(LatencyHistogram.decode(JSON.parse(encoded)));
    assertEquals(figuresOf(sum), figuresOf(histogramOf([...a, ...b])));
  }
});

Deno.test("the sum of histograms is not the mean of their percentiles", () => {
  const sum = histogramOf(Array(990).fill(1));
  sum.add(histogramOf(Array(10).fill(1000)));
  assertEquals(sum.percentile(98.9), 1);
  assertEquals(sum.percentile(99.9), 1000);
});

Deno.test("a percentile is right to three digits", () => {
  const latencies = randomLatencies(7, 5000);
  const sorted = latencies.toSorted((a, b) => a - b);
  const histogram = histogramOf(latencies);
  for (const percent of [1, 10, 50, 90, 99, 99.9]) {
    const exact = sorted[Math.ceil(percent * sorted.length / 100) - 1] ?? 0;
    const error = Math.abs(histogram.percentile(percent) - exact);
    assertLessOrEqual(error, Math.max(exact / 1000, 0.001), `p${percent}`);
  }
});

Deno.test("a histogram knows the mean and the greatest exactly, and nothing of no latencies", () => {
  const { meanMs, maxMs } = histogramOf([0.0004, 1.0001, 4.9995]);
  assertEquals([meanMs.toFixed(6), maxMs], ["2.000000", 4.9995]);
  const empty = histogramOf([]);
  assertEquals([empty.meanMs, empty.maxMs, empty.percentile(50)], [0, 0, 0]);
});

Deno.test("an empty histogram survives the way to another process, and so does one of nothing but 0", () => {
  for (const latencies of [[], [0], [0, 0, 0.0001]]) {
    const histogram = histogramOf(latencies);
    const decoded = LatencyHistogram.decode(histogram.encode());
    assertEquals(figuresOf(decoded), figuresOf(histogram));
    assertEquals(decoded.count, latencies.length);
  }
});

Deno.test("a latency of more than a day counts as a day, and a clock that goes backwards as nothing", () => {
  const histogram = histogramOf([1e12, -5]);
  assertEquals([histogram.count, histogram.maxMs], [2, 1e12]);
  assertEquals(histogram.percentile(1), 0);
});

Deno.test("LatencyHistogram.ranges() has every latency once, by powers of two", () => {
  const ranges = histogramOf([0.0001, 0.3, 0.4, 5, 5, 1000]).ranges();
  assertEquals(ranges.reduce((sum, { count }) => sum + count, 0), 6);
  for (const [i, { fromMs, toMs }] of ranges.entries()) {
    assertEquals(toMs, 2 * fromMs);
    if (i > 0) assertEquals(fromMs, ranges[i - 1]?.toMs);
  }
  assertEquals(histogramOf([]).ranges(), []);
});

Deno.test("a timeline that is full makes one step of every two, and loses nothing", () => {
  const timeline = new Timeline();
  for (let ms = 0; ms < 100_000; ms += 10) timeline.recordMessage(ms);
  timeline.recordConnection(99_999);
  const { stepMs, messages, connections } = timeline.data;
  assert(messages.length <= STEPS_MAX && stepMs * messages.length >= 100_000);
  assertEquals(messages.slice(0, -1).every((count) => count === stepMs / 10), true);
  assertEquals(messages.reduce((a, b) => a + b), 10_000);
  assertEquals([connections.length, connections.at(-1)], [messages.length, 1]);
});

Deno.test("timelines with steps of different lengths add up", () => {
  const [short, long] = [new Timeline(), new Timeline()];
  for (const ms of [0, 60, 300]) short.recordMessage(ms);
  for (const ms of [10, 50 * STEPS_MAX]) long.recordMessage(ms);
  for (const [a, b] of [[short, long], [long, short]] as const) {
    const sum = new Timeline();
    sum.add(a.data);
    sum.add(b.data);
    assertEquals(sum.data.stepMs, 100);
    assertEquals(sum.data.messages.slice(0, 4), [3, 0, 0, 1]);
    assertEquals(sum.data.messages.at(-1), 1);
  }
});

Deno.test("a timeline takes a clock that goes backwards for the start", () => {
  const timeline = new Timeline();
  timeline.recordMessage(-60);
  assertEquals(timeline.data.messages, [1]);
});

Deno.test("a timeline with longer steps takes the connections of one with shorter steps", () => {
  const [short, long] = [new Timeline(), new Timeline()];
  for (const ms of [0, 60, 120]) short.recordConnection(ms);
  long.recordConnection(50 * STEPS_MAX);
  long.add(short.data);
  assertEquals(long.data.connections.slice(0, 3), [2, 1, 0]);
  assertEquals(long.data.connections.at(-1), 1);
});

/** A tally with something of everything. */
function someTally(seed: number): Tally {
  const tally = new Tally();
  tally.done = seed;
  tally.interrupted = 2 * seed;
  tally.messages = 3 * seed;
  tally.bytes = 4 * seed;
  tally.durationMs = 100 * seed;
  tally.fail({ kind: "refused", reason: `refused ${seed}` }, seed);
  tally.fail({ kind: seed % 2 === 0 ? "reset" : "timedOut", reason: `other ${seed}` });
  for (const ms of randomLatencies(seed, 50)) {
    for (const latency of Object.values(tally.latencies)) latency.record(ms);
    tally.timeline.recordMessage(ms);
    tally.timeline.recordConnection(ms);
  }
  return tally;
}

Deno.test("a tally survives the way to another process", () => {
  const tally = someTally(3);
  const decoded = Tally.decode(JSON.parse(JSON.stringify(tally.encode())));
  assertEquals(decoded.encode(), tally.encode());
  assertEquals([decoded.failed, decoded.ended], [4, 13]);
});

Deno.test("Tally.add() adds everything, and takes the longer time and the first reasons", () => {
  const sum = new Tally();
  for (const seed of [1, 2]) sum.add(someTally(seed));
  const { done, interrupted, failures, reasons, messages, bytes, durationMs } = sum.encode();
  assertEquals({ done, interrupted, failures, reasons, messages, bytes, durationMs }, {
    done: 3,
    interrupted: 6,
    failures: { refused: 3, timedOut: 1, reset: 1 },
    reasons: { refused: "refused 1", timedOut: "other 1", reset: "other 2" },
    messages: 9,
    bytes: 12,
    durationMs: 200,
  });
  for (const latency of Object.values(sum.latencies)) assertEquals(latency.count, 100);
  const { messages: over, connections } = sum.timeline.data;
  assertEquals([over, connections].map((counts) => counts.reduce((a, b) => a + b)), [100, 100]);
});
