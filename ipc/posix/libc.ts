/**
 * Opens the C library of Linux, on x86-64 and on arm64, where it is glibc.
 *
 * Importing this opens nothing. Each file of the folder opens the few functions that it calls, at their first use,
 * and keeps them to itself: no function of libc is exported anywhere. So a process can call, after it gave up the
 * permission to use FFI, what it has opened before and nothing else, whoever imports what: Deno itself refuses
 * `openLibc`.
 *
 * @module
 */

import { OperationalError, problemOf } from "../errors.ts";
import { SIGNATURES } from "./signatures.ts";
import { say } from "../say.ts";

/** A function of libc that something here calls. */
export type FunctionName = keyof typeof SIGNATURES;

/**
 * Some functions of libc. Whoever holds them may do anything to the process: they stay in the file that opened them.
 */
export type Libc<Name extends FunctionName> = Deno.DynamicLibrary<
  Pick<typeof SIGNATURES, Name>
>["symbols"];

/** The machine that libc is opened on. */
export interface Machine {
  /** The operating system by Deno's name. */
  readonly os: string;
  /** The processor by Deno's name. */
  readonly arch: string;
  /** Opens a library. */
  readonly dlopen: typeof Deno.dlopen;
}

const here: Machine = { os: Deno.build.os, arch: Deno.build.arch, dlopen: Deno.dlopen };

/** The structs and the constants of this folder are those of these two; on others some differ. */
const ARCHITECTURES: readonly string[] = ["x86_64", "aarch64"];

/**
 * Opens these functions, anew at each call (dlopen(3)): that costs 0.2 ms for each, and some 3 ms the first time in a
 * process. They stay open until it ends. Throws {@linkcode OperationalError}, in one line, where this cannot be.
 */
export function openLibc<Name extends FunctionName>(
  names: readonly Name[],
  machine: Machine = here,
): Libc<Name> {
  const signatures: Partial<Pick<typeof SIGNATURES, Name>> = {};
  for (const name of names) signatures[name] = SIGNATURES[name];
  return openLibrary(signatures as Pick<typeof SIGNATURES, Name>, machine).symbols;
}

/**
 * Throws {@linkcode OperationalError} where libc cannot be opened, or not any more. It opens nothing that stays open.
 */
export function checkLibc(machine: Machine = here): void {
  openLibrary({}, machine).close();
}

/** Why libc cannot be called, or not any more, in a line; null where it can. */
export function findLibcProblem(): string | null {
  return problemOf(checkLibc);
}

function openLibrary<Signatures extends Deno.ForeignLibraryInterface>(
  signatures: Signatures,
  { os, arch, dlopen }: Machine,
): Deno.DynamicLibrary<Signatures> {
  if (os !== "linux") throw unavailable(say`this works on Linux alone, and here is ${os}`);
  if (!ARCHITECTURES.includes(arch)) {
    throw unavailable(say`this works on ${ARCHITECTURES.join(" and ")}, and here is ${arch}`);
  }
  try {
    return dlopen("libc.so.6", signatures);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw unavailable(say`it may not be loaded (see --allow-ffi)`, cause);
    }
    if (!(cause instanceof Error)) throw cause;
    throw unavailable(say`this machine has no glibc that can be loaded (${cause.message})`, cause);
  }
}

function unavailable(reason: string, cause?: Error): OperationalError {
  return new OperationalError(say`Cannot call the C library: ${reason}`, { cause });
}
