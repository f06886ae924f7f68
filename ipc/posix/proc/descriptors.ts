/**
 * The descriptors that a process has open.
 *
 * @module
 */

import { type LinkTarget, parseLink } from "./links.ts";
import { openProcFiles, type Process, readDescriptorLinks } from "./proc_files.ts";

/** A descriptor of a process. */
export interface OpenDescriptor extends LinkTarget {
  /** Its number. */
  readonly number: number;
}

/** Opens what the others here call, so that they go on when FFI was given up. */
export function openDescriptors(): void {
  openProcFiles();
}

/**
 * What a process has open, by its numbers: `/proc/PID/fd` in proc_pid_fd(5), readlink(2). Null where the process is
 * gone or another user's; none where it has ended and was not reaped. Throws `RangeError` for what is no pid,
 * `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function descriptorsOf(pid: number): readonly OpenDescriptor[] | null {
  return read(pid);
}

/** What this process has open, likewise, without the descriptor that this itself takes. */
export function ownDescriptors(): readonly OpenDescriptor[] {
  return read("self") ?? [];
}

function read(process: Process): readonly OpenDescriptor[] | null {
  const links = readDescriptorLinks(process);
  return links?.map(([number, target]) => ({ number, ...parseLink(target) })) ?? null;
}
