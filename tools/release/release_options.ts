/**
 * The command line of `deno task release`.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { type CommandSpec, parseCommandLine } from "../../cli/command_line.ts";
import { choice, type FlagValues, text, toggle } from "../../cli/flags.ts";
import { UsageError } from "../../ipc/errors.ts";
import { DIST } from "../compile_options.ts";
import { NPM_RUNTIME_TARGET } from "../npm_runtime.ts";

/** The flags of `deno task release`. */
export const RELEASE_FLAGS = {
  tag: text({
    placeholder: "TAG",
    fallback: "",
    help: "the tag that it is made of, a v and the version; it must agree too",
  }),
  check: toggle("only look whether the versions agree"),
  made: toggle("take the binaries that are in the folder, and make only what goes with them"),
  repository: text({
    placeholder: "OWNER/NAME",
    fallback: "",
    help: "where it will be downloaded from: add the scripts that install it, which needs --tag",
  }),
  output: text({ placeholder: "FOLDER", fallback: "", help: "where to (dist/release)" }),
  runtime: choice(["deno", "npm"], "who provides Deno's runtime"),
};

/** The command as its user sees it. */
export const RELEASE_COMMAND: CommandSpec<typeof RELEASE_FLAGS> = {
  typed: "deno task",
  name: "release",
  summary: "Makes what is handed out: a binary for each platform, their SHA-256 sums, and an SBOM.",
  operands: [],
  flags: RELEASE_FLAGS,
  notes: [
    "The versions in deno.json, main.ts and CHANGELOG.md must be the same. A binary that this machine cannot",
    "make is told in a line, and the exit status is 1 then. --runtime npm makes one, for",
    `${NPM_RUNTIME_TARGET}, which is for testing and not for handing out.`,
  ],
};

/** What to make. */
export interface ReleaseOptions extends FlagValues<typeof RELEASE_FLAGS> {
  /** The absolute path of the folder. */
  readonly output: string;
}

/** Parses the command line. Returns null if it asks for `--help`; throws {@linkcode UsageError} if it is wrong. */
export function parseReleaseOptions(args: readonly string[]): ReleaseOptions | null {
  const parsed = parseCommandLine(RELEASE_COMMAND, args);
  if (typeof parsed === "string") return null;
  const { options } = parsed;
  const refuse = (message: string) => new UsageError(message, { command: RELEASE_COMMAND.name });
  if (options.repository !== "") {
    if (!/^[\w.-]+\/[\w.-]+$/.test(options.repository)) {
      throw refuse(`--repository ${JSON.stringify(options.repository)}: expected OWNER/NAME`);
    }
    if (options.tag === "") throw refuse("--repository needs --tag");
  }
  return { ...options, output: resolve(options.output || join(DIST, "release")) };
}
