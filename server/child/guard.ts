/**
 * The guard's entry: the hidden command `_guard`, one process beside a server that starts programs or runs a module.
 *
 * Unlike an echo, a program need not notice that the server is gone: `sleep 1000` never reads its input, nor does a
 * module that loops. So the server tells the guard of every such process that starts and ends, in lines on the guard's
 * standard input (`+PID`, `-PID`). The end of that input means that the server is gone, killed or not, and the guard
 * kills what is left, group by group.
 *
 * A server may be killed between the start of a process and the line that tells of it. So every such process has a mark
 * in its environment, and on Linux the guard looks for that too, in `/proc/PID/environ`, unless the server said that it
 * ends well (`end`).
 *
 * @module
 */

import { systemClock } from "../../ipc/clock.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import { readLines } from "../../ipc/lines.ts";
import { exitWith } from "../../cli/exit.ts";
import { readArgv, text } from "../../cli/flags.ts";
import { startAnywhere } from "../../ipc/working_folder.ts";
import { giveUpPermissions } from "../../cli/permissions.ts";
import { keepShield } from "../../cli/shield_from_source.ts";
import type { HiddenCommand } from "../../cli/self.ts";

/** The hidden command that starts a guard. */
export const GUARD_COMMAND: HiddenCommand = {
  name: "_guard",
  module: import.meta.url,
  // To end processes.
  permissions: ["run"],
  flags: ["--no-config"],
};

/** What the server tells a guard. */
export const GUARD_FLAGS = {
  mark: text({
    placeholder: "TEXT",
    fallback: "",
    help: "what the environment of its processes has",
  }),
};

/** The line by which a server that ends well says that there is nothing which it has not told of. */
export const FAREWELL = "end";

/** The variable that has the mark. */
export const MARK = "BROOD_GUARD";

/** How often marked processes are looked for, and how long to wait in between: one may be just about to be executed. */
const LOOKS = { times: 5, everyMs: 100 };

/** Longer than any line: so many are read at once, too. */
const LINE_BYTES_MAX = 4096;

/** Runs a guard until its input ends. Resolves to its exit status. */
export async function runGuard(args: readonly string[]): Promise<number> {
  const { mark } = readArgv(GUARD_FLAGS, args);
  giveUpPermissions(GUARD_COMMAND.permissions);
  const groups = new Set<number>();
  let endsWell = false;
  for await (const line of readLines(Deno.stdin, LINE_BYTES_MAX)) {
    if (line === FAREWELL) {
      endsWell = true;
      break;
    }
    const pid = Number(line.slice(1));
    if (line.startsWith("+")) groups.add(pid);
    else groups.delete(pid);
  }
  for (const pid of groups) killAll(pid);
  if (!endsWell && Deno.build.os === "linux") await killMarked(`${MARK}=${mark}`);
  return EXIT_STATUS.done;
}

async function killMarked(variable: string): Promise<void> {
  for (let look = 0; look < LOOKS.times; look++) {
    for (const pid of await findMarked(variable)) killAll(pid);
    await systemClock.sleep(LOOKS.everyMs);
  }
}

/** The processes whose environment has that variable. grep(1) may read what Deno refuses to. */
async function findMarked(variable: string): Promise<number[]> {
  const script = 'exec grep -lsxzF -e "$0" /proc/[0-9]*/environ';
  const grep = new Deno.Command("/bin/sh", { args: ["-c", script, variable], stderr: "null" });
  const { stdout } = await startAnywhere(() => grep.output());
  return [...new TextDecoder().decode(stdout).matchAll(/^\/proc\/(\d+)\//gm)]
    .map(([, pid]) => Number(pid));
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

if (import.meta.main) {
  keepShield();
  await exitWith(() => runGuard(Deno.args));
}
