/**
 * The keeper's entry: the hidden command `_keeper`, one process between `brood grade` and the server that it grades.
 *
 * It starts the server in a session of its own, and is told by the kernel of every process that the server leaves
 * behind: such a process becomes the keeper's child (PR_SET_CHILD_SUBREAPER), whatever session or group it went to. So
 * all that a server has started is below the keeper, and the keeper kills it: when it is asked to, and when its
 * standard input ends, which it does when `brood grade` is gone, killed or not. It waits for what becomes its child, or
 * that would stay a zombie that is no fault of the server's.
 *
 * What the server prints goes to the keeper's standard error, which is the other end of a pipe that `brood grade`
 * reads: the keeper's own messages go to its standard output.
 *
 * @module
 */

import { exitWith } from "../../../cli/exit.ts";
import { giveUpPermissions } from "../../../cli/permissions.ts";
import type { HiddenCommand } from "../../../cli/self.ts";
import { EXIT_STATUS } from "../../../ipc/errors.ts";
import { readLines } from "../../../ipc/lines.ts";
import { KeptProgram } from "./kept_program.ts";
import { formatMessage, LINE_BYTES_MAX, type Order, type Report } from "./messages.ts";

/** The hidden command that starts a keeper. */
export const KEEPER_COMMAND: HiddenCommand = {
  name: "_keeper",
  module: import.meta.url,
  // To start a program and end it, and to look at its processes.
  permissions: ["run", "ffi"],
  flags: ["--no-config"],
};

/** Longer than any run of `brood grade`: one that was stopped (SIGSTOP) keeps no server alive for ever. */
const LIFE_MS = 600_000;

/** Runs a keeper until its input ends. Resolves to its exit status. */
export async function runKeeper(): Promise<number> {
  giveUpPermissions(KEEPER_COMMAND.permissions);
  await using program = new KeptProgram(tell);
  const end = setTimeout(() => program.clear().then(() => Deno.exit(EXIT_STATUS.failed)), LIFE_MS);
  tell({ report: "ready", blind: program.blind });
  for await (const line of readLines(Deno.stdin, LINE_BYTES_MAX)) {
    const order: Order = JSON.parse(line);
    if (order.order === "start") program.start(order.command);
    else {
      await program.clear();
      tell({ report: "cleared" });
    }
  }
  clearTimeout(end);
  return EXIT_STATUS.done;
}

/** Writes a message. Where nobody reads it any more, the end of the input tells that too. */
function tell(report: Report): void {
  const bytes = new TextEncoder().encode(formatMessage(report));
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

if (import.meta.main) await exitWith(runKeeper);
