/**
 * The load program: runs a load in one process or several, and reports it.
 *
 * @module
 */

import { formatEndpoint } from "../../ipc/address.ts";
import { type Clock, systemClock } from "../../ipc/clock.ts";
import { EXIT_STATUS, OperationalError, reasonOf } from "../../ipc/errors.ts";
import { printError } from "../../cli/exit.ts";
import type { Lifetime } from "../../cli/lifetime.ts";
import { writeOutput } from "../../cli/output.ts";
import { readTrust } from "../connection/connection.ts";
import type { Trust } from "../connection/trust.ts";
import { UnresolvedError } from "./failure.ts";
import { formatHtmlReport } from "./report/html_report.ts";
import type { LoadOptions } from "./options.ts";
import { PageFile } from "./report/page_file.ts";
import {
  type GeneratorsOptions,
  type GeneratorsResult,
  runGenerators,
  shareOfProcess,
} from "./processes/generators.ts";
import { showProgress } from "./report/progress.ts";
import { type LoadReport, reportOf } from "./report/report.ts";
import { runShare } from "./processes/share.ts";
import { Tally } from "./tally/tally.ts";
import { formatTextReport } from "./report/text_report.ts";
import type { Language } from "../../cli/language.ts";
import { translatorTo } from "../../cli/translation.ts";
import { say } from "../../ipc/say.ts";

/** How long a report that nobody reads may take when a second Ctrl-C asks for the end. */
const LAST_WRITE_MS = 1000;

/** What a load runs with. */
export interface LoadContext {
  /** Ends it. */
  readonly lifetime: Lifetime;
  /** The language of its warnings. */
  readonly language: Language;
}

interface MeasureContext extends LoadContext {
  readonly trust: Trust | null;
}

/**
 * Runs a load to its end, or until it is asked to stop, and reports it. Resolves to the exit status. Rejects with
 * `OperationalError` if the host name cannot be resolved, the file of CAs is none, or the report cannot be written.
 */
export async function runLoad(options: LoadOptions, context: LoadContext): Promise<number> {
  const { lifetime } = context;
  const trust = await readTrust(options.tls);
  using page = options.htmlPath === null ? null : await PageFile.open(options.htmlPath);
  const tally = await measure(options, { ...context, trust });
  const report = reportOf(options, tally);
  await untilForced(deliver(report, { json: options.json, page }), lifetime.forced);
  return report.connections.failed === 0 ? EXIT_STATUS.done : EXIT_STATUS.failed;
}

async function measure(options: LoadOptions, context: MeasureContext): Promise<Tally> {
  try {
    return options.processes === 1
      ? await runHere(options, context)
      : await runInProcesses(options, context);
  } catch (cause) {
    const reason = cause instanceof UnresolvedError
      ? say`the host name could not be resolved`
      // Not to be allowed to connect is the choice of who runs this from source.
      : cause instanceof Deno.errors.NotCapable
      ? reasonOf(cause)
      : null;
    if (reason === null) throw cause;
    throw new OperationalError(say`Cannot connect to ${formatEndpoint(options)}: ${reason}`, {
      cause,
    });
  }
}

async function runHere(
  options: LoadOptions,
  { lifetime, trust }: MeasureContext,
): Promise<Tally> {
  const tally = new Tally();
  await using _bar = await showProgress(messagesOf(options), () => tally.settled);
  await runShare(shareOfProcess(options, 0), { tally, stopping: lifetime.stopping, trust });
  return tally;
}

async function runInProcesses(
  options: LoadOptions,
  { lifetime, language, trust }: MeasureContext,
): Promise<Tally> {
  const { stopping, forced } = lifetime;
  const { tally, losses } = await runWithBar(options, { stopping, forced, trust });
  const translate = await translatorTo(language);
  // Not before the bar is gone, which would draw over them.
  for (const loss of losses) printError(translate(say`warning: ${loss}`));
  return tally;
}

async function runWithBar(
  options: LoadOptions,
  context: Pick<GeneratorsOptions, "stopping" | "forced" | "trust">,
): Promise<GeneratorsResult> {
  let settled = 0;
  await using _bar = await showProgress(messagesOf(options), () => settled);
  const onProgress = (count: number) => settled = count;
  return await runGenerators(options, { ...context, onProgress });
}

function messagesOf({ connections, messages }: LoadOptions): number {
  return connections * messages;
}

async function deliver(
  report: LoadReport,
  { json, page }: { readonly json: boolean; readonly page: PageFile | null },
): Promise<void> {
  // A page that cannot be written costs nobody the report.
  try {
    await page?.write(formatHtmlReport(report));
  } finally {
    const text = json ? JSON.stringify(report) : formatTextReport(report);
    await writeOutput(Deno.stdout, new TextEncoder().encode(text + "\n"));
  }
}

/** Waits for the writing, but not for ever when the end is insisted on. Rejects with `OperationalError` then. */
export async function untilForced(
  writing: Promise<void>,
  forced: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  const insisted = Promise.withResolvers<void>();
  const settled = new AbortController();
  const insist = () => insisted.resolve();
  forced.addEventListener("abort", insist);
  if (forced.aborted) insist();
  const giveUp = async () => {
    await insisted.promise;
    await clock.sleep(LAST_WRITE_MS, settled.signal);
    throw new OperationalError(say`Cannot write the report: nobody reads it`);
  };
  try {
    await Promise.race([writing, giveUp()]);
  } finally {
    forced.removeEventListener("abort", insist);
    settled.abort();
  }
}
