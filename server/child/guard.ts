/**
 * The guard's entry: the hidden command `_guard`, one process beside a server that starts programs or runs a module.
 *
 * Unlike an echo, a program need not notice that the server is gone: `sleep 1000` never reads its input, nor does a
 * module that loops. So the server tells the guard of every such process that starts and ends, in lines on the guard's
 * standard input (`+PID`, `-PID`). The end of that input means that the server is gone, killed or not, and the guard
 * kills what is left, group by group.
 *
 * @module
 */

import { EXIT_STATUS } from "../../ipc/errors.ts";
import { readLines } from "../../ipc/lines.ts";
import { exitWith } from "../../cli/exit.ts";
import { giveUpPermissions } from "../../cli/permissions.ts";
import type { HiddenCommand } from "../../cli/self.ts";

/** The hidden command that starts a guard. */
export const GUARD_COMMAND: HiddenCommand = {
  name: "_guard",
  module: import.meta.url,
  // To end processes.
  permissions: ["run"],
  flags: ["--no-config"],
};

/** Longer than any line: so many are read at once, too. */
const LINE_BYTES_MAX = 4096;

/** Runs a guard until its input ends. Resolves to its exit status. */
export async function runGuard(): Promise<number> {
  giveUpPermissions(GUARD_COMMAND.permissions);
  const groups = new Set<number>();
  for await (const line of readLines(Deno.stdin, LINE_BYTES_MAX)) {
    const pid = Number(line.slice(1));
    if (line.startsWith("+")) groups.add(pid);
    else groups.delete(pid);
  }
  for (const pid of groups) killAll(pid);
  return EXIT_STATUS.done;
}

/** Kills a group, and the process itself in case it has no group of its own yet. */
function killAll(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      Deno.kill(target, "SIGKILL");
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound;
      // Another user's (sudo): nobody but that user may end it.
      if (!isGone && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    }
  }
}

if (import.meta.main) await exitWith(runGuard);
