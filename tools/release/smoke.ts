/**
 * `deno task smoke BINARY`: starts a binary on the platform that it was made for, before it is handed out: its version,
 * a server with a client, by each way that works everywhere, the script that installs it, with `--tls` a server over
 * TLS, and with `--grade` a grading of the lecture's servers in C. It prints a line for each, and ends at the first
 * that fails.
 *
 * @module
 */

import { resolve } from "node:path";
import { type CommandSpec, parseCommandLine } from "../../cli/command_line.ts";
import { formatHelp } from "../../cli/help.ts";
import { exitWith } from "../../cli/exit.ts";
import { toggle } from "../../cli/flags.ts";
import { EXIT_STATUS, OperationalError } from "../../ipc/errors.ts";
import { trialsOf } from "./trials.ts";

const SMOKE_FLAGS = {
  tls: toggle("serve over TLS too, which needs openssl"),
  grade: toggle("grade the lecture's servers too, which needs a C compiler and Linux"),
};

const SMOKE_COMMAND: CommandSpec<typeof SMOKE_FLAGS> = {
  typed: "deno task",
  name: "smoke",
  summary: "Starts a binary on the platform that it was made for, and looks whether it works.",
  operands: ["BINARY"],
  flags: SMOKE_FLAGS,
  notes: ["It ends with status 1 at the first thing that does not."],
};

async function run(args: readonly string[]): Promise<number> {
  const parsed = parseCommandLine(SMOKE_COMMAND, args);
  if (typeof parsed === "string") {
    console.log(formatHelp(SMOKE_COMMAND));
    return EXIT_STATUS.done;
  }
  const [typed = ""] = parsed.operands;
  for (const { what, attempt } of trialsOf(resolve(typed), parsed.options)) {
    try {
      await attempt();
    } catch (error) {
      // Whatever it was, the binary is not what it should be.
      if (!(error instanceof Error)) throw error;
      throw new OperationalError(`${typed} does not ${what}: ${error.message}`, { cause: error });
    }
    console.log(`ok: ${what}`);
  }
  return EXIT_STATUS.done;
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "smoke", typed: "deno task" });
}
