/**
 * The metrics as Prometheus reads them. What counts is not prom-client but the state: the registry, which writes the
 * text, is made of what is in the state, as one is made of the figures of other processes.
 *
 * It is Platformatic's fork of prom-client: the original brings bintrees, in whose tests is a file of a hundred
 * thousand numbers that `deno compile` reads as a program, on which its stack overflows (Deno 2.6 to 2.9).
 *
 * @module
 */

import { AggregatorRegistry, prometheusContentType } from "@platformatic/prom-client";
import { countOf, type Histogram } from "./histogram.ts";
import { type Metric, METRICS, type MetricValue } from "./metric_table.ts";
import type { ServerState } from "./state.ts";

/** The content type of the text. */
export const METRICS_TYPE: string = prometheusContentType;

/** The metrics of a state, as text. A metric of which no value is known is left out. */
export async function formatMetrics(state: ServerState): Promise<string> {
  const metrics = METRICS.map((metric) => {
    const { name, help, type } = metric;
    return { name, help, type, aggregator: "first", values: valuesOf(metric, state) };
  });
  const known = metrics.filter(({ values }) => values.length > 0);
  return await AggregatorRegistry.aggregate([known]).metrics();
}

/** A value as prom-client has it. */
interface Value extends MetricValue {
  readonly labels: Readonly<Record<string, string>>;
  /** Its own name, where that is not its metric's. */
  readonly metricName?: string;
}

function valuesOf(metric: Metric, state: ServerState): readonly Value[] {
  if (metric.type === "histogram") return histogramValues(metric.name, metric.histogram(state));
  return metric.values(state).map(({ value, labels = {} }) => ({ value, labels }));
}

/** How many values were not above each bound, then their sum and how many there were. */
function histogramValues(name: string, histogram: Histogram): readonly Value[] {
  const { bounds, counts, sum } = histogram;
  let below = 0;
  const buckets = [...bounds, Infinity].map((bound, index) => {
    below += counts[index] ?? 0;
    const le = bound === Infinity ? "+Inf" : String(bound);
    return { metricName: `${name}_bucket`, labels: { le }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: sum },
    { metricName: `${name}_count`, labels: {}, value: countOf(histogram) },
  ];
}
