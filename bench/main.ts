/**
 * `deno task bench`: measures every mode of the server against what one would use instead, prints the figures with
 * their ratios and targets, and writes them as JSON.
 *
 * It ends by itself, and what it started ends with it: also after Ctrl-C, an error, or when its time is over.
 *
 * @module
 */

import { formatHelp } from "../cli/help.ts";
import { EXIT_STATUS, OperationalError } from "../ipc/errors.ts";
import { exitWith } from "../cli/exit.ts";
import { Lifetime } from "../cli/lifetime.ts";
import { compileC } from "./c_programs.ts";
import { type Contender, findContenders, type LeftOut } from "./contenders.ts";
import { CLoad } from "./load_c.ts";
import { ClientLoad } from "./load_client.ts";
import { BENCH_COMMAND, type BenchOptions, parseBenchOptions } from "./options.ts";
import { planOverhead } from "./overhead.ts";
import { planInARow, planParentCpu } from "./parent.ts";
import { findProgram, type ServerProgram } from "./program.ts";
import { ServerPool } from "./servers.ts";
import { planStartup } from "./startup.ts";
import { planStatus } from "./status.ts";
import { formatJudgements, formatResult } from "./table.ts";
import { judge } from "./targets.ts";
import { planThousand } from "./thousand.ts";
import { type Result, runTrial, type Trial } from "./trial.ts";
import { type Bench, loadOf, planTrials } from "./trials.ts";

/** How long it may take in all, with the default load. */
const LIMIT_MS = 280_000;

/** How much longer with a thousand clients. */
const THOUSAND_MS = 160_000;

/** What the load client cannot do in the place of `load.c`. */
const ONLY_IN_C =
  "memory, streams, a connection's whole cost, 1000 clients, the load client's overhead";

/** What was measured, and what was not. */
interface Findings {
  readonly results: Result[];
  readonly leftOut: LeftOut[];
}

async function run(args: readonly string[]): Promise<number> {
  const options = parseBenchOptions(args);
  if (options === null) {
    console.log(formatHelp(BENCH_COMMAND));
    return EXIT_STATUS.done;
  }
  if (Deno.build.os !== "linux") {
    throw new OperationalError("Cannot measure here: the bench reads Linux's /proc");
  }
  using lifetime = new Lifetime();
  const limitMs = LIMIT_MS * Math.max(1, options.repeats * options.loadMs / 3000) +
    (options.thousand ? THOUSAND_MS : 0);
  const timeout = AbortSignal.timeout(limitMs);
  const signal = AbortSignal.any([lifetime.stopping, timeout]);
  const startedAt = performance.now();
  const program = await findProgram(options.program);
  console.log(`Measuring ${program.name}; ${navigator.hardwareConcurrency} cores`);
  const findings: Findings = { results: [], leftOut: [] };
  try {
    await measure(program, { options, signal, findings });
  } catch (error) {
    if (!signal.aborted) throw error;
    const reason = lifetime.stopping.aborted ? "interrupted" : `${limitMs / 1000} s were over`;
    findings.leftOut.push({ name: "all that is missing above", reason });
  }
  const judgements = judge(findings.results);
  for (const { name, reason } of findings.leftOut) console.log(`\nLeft out: ${name}: ${reason}`);
  console.log(`\n${formatJudgements(judgements)}`);
  const tookSeconds = Math.round((performance.now() - startedAt) / 1000);
  const { repeats, loadMs } = options;
  const about = { program: program.name, repeats, seconds: loadMs / 1000, tookSeconds };
  await Deno.writeTextFile(
    options.json,
    JSON.stringify({ ...about, ...findings, targets: judgements }, null, 2) + "\n",
  );
  console.log(`\nTook ${tookSeconds} s; the figures are in ${options.json}`);
  const isWhole = !signal.aborted &&
    findings.results.every(({ rows }) => rows.every(({ failure }) => failure === null));
  return isWhole ? EXIT_STATUS.done : EXIT_STATUS.failed;
}

/** Runs the trials and prints what each found. The findings so far are there also when it rejects. */
async function measure(
  program: ServerProgram,
  run: {
    readonly options: BenchOptions;
    readonly signal: AbortSignal;
    readonly findings: Findings;
  },
): Promise<void> {
  const { options, signal, findings } = run;
  await using scratch = await ScratchFolder.create();
  const context = { folder: scratch.path, signal };
  const binary = `${scratch.path}/load`;
  const failure = options.load === "c" ? await compileC("load.c", binary) : "--load client";
  const c = failure === null ? new CLoad(binary, signal) : null;
  if (failure !== null) findings.leftOut.push({ name: ONLY_IN_C, reason: failure });
  const client = new ClientLoad(program.command, signal);
  const { present, leftOut } = await findContenders(program, scratch.path);
  findings.leftOut.push(...leftOut);
  console.log(
    `Load: ${
      loadOf({ c, client }).name
    }; each figure is the median of ${options.repeats} samples taken in turn, ` +
      "spread is (largest - smallest) / median",
  );
  await using pool = new ServerPool(context);
  const bench: Bench = {
    contenders: present,
    c,
    client,
    pool,
    context,
    seconds: options.loadMs / 1000,
  };
  const trials = planAll(bench, options);
  findings.leftOut.push(...whereSerial(present));
  if (!options.thousand) {
    findings.leftOut.push({ name: "1000 clients at once", reason: "give --thousand" });
  }
  for (const trial of trials) {
    const { repeats } = options;
    // The processes of servers that wait have a share in the memory that Deno's processes have in common.
    if (trial.id === "thousand") await pool[Symbol.asyncDispose]();
    const result = await runTrial(trial, { repeats, signal });
    findings.results.push(result);
    console.log(`\n${formatResult(result)}`);
  }
}

function planAll(bench: Bench, options: BenchOptions): Trial[] {
  const trials = [
    ...planTrials(bench),
    planStartup(bench),
    planParentCpu(bench),
    planInARow(bench),
    planStatus(bench),
    planOverhead(bench),
    options.thousand ? planThousand(bench) : null,
  ];
  return trials.filter((trial) => trial !== null && trial.id.includes(options.only))
    .filter((trial) => trial !== null);
}

/** Modes that serve one client at a time are no match for several that stay. */
function whereSerial(contenders: readonly Contender[]): LeftOut[] {
  return contenders.filter(({ isConcurrent }) => !isConcurrent).map(({ name }) => ({
    name: `${name}, with several clients that stay connected`,
    reason: "it serves one after the other",
  }));
}

/** A folder for what the bench compiles, and for the servers' own folders. Disposing removes it. */
class ScratchFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<ScratchFolder> {
    return new ScratchFolder(await Deno.makeTempDir({ prefix: "brood_bench_" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "bench", typed: "deno task" });
}
