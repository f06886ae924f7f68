/**
 * `brood grade` as a test runs it, and looks what it has left behind.
 *
 * @module
 */

import type { GradeReport } from "../../lab/grade/report/report.ts";
import { assertEquals } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { buildC } from "./c_program.ts";
import { type Finished, processesWith, runToEnd } from "./process.ts";
import { fixture, type Program } from "./program.ts";

/** The longest that a grading may take unless it is told, in seconds. */
const GRADING_S_MAX = 30;

/** For a grading that is to see everything, beside the other tests that run: less than a test waits for a program. */
export const MORE_TIME: readonly string[] = ["--time", "55"];

/** Likewise, of a server that starts a program of Deno's for each client. */
export const MUCH_TIME: readonly string[] = ["--time", "80"];

/** A student's server, built where nothing else is: by that its processes are known. */
export class StudentServer implements AsyncDisposable {
  /** The program and its arguments, without the port. */
  readonly command: readonly string[];
  readonly #folder: TempFolder;

  private constructor(command: readonly string[], folder: TempFolder) {
    this.command = command;
    this.#folder = folder;
  }

  /** A fixture in C or Python by its name, or a source by its path. */
  static async make(source: string): Promise<StudentServer> {
    const folder = new TempFolder();
    const path = source.startsWith("/") ? source : fixture(`student/${source}`);
    if (path.endsWith(".c")) return new StudentServer([await buildC(path, folder)], folder);
    const copy = folder.join(source);
    await Deno.copyFile(path, copy);
    return new StudentServer(["python3", copy], folder);
  }

  /** The processes that have its path in their command line or their environment. */
  async processes(): Promise<readonly number[]> {
    return await processesWith(this.#folder.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** The command line of a grading. */
export function gradeCommand(program: Program, ...args: readonly string[]): string[] {
  return [program.path, ...program.args, "grade", ...args];
}

/** Runs a grading to its end, which has to come in time. */
export async function grade(program: Program, ...args: readonly string[]): Promise<Finished> {
  const begunMs = performance.now();
  const finished = await runToEnd(gradeCommand(program, ...args));
  const ms = performance.now() - begunMs;
  const at = args.indexOf("--time");
  const seconds = at === -1 ? GRADING_S_MAX : Number(args[at + 1]);
  assertEquals(ms < seconds * 1000, true, `it took ${Math.round(ms)} ms`);
  return finished;
}

/** The report of a grading that is made with `--json`. */
export async function reportOf(
  program: Program,
  ...args: readonly string[]
): Promise<GradeReport & { readonly status: number }> {
  const { status, stdout, stderr } = await grade(program, "--json", ...args);
  assertEquals(stderr, "");
  return { ...JSON.parse(stdout), status };
}

/** The names of the tests with that result. */
export function namesOf(
  { tests }: Pick<GradeReport, "tests">,
  wanted: "pass" | "fail" | "skip",
): readonly string[] {
  return tests.filter(({ result }) => result === wanted).map(({ name }) => name);
}
