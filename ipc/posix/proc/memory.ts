/**
 * The memory that a process has.
 *
 * @module
 */

import { openProcFiles, readSmapsRollup } from "./proc_files.ts";
import { parsePss } from "./smaps.ts";

/** Opens what the other here calls, so that it goes on when FFI was given up. */
export function openMemory(): void {
  openProcFiles();
}

/**
 * The bytes of memory that a process has, those that it shares with others divided among them: the proportional set
 * size, PSS, of `/proc/PID/smaps_rollup` in proc_pid_smaps(5). Null where it is gone, has ended and was not reaped,
 * or is another user's. The kernel counts page by page: that takes as many times longer as the process is larger.
 * Throws `RangeError` for what is no pid, `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function memoryOf(pid: number): number | null {
  const text = readSmapsRollup(pid);
  return text === null ? null : parsePss(text);
}
