/** The metrics, as a parser of Prometheus reads them, and as docs/status.md tells of them. */

import fc from "fast-check";
import { formatMetrics, METRICS_TYPE } from "../../../server/status/metrics.ts";
import { initialState } from "../../../server/status/model.ts";
import type { ServerState } from "../../../server/status/state.ts";
import { assert, assertEquals } from "../../assert.ts";
import { findMissingTools } from "../../support/tools.ts";
import { fullState } from "./full_state.ts";
import { FACTS } from "./facts.ts";
import { PlayedModel, processOf } from "./played_model.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/status.md", import.meta.url));

/** The samples of a text, without the buckets of histograms: each name and labels, and its value. */
async function samplesOf(state: ServerState): Promise<Readonly<Record<string, number>>> {
  const lines = (await formatMetrics(state)).split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))];
  }));
}

function stateWith(facts: Partial<typeof FACTS>): ServerState {
  return initialState({ ...FACTS, ...facts });
}

Deno.test("the metrics are of the media type of Prometheus' text", () => {
  assertEquals(METRICS_TYPE, "text/plain; version=0.0.4; charset=utf-8");
});

Deno.test("each metric has the value that the state has", async () => {
  const samples = await samplesOf(fullState());
  const isBucket = (name: string) => name.includes("_bucket{");
  const told = Object.fromEntries(Object.entries(samples).filter(([name]) => !isBucket(name)));
  assertEquals(told, {
    'brood_info{mode="per-connection",handler="echo",transport="unix"}': 1,
    brood_start_time_seconds: 1000,
    brood_connections_accepted_total: 2,
    brood_connections_active: 1,
    brood_connections_limit: 40,
    'brood_connections_rejected_total{reason="proxy_header"}': 0,
    'brood_connections_rejected_total{reason="denied"}': 0,
    'brood_connections_rejected_total{reason="max_rate"}': 0,
    'brood_connections_rejected_total{reason="max_per_host"}': 3,
    'brood_connections_rejected_total{reason="tls_failed"}': 0,
    'brood_connections_closed_total{reason="finished"}': 1,
    'brood_connections_closed_total{reason="client_lost"}': 0,
    'brood_connections_closed_total{reason="worker_lost"}': 0,
    'brood_connections_closed_total{reason="worker_failed"}': 0,
    'brood_connections_closed_total{reason="idle_timeout"}': 0,
    'brood_connections_closed_total{reason="max_duration"}': 0,
    'brood_connections_closed_total{reason="server_stopped"}': 0,
    'brood_connections_closed_total{reason="handler_failed"}': 0,
    brood_connection_seconds_sum: 0.7,
    brood_connection_seconds_count: 1,
    brood_received_bytes_total: 15,
    brood_sent_bytes_total: 26,
    brood_admission_pauses_total: 1,
    brood_accept_failures_total: 1,
    brood_accept_queue_length: 2,
    brood_accept_queue_limit: 128,
    'brood_workers{state="starting"}': 1,
    'brood_workers{state="idle"}': 1,
    'brood_workers{state="serving"}': 1,
    'brood_workers{state="ending"}': 0,
    'brood_workers{state="zombie"}': 1,
    brood_workers_started_total: 5,
    brood_worker_start_seconds_sum: 0.004,
    brood_worker_start_seconds_count: 4,
    'brood_worker_exits_total{status="0"}': 1,
    'brood_worker_exits_total{signal="SIGKILL"}': 1,
    brood_worker_failures_total: 1,
    'brood_memory_bytes{role="parent"}': 50_000,
    'brood_memory_bytes{role="worker"}': 340,
    brood_parent_cpu_seconds_total: 1.5,
    brood_workers_cpu_seconds: 0.075,
    brood_log_lines_lost_total: 6,
    brood_status_events_dropped_total: 8,
  });
});

Deno.test("the buckets of a histogram are added up, to all that were counted", async () => {
  const played = new PlayedModel().close(1, { durationMs: 1 }).close(2, { durationMs: 90 })
    .close(3, { durationMs: 100 }).close(4, { durationMs: 9e9 });
  const samples = await samplesOf(played.state);
  const bucket = (le: string) => samples[`brood_connection_seconds_bucket{le="${le}"}`];
  assertEquals(["0.001", "0.025", "0.1", "3600", "+Inf"].map(bucket), [1, 1, 3, 3, 4]);
  assertEquals(samples["brood_connection_seconds_count"], 4);
});

