/**
 * A process group: a process that was started in a session of its own, with all that it has started.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";

/** How long what is left of a group may take to end when it is told, and how often it is told. */
const GROUP_MS = { limit: 1000, repeat: 100 };

/** A process that leads a group of the same number. */
export interface GroupLeader {
  /** The process, and its group. */
  readonly pid: number;
  /** Signals the process alone. Throws `TypeError` where it has been reaped. */
  kill(signal: Deno.Signal): void;
}

/** Signals a process group. Returns false if there is none, or this system has no groups. */
export function signalGroup(pid: number, signal: Deno.Signal): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    Deno.kill(-pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    // It runs as another user (sudo, setuid): there is a group, but it is not ours to end.
    if (error instanceof Deno.errors.PermissionDenied) return true;
    throw error;
  }
}

/** Signals a process with its group. Throws `TypeError` if nothing is left of either. */
export function signalWithGroup(leader: GroupLeader, signal: Deno.Signal): void {
  // Right after its start it may not have its group yet.
  if (!signalGroup(leader.pid, signal)) leader.kill(signal);
}

/** Ends what is left of a group when its leader has ended. There is no event for that, so it is looked at. */
export async function endGroup(pid: number, clock: Clock): Promise<void> {
  for (let waited = 0; waited < GROUP_MS.limit; waited += GROUP_MS.repeat) {
    if (!signalGroup(pid, "SIGTERM")) return;
    await clock.sleep(GROUP_MS.repeat);
  }
  signalGroup(pid, "SIGKILL");
}
