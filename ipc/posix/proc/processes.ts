/**
 * The processes of this machine, as `/proc` tells of them.
 *
 * A pid says nothing for long: when its process was reaped, another may get it. The pid and `startedAtMs` together
 * mean one process.
 *
 * @module
 */

import { newWords } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, throwLastError } from "../posix_error.ts";
import { listProcesses, openProcFiles, readStat } from "./proc_files.ts";
import { parseStat, type StatFields } from "./stat.ts";

/** `<unistd.h>` and `<time.h>` of Linux; the same on x86-64 and on arm64. */
const _SC_CLK_TCK = 2;
const CLOCK_BOOTTIME = 7;

/** A process. */
export interface ProcessStat extends Omit<StatFields, "cpuTicks" | "reapedTicks" | "startTicks"> {
  /** CPU time of all its threads, its own and the kernel's for it, to 10 ms; without that of its children. */
  readonly cpuMs: number;
  /** The same of its children that have ended and that it waited for, and of theirs: `cutime` and `cstime`. */
  readonly reapedCpuMs: number;
  /**
   * When it started, to 10 ms, in milliseconds since the epoch, by what the clock said when this process first asked:
   * so it is the same at each call, also where somebody sets the clock.
   */
  readonly startedAtMs: number;
}

/** How the kernel's ticks become milliseconds. */
interface Ticks {
  readonly ms: number;
  /** When the machine started, in milliseconds since the epoch. */
  readonly bootMs: number;
}

let ticks: Ticks | null = null;

function open(): Ticks {
  return ticks ??= readTicks(openLibc(["sysconf", "clock_gettime"]));
}

/**
 * The clock is asked, and not `btime` of `/proc/stat`: that is in whole seconds, so a process could seem to have
 * started before its parent.
 */
function readTicks({ sysconf, clock_gettime }: Libc<"sysconf" | "clock_gettime">): Ticks {
  // A struct timespec: seconds and nanoseconds, of 64 bits each.
  const time = newWords(4);
  if (clock_gettime(CLOCK_BOOTTIME, time) === -1) throwLastError("Cannot tell the time");
  const sinceBootMs = (time[0] ?? 0) * 1000 + (time[2] ?? 0) / 1_000_000;
  return { ms: 1000 / sysconf(_SC_CLK_TCK), bootMs: Date.now() - sinceBootMs };
}

/** Opens what the others here call, so that they go on when FFI was given up. */
export function openProcesses(): void {
  openErrors();
  openProcFiles();
  open();
}

/**
 * What a process is and does, `/proc/PID/stat` in proc_pid_stat(5), or null where there is none of that number. One
 * that has ended and was not reaped is there still, its state being `Z`. Throws `RangeError` for what is no pid,
 * `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function processStat(pid: number): ProcessStat | null {
  const { ms, bootMs } = open();
  const text = readStat(pid);
  const fields = text === null ? null : parseStat(text);
  if (fields === null) return null;
  const { cpuTicks, reapedTicks, startTicks, ...rest } = fields;
  return {
    ...rest,
    cpuMs: cpuTicks * ms,
    reapedCpuMs: reapedTicks * ms,
    startedAtMs: Math.round(bootMs + startTicks * ms),
  };
}

/** The pids of all processes, `/proc` in proc(5), in ascending order. Throws as {@linkcode processStat} does. */
export function processes(): readonly number[] {
  return listProcesses();
}

/**
 * The pids of a process's children, in ascending order, those to be reaped among them. Every process is asked for its
 * parent: the kernel keeps a list of children, too, but may leave out some of it while others end
 * (proc_tid_children(5)). A child that is started meanwhile may be missing. Throws as {@linkcode processStat} does.
 */
export function childrenOf(pid: number): readonly number[] {
  return listProcesses().filter((child) => {
    const text = readStat(child);
    return text !== null && parseStat(text)?.parentPid === pid;
  });
}
