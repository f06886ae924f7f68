/**
 * Tries mutants: makes each mistake in a sandbox and runs the tests there, until one fails or all have passed.
 *
 * @module
 */

import { OperationalError } from "../../ipc/errors.ts";
import { applyMutant, describeMutant, type Mutant, type MutantText } from "./mutants.ts";
import type { Subject } from "./mutation_subjects.ts";
import type { Outcome } from "./sandbox.ts";

/** Where a mistake can be made: a {@linkcode Sandbox}. */
export interface MutationSandbox {
  /** Replaces the text of a file until it is disposed. */
  change(path: string, text: string): Promise<AsyncDisposable>;

  /** Runs a command of Deno, and ends it when its time is over or the signal aborts; then it rejects. */
  run(
    args: readonly string[],
    bounds: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<Outcome>;
}

/** What a run needs. */
export interface MutationOptions {
  /** As many mutants are tried at the same time. */
  readonly sandboxes: readonly MutationSandbox[];
  /** Whether the e2e tests run too. */
  readonly e2e: boolean;
  /** Aborts when the run is to end. */
  readonly signal: AbortSignal;
  /** Called with each mutant that was not noticed, as soon as that is known. */
  readonly onSurvived: (path: string, mutant: MutantText) => void;
}

/** How many mutants were tried, and what became of them. */
export interface Score {
  /** Those that a test noticed: it failed, or did not end. */
  readonly noticed: number;
  /** Those that none did. */
  readonly survived: number;
}

/** The tests run far longer than without a mistake before they count as hanging: the machine may be busy. */
const TIMEOUT = { factor: 4, restMs: 5_000, unmutatedMs: 600_000 };

/** Runs without type checks: what the types notice is asked last, because it seldom is what is left. */
const TEST = ["test", "-A", "--no-check", "--fail-fast"];

/**
 * Tries all mutants. Throws {@linkcode OperationalError} if the tests fail without a mistake, and the signal's reason
 * when that aborts.
 */
export async function runMutants(
  subjects: readonly Subject[],
  options: MutationOptions,
): Promise<Score> {
  const waiting = subjects.flatMap((subject) => {
    const trial = new SubjectTrial(subject, options);
    return subject.mutants.map((mutant) => ({ trial, mutant }));
  });
  const score = { noticed: 0, survived: 0 };
  const failed = new AbortController();
  const work = async (sandbox: MutationSandbox) => {
    for (let next; !failed.signal.aborted && (next = waiting.shift()) !== undefined;) {
      const isNoticed = await next.trial.isNoticed(next.mutant, sandbox);
      score[isNoticed ? "noticed" : "survived"] += 1;
    }
  };
  const works = options.sandboxes.map((sandbox) =>
    work(sandbox).catch((error) => {
      failed.abort();
      throw error;
    })
  );
  // All have ended before the first failure is told: their sandboxes are in use.
  await Promise.allSettled(works);
  await Promise.all(works);
  return score;
}

/** The tests of one source, which are known to pass without a mistake. */
class SubjectTrial {
  readonly #subject: Subject;
  readonly #options: MutationOptions;
  readonly #commands: readonly (readonly string[])[];
  /** How long each command takes without a mistake, in milliseconds. */
  #durations: Promise<readonly number[]> | null = null;

  constructor(subject: Subject, options: MutationOptions) {
    this.#subject = subject;
    this.#options = options;
    const { near, far } = subject.tests;
    this.#commands = [
      ...[near, far].filter((tests) => tests.length > 0).map((tests) => [...TEST, ...tests]),
      ...options.e2e ? [[...TEST, "--filter=/^source: /", "tests/e2e"]] : [],
      ["check", subject.path],
    ];
  }

  async isNoticed(mutant: Mutant, sandbox: MutationSandbox): Promise<boolean> {
    const { path, source } = this.#subject;
    const durations = await (this.#durations ??= this.#measure(sandbox));
    await using _ = await sandbox.change(path, applyMutant(source, mutant));
    for (const [index, command] of this.#commands.entries()) {
      const timeoutMs = TIMEOUT.restMs + TIMEOUT.factor * (durations[index] ?? 0);
      const { signal } = this.#options;
      if (await sandbox.run(command, { timeoutMs, signal }) !== "succeeded") return true;
    }
    this.#options.onSurvived(path, describeMutant(source, mutant));
    return false;
  }

  async #measure(sandbox: MutationSandbox): Promise<readonly number[]> {
    const durations: number[] = [];
    for (const command of this.#commands) {
      const startedAt = performance.now();
      const { signal } = this.#options;
      const bounds = { timeoutMs: TIMEOUT.unmutatedMs, signal };
      if (await sandbox.run(command, bounds) !== "succeeded") {
        throw new OperationalError(
          `Cannot tell who notices a mistake in ${this.#subject.path}: without one this fails, too: ` +
            `deno ${command.join(" ")}`,
        );
      }
      durations.push(performance.now() - startedAt);
    }
    return durations;
  }
}
