/**
 * `brood compare`: starts a server of each model, measures them in rounds, reports, and ends them.
 *
 * @module
 */

import { untilForced } from "../../client/load/mod.ts";
import { PageFile } from "../../client/load/report/page_file.ts";
import { showBar } from "../../client/load/report/progress.ts";
import { writeOutput } from "../../cli/output.ts";
import { translatorTo } from "../../cli/translation.ts";
import type { Lifetime } from "../../cli/lifetime.ts";
import { systemClock } from "../../ipc/clock.ts";
import { EXIT_STATUS, OperationalError } from "../../ipc/errors.ts";
import { findLibcProblem } from "../../ipc/posix/libc.ts";
import type { CompareOptions } from "./command.ts";
import { ProcessTree } from "./measure/process_tree.ts";
import { RunningServer } from "./measure/running_server.ts";
import { type Sample, visit } from "./measure/visit.ts";
import { type Model, MODELS } from "./models.ts";
import { formatHtmlReport } from "./report/html_report.ts";
import { jsonReportOf } from "./report/json_report.ts";
import { type CompareReport, type LeftOut, reportOf } from "./report/report.ts";
import { formatTextReport } from "./report/text_report.ts";
import { ROUNDS, runRounds } from "./rounds.ts";

/** A model that is measured. */
interface Subject {
  readonly model: Model;
  readonly server: RunningServer;
  readonly samples: Sample[];
}

/** What a comparison comes to. */
interface Outcome {
  readonly report: CompareReport;
  /** Whether a model that can be measured here was not, or not to the end. */
  readonly hasFailed: boolean;
}

/**
 * Compares the models to the end, or until it is asked to stop, and reports. Resolves to the exit status. Rejects with
 * `OperationalError` if the report cannot be written.
 */
export async function runCompare(options: CompareOptions, lifetime: Lifetime): Promise<number> {
  using page = options.htmlPath === null ? null : await PageFile.open(options.htmlPath);
  const { report, hasFailed } = await measure(options, lifetime.stopping);
  await untilForced(deliver(report, { ...options, page }), lifetime.forced);
  const isLost = hasFailed || report.models.some(({ connections }) => connections.failed > 0);
  return isLost ? EXIT_STATUS.failed : EXIT_STATUS.done;
}

async function measure(options: CompareOptions, stopping: AbortSignal): Promise<Outcome> {
  const { concurrency: clients, totalMs } = options;
  const beganMs = systemClock.now();
  const libcProblem = findLibcProblem();
  const wanted = MODELS.filter(({ id }) => options.models.includes(id));
  const leftOut: LeftOut[] = [];
  const failed: LeftOut[] = [];
  const subjects: Subject[] = [];
  {
    let done = 0;
    await using _bar = await showBar(wanted.length * (1 + ROUNDS.most), {
      settled: () => done,
      unit: "measurements",
    });
    await using servers = new AsyncDisposableStack();
    for (const model of wanted) {
      if (stopping.aborted) break;
      const problem = model.needsLibc ? libcProblem : null;
      if (problem !== null) leftOut.push({ name: model.id, reason: problem });
      else {
        await attempt(
          model,
          { stopping, failed: model.serving.kind === "c" ? leftOut : failed },
          async () => {
            const server = servers.use(await RunningServer.start(model, { clients, stopping }));
            subjects.push({ model, server, samples: [] });
          },
        );
      }
      done += 1;
    }
    await runRounds(subjects, {
      totalMs: totalMs - (systemClock.now() - beganMs),
      clock: systemClock,
      stopping,
      visit: ({ model, server, samples }, budgetMs) => {
        done += 1;
        const tree = libcProblem === null ? new ProcessTree(server.pid) : null;
        const { isConcurrent } = model;
        const visited = { port: server.port, tree, isConcurrent, held: model.held(clients) };
        return attempt(model, { stopping, failed }, async () => {
          samples.push(await visit(visited, { clients, budgetMs, stopping }));
        });
      },
    });
  }
  const report = reportOf(subjects.map(({ model, samples }) => ({ name: model.id, samples })), {
    concurrency: clients,
    durationMs: systemClock.now() - beganMs,
    stopped: stopping.aborted,
    leftOut: [...leftOut, ...failed],
  });
  return { report, hasFailed: failed.length > 0 };
}

/** Resolves to whether the task was done; a failure is told of the model, unless it came with the stop. */
async function attempt(
  { id }: Model,
  { stopping, failed }: { readonly stopping: AbortSignal; readonly failed: LeftOut[] },
  task: () => Promise<void>,
): Promise<boolean> {
  try {
    await task();
    return true;
  } catch (error) {
    if (stopping.aborted) return false;
    if (!(error instanceof OperationalError)) throw error;
    failed.push({ name: id, reason: error.message });
    return false;
  }
}

async function deliver(
  report: CompareReport,
  { json, language, page }: Pick<CompareOptions, "json" | "language"> & {
    readonly page: PageFile | null;
  },
): Promise<void> {
  const translate = await translatorTo(language);
  // A page that cannot be written costs nobody the report.
  try {
    await page?.write(formatHtmlReport(report, { language, translate }));
  } finally {
    const text = json ? JSON.stringify(jsonReportOf(report)) : formatTextReport(report, translate);
    await writeOutput(Deno.stdout, new TextEncoder().encode(text + "\n"));
  }
}
