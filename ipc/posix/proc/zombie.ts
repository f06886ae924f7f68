/**
 * How a process has ended that nobody has waited for yet.
 *
 * @module
 */

import { decodeWaitStatus, type ProcessStatus } from "../processes/wait_status.ts";
import { openProcFiles, readStat } from "./proc_files.ts";

/** Where the fields are in `/proc/PID/stat`, counted from the state, which is the first behind the name. */
const FIELD = { state: 0, exitCode: 49 } as const;

/** Opens what the other here calls, so that it goes on when FFI was given up. */
export function openZombies(): void {
  openProcFiles();
}

/**
 * How a process ended, `exit_code` of proc_pid_stat(5), which is the word that its parent gets from waitpid(2); null
 * where it has not ended, or is gone. Nobody is kept from waiting for it. To whoever may not look into the process the
 * kernel says 0, as of one that ended well: `descriptorsOf`, asked before it ends, tells whether one may. Throws
 * `RangeError` for what is no pid, `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function zombieStatus(pid: number): ProcessStatus | null {
  const text = readStat(pid);
  return text === null ? null : parseZombie(text);
}

/** Reads the line of a process. Null where that has not ended, or the line has no such field. */
export function parseZombie(text: string): ProcessStatus | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).trimEnd().split(" ");
  const word = fields[FIELD.exitCode];
  if (fields[FIELD.state] !== "Z" || word === undefined || !/^\d+$/.test(word)) return null;
  return decodeWaitStatus(Number(word));
}
