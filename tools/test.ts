/**
 * `deno task test [PATH...]`: compiles the binary that the e2e tests run besides the source, runs the tests, and says
 * how many of them used each. The last line is `N passed, N failed, N skipped`.
 *
 * Files run at the same time, as threads of one process, which share its environment and working directory: tests leave
 * both as they are. The processes that an e2e test starts take more time than its waits, so one more runs than there
 * are processors, or as many as `DENO_JOBS` says: with more, each is only slower.
 *
 * On a machine that is busy enough a wait that should have been long enough is not. So the files of a few tests that
 * failed are run again, alone and one after the other, and which they were is said: what fails twice has failed.
 *
 * On the one platform that npm has a Deno runtime for, the binary is made with that, so that the tests need no other
 * host and are the same on every network.
 *
 * @module
 */

import { join } from "node:path";
import { exitWith } from "../cli/exit.ts";
import { writeAll } from "../ipc/relay/copy.ts";
import { DIST, ROOT } from "./compile_options.ts";
import { NPM_RUNTIME_TARGET } from "./npm_runtime.ts";
import {
  countResults,
  failuresTold,
  type FileReport,
  filesOf,
  formatCounts,
} from "./test_report.ts";

/** Where the e2e tests find the binary. */
const BINARY = join(DIST, "test", "brood");

/**
 * The files that take longest, which begin first: the last to begin decides when all have ended. Those of `grade` wait
 * more than they work, so one of them runs beside others.
 */
const SLOWEST = [
  ...["grade_processes", "neighbours", "grade_faults", "limits", "handlers", "grade_survival"],
  ...["stopping", "draining", "grade_talks", "contract", "answers", "grade"],
]
  .map((name) => join("tests", "e2e", `${name}_test.ts`));

/** With failures in more files, something is wrong. */
const AGAIN_MAX = 5;

async function run(paths: readonly string[]): Promise<number> {
  const runtime = Deno.build.target === NPM_RUNTIME_TARGET ? ["--runtime", "npm"] : [];
  const args = ["run", "-A", "tools/compile.ts", ...runtime, "--output", BINARY];
  const { status: compiled } = await runDeno(args);
  if (compiled !== 0) return compiled;

  const jobs = Deno.env.get("DENO_JOBS") ?? String(1 + navigator.hardwareConcurrency);
  const first = await runTests(paths.length === 0 ? [...SLOWEST, "tests"] : paths, jobs);
  const failed = [...first.files].filter(([, { failed }]) => failed.length > 0);
  const known = failed.reduce((sum, [, { failed }]) => sum + failed.length, 0);
  // A file that could not be loaded is a failure that the report has not.
  const isOver = failed.length === 0 || failed.length > AGAIN_MAX || first.failures !== known;
  const last = isOver ? first : await runTests(failed.map(([path]) => path), "1");
  for (const [path, { failed: names }] of failed) {
    const again = last.files.get(path)?.failed ?? names;
    for (const name of names.filter((name) => !again.includes(name))) {
      console.log(`failed beside other tests, passed alone: ${path}: ${name}`);
    }
  }
  const texts = Array.from(new Map([...first.files, ...last.files]).values(), ({ text }) => text);
  const results = texts.join("\n");
  for (const form of ["source", "compiled"]) {
    console.log(
      `e2e with the ${form} program: ${formatCounts(countResults(results, `${form}: `))}`,
    );
  }
  console.log(formatCounts(countResults(results)));
  return last.status;
}

/**
 * Runs tests, so many files at a time. Resolves to the exit status, how many failures there were by Deno's last line,
 * and what came of each file.
 */
async function runTests(
  paths: readonly string[],
  jobs: string,
): Promise<{
  readonly status: number;
  readonly failures: number;
  readonly files: ReadonlyMap<string, FileReport>;
}> {
  const report = await Deno.makeTempFile({ prefix: "brood_tests_", suffix: ".xml" });
  try {
    // Types are what `deno task check` looks at: it would take as long again.
    const args = ["test", "-A", "--no-check", "--parallel", `--junit-path=${report}`, ...paths];
    const { status, end } = await runDeno(args, { DENO_JOBS: jobs });
    return { status, failures: failuresTold(end), files: filesOf(await Deno.readTextFile(report)) };
  } finally {
    await Deno.remove(report);
  }
}

/** Of what a command has printed, kept to be looked at. */
const END_LENGTH = 4096;

/** Runs a command of Deno in the project, with this program's outputs. Resolves to its exit status and last words. */
async function runDeno(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly status: number; readonly end: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: Deno.stdout.isTerminal() ? { FORCE_COLOR: "1", ...env } : env,
    stdin: "null",
    stdout: "piped",
  });
  const child = command.spawn();
  const decoder = new TextDecoder();
  let end = "";
  for await (const chunk of child.stdout) {
    end = (end + decoder.decode(chunk, { stream: true })).slice(-END_LENGTH);
    await writeAll(Deno.stdout, chunk);
  }
  const { code } = await child.status;
  return { status: code, end };
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "test", typed: "deno task test" });
}
