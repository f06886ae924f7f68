/**
 * The files under `/proc` that are read here, proc(5). Deno itself opens none of them for a program that may not do
 * everything.
 *
 * Whoever is in the process can call what was opened before, also when FFI was given up. So there is no function that
 * takes a path, nor one that takes a file's name: each reads its own file, of the process that a number names, and
 * the path is written byte by byte, without a method that somebody may have replaced.
 *
 * @module
 */

import { byteLengthOf, newBytes, newWords, toSize } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { ERRNO, lastErrno, openErrors, PosixError } from "../posix_error.ts";
import { pushNumbers } from "./dirents.ts";
import { writeBytes, writeNumber } from "./path_bytes.ts";

/** `<fcntl.h>` of Linux; the same on x86-64 and on arm64. */
const O_RDONLY_CLOEXEC = 0o2000000;

/** A process by its pid, or this one. */
export type Process = number | "self";

const NAMES = ["open", "read", "close", "getdirentries64", "readlinkat"] as const;

let libc: Libc<typeof NAMES[number]> | null = null;

function open(): Libc<typeof NAMES[number]> {
  return libc ??= openLibc(NAMES);
}

/** Opens the functions that the others here call, so that they go on when FFI was given up. */
export function openProcFiles(): void {
  openErrors();
  open();
}

const encoder = new TextEncoder();
const PROC = encoder.encode("/proc/");
const SELF = encoder.encode("self");
const STAT = encoder.encode("/stat");
const SMAPS_ROLLUP = encoder.encode("/smaps_rollup");
const FD = encoder.encode("/fd");
const TASK = encoder.encode("/task");
const STATUS = encoder.encode("/status");
const NET_TCP = encoder.encode("/net/tcp");
const NET_TCP6 = encoder.encode("/net/tcp6");

/** `/proc/PID/stat`, proc_pid_stat(5), or null where there is no such process. Throws {@linkcode PosixError}. */
export function readStat(process: Process): string | null {
  return readFile(process, STAT);
}

/**
 * `/proc/PID/smaps_rollup`, proc_pid_smaps(5), or null where the process is gone, has no memory any more, or is
 * another user's. Throws {@linkcode PosixError}.
 */
export function readSmapsRollup(process: Process): string | null {
  return readFile(process, SMAPS_ROLLUP);
}

/**
 * `/proc/PID/net/tcp`, proc_pid_net(5), of the network that the process is in; null where there is no such process.
 * Throws {@linkcode PosixError}.
 */
export function readTcpTable(process: Process): string | null {
  return readFile(process, NET_TCP);
}

/** `/proc/PID/net/tcp6` likewise; null also where the machine has no IPv6. Throws {@linkcode PosixError}. */
export function readTcp6Table(process: Process): string | null {
  return readFile(process, NET_TCP6);
}

/** The numbers of this process's threads, which are folders in `/proc/self/task`. Throws {@linkcode PosixError}. */
export function listThreads(): readonly number[] {
  writePath("self", TASK);
  return withOpen((number) => numbersIn(number)) ?? [];
}

/**
 * `/proc/PID/status`, proc_pid_status(5), of a process or of a thread by its own number; null where there is none.
 * Throws {@linkcode PosixError}.
 */
export function readStatus(thread: number): string | null {
  return readFile(thread, STATUS);
}

/** The numbers of the processes, which are folders in `/proc`. Throws {@linkcode PosixError}. */
export function listProcesses(): readonly number[] {
  writePath(null, null);
  return withOpen((number) => numbersIn(number)) ?? [];
}

/** A descriptor's number, and what readlink(2) says that it is of. */
export type Link = readonly [number: number, target: string];

/**
 * The links in `/proc/PID/fd`, proc_pid_fd(5), by their numbers; null where the process is gone or another user's.
 * One that is closed meanwhile is left out, and so is, of this process, the one that this opens. Throws
 * {@linkcode PosixError}.
 */
export function readDescriptorLinks(process: Process): readonly Link[] | null {
  writePath(process, FD);
  return withOpen((folder) => {
    const numbers = numbersIn(folder);
    if (numbers === null) return null;
    const isOwn = process === "self" || process === Deno.pid;
    const links: Link[] = [];
    for (const number of numbers) {
      if (isOwn && number === folder) continue;
      const target = linkIn(folder, number);
      if (target !== null) links.push([number, target]);
    }
    return links;
  });
}

/** More than a page: the kernel gives no more at once of a file that is a table, and ends where a line does. */
const memory = newBytes(64 * 1024);
const target = newBytes(4096);
const position = newWords(2);
const path = newBytes(64);
const linkName = newBytes(16);

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function readFile(process: Process, tail: Uint8Array): string | null {
  writePath(process, tail);
  return withOpen((number) => {
    const { read } = open();
    let text = "";
    for (;;) {
      const count = read(number, memory, toSize(byteLengthOf(memory)));
      if (count === -1) return nullOrThrow("Cannot read a file of /proc");
      if (count === 0) return text;
      text += decoder.decode(memory.subarray(0, count));
    }
  });
}

/** Opens what was written into `path` while `use` has it; null where there is no such file for this user. */
function withOpen<Result>(use: (number: number) => Result | null): Result | null {
  const libc = open();
  const number = libc.open(path, O_RDONLY_CLOEXEC);
  if (number === -1) return nullOrThrow("Cannot open a file of /proc");
  try {
    return use(number);
  } finally {
    libc.close(number);
  }
}

/** Null where the call that was made last says that there is nothing to read. */
function nullOrThrow(action: string): null {
  const errno = lastErrno();
  switch (errno) {
    case ERRNO.ENOENT:
    case ERRNO.ESRCH:
    case ERRNO.EACCES:
    case ERRNO.EPERM:
      return null;
  }
  throw new PosixError(action, errno);
}

/** The names in a folder that are numbers; null where what it tells of has ended. */
function numbersIn(folder: number): number[] | null {
  const { getdirentries64 } = open();
  const numbers: number[] = [];
  for (;;) {
    const count = getdirentries64(folder, memory, toSize(byteLengthOf(memory)), position);
    if (count === -1) return nullOrThrow("Cannot list a folder of /proc");
    if (count === 0) return numbers;
    pushNumbers(numbers, { bytes: memory, count });
  }
}

function linkIn(folder: number, number: number): string | null {
  linkName[writeNumber(linkName, { number, at: 0 })] = 0;
  const { readlinkat } = open();
  const count = readlinkat(folder, linkName, target, toSize(byteLengthOf(target)));
  if (count === -1) return nullOrThrow("Cannot read a link of /proc");
  return decoder.decode(target.subarray(0, count));
}

/** Writes `/proc/PID/...` into `path`. Throws `RangeError` for what is no pid. */
function writePath(process: Process | null, tail: Uint8Array | null): void {
  let at = writeBytes(path, { bytes: PROC, at: 0 });
  if (process === "self") at = writeBytes(path, { bytes: SELF, at });
  else if (process !== null) {
    // What is no number is not turned into one, and no function is asked whether it is one.
    if (typeof process !== "number" || process <= 0 || (process | 0) !== process) {
      throw new RangeError(`Cannot look at process ${process}`);
    }
    at = writeNumber(path, { number: process, at });
  }
  if (tail !== null) at = writeBytes(path, { bytes: tail, at });
  path[at] = 0;
}
