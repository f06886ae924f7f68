/**
 * `deno task mutate [OPTIONS] [PATH]...`: makes small mistakes in the source, one at a time, and tells which no test
 * notices. A mistake that is noticed shows a test at work; one that is not, a test that is missing.
 *
 * Each is made in a copy of the project, where the unit tests run that use the changed source. StrykerJS does the same
 * for many; its mistakes are all in the code at once, which asks the environment for the one that is to be made, and a
 * worker may not read the environment.
 *
 * @module
 */

import { formatHelp } from "../../cli/help.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import { exitWith } from "../../cli/exit.ts";
import { Lifetime } from "../../cli/lifetime.ts";
import { ACCEPTED } from "./accepted_mutants.ts";
import { ROOT } from "../compile_options.ts";
import { MUTATE_COMMAND, parseMutateOptions } from "./mutate_options.ts";
import { runMutants, type Score } from "./mutation_run.ts";
import { findSubjects, sampleOf } from "./mutation_subjects.ts";
import { Sandbox } from "./sandbox.ts";

/** The last line: `100 mutants, 93 noticed, 7 survived (score 93.0 %)`. */
export function formatScore({ noticed, survived }: Score): string {
  const all = noticed + survived;
  const score = all === 0 ? 100 : 100 * noticed / all;
  return `${all} mutants, ${noticed} noticed, ${survived} survived (score ${score.toFixed(1)} %)`;
}

async function run(args: readonly string[]): Promise<number> {
  const options = parseMutateOptions(args);
  if (options === null) {
    console.log(formatHelp(MUTATE_COMMAND));
    return EXIT_STATUS.done;
  }
  using lifetime = new Lifetime();
  const signal = lifetime.stopping;
  const all = await findSubjects(options.paths, ACCEPTED);
  const subjects = sampleOf(all, options);
  try {
    await using stack = new AsyncDisposableStack();
    const sandboxes: Sandbox[] = [];
    for (let i = 0; i < options.jobs; i++) sandboxes.push(stack.use(await Sandbox.copy(ROOT)));
    const score = await runMutants(subjects, {
      sandboxes,
      e2e: options.e2e,
      signal,
      onSurvived: (path, { line, original, mutated }) =>
        console.log(`${path}:${line}: ${original} → ${mutated}`),
    });
    console.log(formatScore(score));
    return EXIT_STATUS.done;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error("mutate: interrupted");
    return EXIT_STATUS.failed;
  }
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "mutate", typed: "deno task" });
}
