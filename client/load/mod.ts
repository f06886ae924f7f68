/**
 * The load program: runs a load in one process or several, and reports it.
 *
 * @module
 */

import { formatEndpoint } from "../../ipc/address.ts";
import { EXIT_STATUS, OperationalError } from "../../ipc/errors.ts";
import { print, printError } from "../../ipc/exit.ts";
import type { Lifetime } from "../../ipc/lifetime.ts";
import { UnresolvedError } from "./failure.ts";
import { formatHtmlReport } from "./html_report.ts";
import type { LoadOptions } from "./options.ts";
import { PageFile } from "./page_file.ts";
import { type ProcessesResult, runProcesses, shareOfProcess } from "./processes.ts";
import { showProgress } from "./progress.ts";
import { reportOf } from "./report.ts";
import { runShare } from "./share.ts";
import { Tally } from "./tally.ts";
import { formatTextReport } from "./text_report.ts";

/**
 * Runs a load to its end, or until it is asked to stop, and reports it. Resolves to the exit status. Rejects with
 * `OperationalError` if the host name cannot be resolved or the report cannot be written.
 */
export async function runLoad(options: LoadOptions, lifetime: Lifetime): Promise<number> {
  using page = options.htmlPath === null ? null : await PageFile.open(options.htmlPath);
  const tally = await measure(options, lifetime);
  const stopped = lifetime.stopping.aborted && tally.done + tally.failed < options.connections;
  const report = reportOf(options, { tally, stopped });
  await page?.write(formatHtmlReport(report));
  print(options.json ? JSON.stringify(report) : formatTextReport(report));
  return report.connections.failed === 0 ? EXIT_STATUS.done : EXIT_STATUS.failed;
}

async function measure(options: LoadOptions, lifetime: Lifetime): Promise<Tally> {
  try {
    return options.processes === 1
      ? await runHere(options, lifetime)
      : await runInProcesses(options, lifetime);
  } catch (cause) {
    if (!(cause instanceof UnresolvedError)) throw cause;
    throw new OperationalError(
      `Cannot connect to ${formatEndpoint(options)}: the host name could not be resolved`,
      { cause },
    );
  }
}

async function runHere(options: LoadOptions, { stopping }: Lifetime): Promise<Tally> {
  const tally = new Tally();
  await using _bar = await showProgress(messagesOf(options), () => tally.settled);
  await runShare(shareOfProcess(options, 0), { tally, stopping });
  return tally;
}

async function runInProcesses(
  options: LoadOptions,
  { stopping, forced }: Lifetime,
): Promise<Tally> {
  const { tally, losses } = await runWithBar(options, { stopping, forced });
  // Not before the bar is gone, which would draw over them.
  for (const loss of losses) printError(`warning: ${loss}`);
  return tally;
}

async function runWithBar(
  options: LoadOptions,
  signals: Pick<Lifetime, "stopping" | "forced">,
): Promise<ProcessesResult> {
  let settled = 0;
  await using _bar = await showProgress(messagesOf(options), () => settled);
  const onProgress = (count: number) => settled = count;
  return await runProcesses(options, { ...signals, onProgress });
}

function messagesOf({ connections, messages }: LoadOptions): number {
  return connections * messages;
}