Deno.test("what cannot be seen, or has not happened, is left out", async () => {
  const text = await formatMetrics(stateWith({ transport: null }));
  const left = [
    ...["transport=", "brood_accept_queue", "brood_memory", "cpu_seconds", "worker_exits"],
  ].filter((name) => text.includes(name));
  assertEquals(left, []);
});

Deno.test("workers of whom none is left have no memory and no CPU time, where that can be seen", async () => {
  const processes = [processOf(FACTS.pid, { pssBytes: 5, cpuMs: 1 })];
  const samples = await samplesOf(new PlayedModel().sample(0, { processes }).state);
  assertEquals(samples['brood_memory_bytes{role="worker"}'], 0);
  assertEquals(samples["brood_workers_cpu_seconds"], 0);
});

Deno.test("more connections from more addresses do not make more series", async () => {
  const few = new PlayedModel().idleWorker(1).accept(1, 1).exit(1);
  const many = new PlayedModel();
  for (let id = 1; id <= 500; id += 1) many.idleWorker(id).accept(id, id).exit(id);
  assertEquals(
    Object.keys(await samplesOf(many.state)),
    Object.keys(await samplesOf(few.state)),
  );
});

/** The value of a label as Prometheus reads it: exposition formats, "Text format details". */
function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, escaped) => escaped === "n" ? "\n" : escaped);
}

const HOSTILE = '/srv/a "b"\\n\\\n} 1\nbrood_forged_total 7\r\u2028\\';

Deno.test("a handler is one label, whatever is in its path", async () => {
  const paths = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.constantFrom('"', "\\", "\n", "n", "}", "{", ",", " ", "\r") }),
  );
  await fc.assert(
    fc.asyncProperty(paths, async (handler) => {
      const text = await formatMetrics(stateWith({ handler }));
      const [, told = ""] = /^brood_info\{.*handler="((?:[^"\\\n]|\\.)*)"[^\n]*\} 1$/m.exec(text) ??
        [];
      assertEquals(unescaped(told), handler);
      assertEquals(text.split("\n").length, LINES);
    }),
    { examples: [[HOSTILE]] },
  );
});

const LINES = (await formatMetrics(stateWith({}))).split("\n").length;

const { missing, reason } = findMissingTools(["promtool"]);

/** What promtool says of metrics: nothing if they are sound. */
async function complaintsOf(text: string): Promise<string> {
  const command = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  });
  const process = command.spawn();
  const output = process.output();
  await new Blob([text]).stream().pipeTo(process.stdin);
  const { stdout, stderr } = await output;
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test({
  name: `promtool finds nothing wrong${reason === null ? "" : ` (skipped: ${reason})`}`,
  ignore: reason !== null,
  async fn() {
    if (missing !== "") throw new Error(`In CI ${missing} must be installed`);
    for (const state of [fullState(), stateWith({}), stateWith({ handler: HOSTILE })]) {
      assertEquals(await complaintsOf(await formatMetrics(state)), "");
    }
    const unsound = (await formatMetrics(fullState())).replace('mode="', "mode=");
    assert((await complaintsOf(unsound)).includes("error while linting"));
  },
});

/** What a text tells of its metrics, as rows: the name with the labels, the type, the meaning. */
function describedIn(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name = "", ...of]) => {
      const [help = "", type = ""] = of;
      const samples = text.matchAll(new RegExp(`^${name}\\{(.*)\\}`, "gm"));
      const labels = [...samples].flatMap(([, labels = ""]) =>
        [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)
      );
      const shown = labels.length === 0 ? "" : `{${[...new Set(labels)].join(",")}}`;
      return [`\`${name}${shown}\``, type, help];
    },
  );
}

Deno.test("docs/status.md has each metric with its labels, type and meaning", async () => {
  const [, section = ""] = /^## Metrics$(.*?)^## /ms.exec(PAGE) ?? [];
  const rows = [...section.matchAll(/^\| (`.*?)\|(.*?)\|(.*?)\|$/gm)]
    .map(([, ...cells]) => cells.map((cell) => cell.trim()));
  assertEquals(rows, describedIn(await formatMetrics(fullState())));
});
