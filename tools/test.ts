/**
 * `deno task test [PATH...]`: compiles the binary that the e2e tests run besides the source, runs the tests, and says
 * how many of them used each. The last line is `N passed, N failed, N skipped`.
 *
 * Files run at the same time, as threads of one process, which share its environment and working directory: tests leave
 * both as they are. The unit tests of a folder are one such file, and share their modules, too. The processes that an
 * e2e test starts take more time than its waits, so one more runs than there are processors, or as many as `DENO_JOBS`
 * says: with more, each is only slower.
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
import { pathToFileURL } from "node:url";
import { exitWith } from "../cli/exit.ts";
import { writeAll } from "../ipc/relay/copy.ts";
import { EXIT_STATUS } from "../ipc/errors.ts";
import { DIST, ROOT } from "./compile_options.ts";
import { NPM_RUNTIME_TARGET } from "./npm_runtime.ts";
import {
  countResults,
  failedFile,
  failuresTold,
  formatCounts,
  namesWith,
  withPassed,
} from "./test_report.ts";

/** Where the e2e tests find the binary. */
const BINARY = join(DIST, "test", "brood");

/** How the names of the files of tests end. */
const SUFFIX = "_test.ts";

/** The tests that start the real program. */
const E2E = join(ROOT, "tests", "e2e");

/**
 * The files that take longest, which begin first: the last to begin decides when all have ended. Those of `grade` wait
 * more than they work, so one of them runs beside others.
 */
const SLOWEST = [
  ...["grade_processes", "neighbours", "grade_faults", "limits", "handlers", "grade_survival"],
  ...["stopping", "draining", "grade_talks", "contract", "answers", "grade"],
]
  .map((name) => join(E2E, `${name}${SUFFIX}`));

/** With failures in more files, something is wrong. */
const AGAIN_MAX = 5;

async function run(paths: readonly string[]): Promise<number> {
  const runtime = Deno.build.target === NPM_RUNTIME_TARGET ? ["--runtime", "npm"] : [];
  const args = ["run", "-A", "tools/compile.ts", ...runtime, "--output", BINARY];
  const { status: compiled } = await runDeno(args);
  if (compiled !== 0) return compiled;

  const folder = await Deno.makeTempDir({ prefix: "brood_tests_" });
  try {
    const jobs = Deno.env.get("DENO_JOBS") ?? String(1 + navigator.hardwareConcurrency);
    const all = paths.length > 0 ? paths : [...SLOWEST, ...await groupUnitTests(folder), E2E];
    return await runTwice(all, { folder, jobs });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the tests, and those that failed again; tells what came of them. Resolves to the exit status. */
async function runTwice(
  paths: readonly string[],
  { folder, jobs }: { readonly folder: string; readonly jobs: string },
): Promise<number> {
  const first = await runTests(paths, { report: join(folder, "first.xml"), jobs });
  const failed = namesWith(first.report, "failed");
  const files = first.failedFiles;
  // A file that could not be loaded is a failure that the report has not.
  const isOver = files.size === 0 || files.size > AGAIN_MAX || first.failures !== failed.size;
  const last = isOver
    ? first
    : await runTests([...files], { report: join(folder, "last.xml"), jobs: "1" });
  const passed = namesWith(last.report, "passed").difference(namesWith(last.report, "failed"));
  const settled = isOver ? new Set<string>() : failed.intersection(passed);
  for (const name of settled) console.log(`failed beside other tests, passed alone: ${name}`);
  const tell = (prefix: string) => {
    const again = [...settled].filter((name) => name.startsWith(prefix)).length;
    return formatCounts(withPassed(countResults(first.report, prefix), again));
  };
  for (const form of ["source", "compiled"]) {
    console.log(`e2e with the ${form} program: ${tell(`${form}: `)}`);
  }
  console.log(tell(""));
  if (last.status !== 0) return last.status;
  return settled.size === failed.size ? EXIT_STATUS.done : EXIT_STATUS.failed;
}

/**
 * Writes a module for each folder of unit tests, which imports them: a file takes longer to load than to run, and so
 * they load what they share once. Resolves to the paths of the modules, and to those of the tests beside the folders.
 */
async function groupUnitTests(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  const tests = join(ROOT, "tests");
  for await (const { name, isDirectory } of Deno.readDir(tests)) {
    const path = join(tests, name);
    if (name.endsWith(SUFFIX)) paths.push(path);
    if (!isDirectory || path === E2E) continue;
    const files = await testsBelow(path);
    if (files.length === 0) continue;
    const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`);
    const group = join(folder, `${name}${SUFFIX}`);
    await Deno.writeTextFile(group, imports.join(""));
    paths.push(group);
  }
  return paths.sort();
}

async function testsBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files.push(...await testsBelow(path));
    else if (name.endsWith(SUFFIX)) files.push(path);
  }
  return files.sort();
}

/**
 * Runs tests, so many files at a time. Resolves to the exit status, how many failures there were by Deno's last line,
 * the files that they were in, and the report.
 */
async function runTests(
  paths: readonly string[],
  { report, jobs }: { readonly report: string; readonly jobs: string },
): Promise<{
  readonly status: number;
  readonly failures: number;
  readonly failedFiles: ReadonlySet<string>;
  readonly report: string;
}> {
  // Types are what `deno task check` looks at: it would take as long again.
  const args = ["test", "-A", "--no-check", "--parallel", `--junit-path=${report}`, ...paths];
  const failedFiles = new Set<string>();
  const { status, end } = await runDeno(args, {
    env: { DENO_JOBS: jobs },
    see: (line) => {
      const file = failedFile(line);
      if (file !== null) failedFiles.add(file);
    },
  });
  const failures = failuresTold(end);
  return { status, failures, failedFiles, report: await Deno.readTextFile(report) };
}

/** Of what a command has printed, kept to be looked at. */
const END_LENGTH = 4096;

/** Runs a command of Deno in the project, with this program's outputs. Resolves to its exit status and last words. */
async function runDeno(
  args: readonly string[],
  { env = {}, see = () => {} }: {
    readonly env?: Readonly<Record<string, string>>;
    /** Sees each line that it prints. */
    readonly see?: (line: string) => void;
  } = {},
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
  let unfinished = "";
  for await (const chunk of child.stdout) {
    const text = decoder.decode(chunk, { stream: true });
    end = (end + text).slice(-END_LENGTH);
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    lines.forEach(see);
    await writeAll(Deno.stdout, chunk);
  }
  const { code } = await child.status;
  return { status: code, end };
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "test", typed: "deno task test" });
}
