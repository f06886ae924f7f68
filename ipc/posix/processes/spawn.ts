/**
 * Starts a program, posix_spawn(3): a vfork(2) that shares the memory until the program is executed, which for a large
 * process takes much less time than a fork(2).
 *
 * The program gets the descriptors that it is given, at the numbers that it is given them for, and besides these 0, 1
 * and 2 of this process. Everything else that Deno and this folder open is closed when it is executed (FD_CLOEXEC), and
 * so is, from glibc 2.34 on, what this process was itself started with.
 *
 * @module
 */

import { OperationalError } from "../../errors.ts";
import { say } from "../../say.ts";
import { type Descriptor, numberOf } from "../descriptor.ts";
import { planDuplicates } from "./duplicates.ts";
import { inheritedVariables, openEnvironment } from "./environment.ts";
import { type Libc, openLibc } from "../libc.ts";
import { openErrors, PosixError } from "../posix_error.ts";
import { signalNumber } from "./wait_status.ts";
import { SpawnMemory } from "./spawn_memory.ts";

/** `<spawn.h>` of glibc, and SIGPIPE of signal(7); the same on x86-64 and on arm64. */
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
const SIGPIPE = 13;

const NAMES = [
  "posix_spawn",
  "posix_spawn_file_actions_init",
  "posix_spawn_file_actions_destroy",
  "posix_spawn_file_actions_adddup2",
  "posix_spawn_file_actions_addclose",
  "posix_spawn_file_actions_addchdir_np",
  "posix_spawn_file_actions_addclosefrom_np",
  "posix_spawnattr_init",
  "posix_spawnattr_destroy",
  "posix_spawnattr_setflags",
  "posix_spawnattr_setsigdefault",
  "posix_spawnattr_setsigmask",
  "sigemptyset",
  "sigaddset",
] as const;

let libc: Libc<typeof NAMES[number]> | null = null;

function open(): Libc<typeof NAMES[number]> {
  return libc ??= openLibc(NAMES);
}

/** Opens the functions that the other here calls. */
export function openSpawn(): void {
  openErrors();
  openEnvironment();
  open();
}

/** How a program is started. */
export interface SpawnOptions {
  /** Its arguments, without argv[0], which is its path. */
  readonly args: readonly string[];
  /** What its environment has besides this process's own, or in its place. */
  readonly env: Readonly<Record<string, string>>;
  /** The names of this process's own variables that it inherits; all of them unless told. */
  readonly inherits?: ReadonlySet<string> | undefined;
  /** The descriptors that it gets, by the numbers that it gets them at. They stay open here. */
  readonly descriptors: ReadonlyMap<number, Descriptor>;
  /** The signals that it starts with blocked, so that they wait for ever; none unless told. */
  readonly blocks?: readonly Deno.Signal[] | undefined;
  /** Its working directory; this process's own if there is none. */
  readonly cwd?: string | undefined;
}

/**
 * Starts the program at an absolute path, in a session of its own, with no signal blocked that it was not told of, and
 * SIGPIPE as C programs expect it: Deno ignores it. Other signals that this process was told to ignore stay ignored
 * (nohup(1)). Returns its pid; whoever calls this has to wait for it, or it stays a zombie. Throws
 * {@linkcode PosixError} where it cannot be executed: ENOENT, EACCES, E2BIG, EAGAIN; `TypeError` for what no program
 * can be started with.
 */
export function spawn(path: string, options: SpawnOptions): number {
  const { args, env, inherits, descriptors, blocks = [], cwd = null } = options;
  if (!path.startsWith("/")) throw new TypeError(`Cannot run "${path}": it is no absolute path`);
  const libc = open();
  openErrors();
  const envp = Object.entries(env).map(([name, value]) => variable(name, value));
  const inherited = inheritedVariables((name) =>
    !Object.hasOwn(env, name) && (inherits?.has(name) ?? true)
  );
  const memory = new SpawnMemory({ path, argv: [path, ...args], envp, inherited, cwd });
  const { pid, fileActions, attributes, signals, argv } = memory;
  const action = `Cannot run ${path}`;
  const check = (errno: number) => {
    // These return the error, and leave errno as it is.
    if (errno !== 0) throw new PosixError(action, errno);
  };
  check(libc.posix_spawn_file_actions_init(fileActions));
  try {
    check(libc.posix_spawnattr_init(attributes));
    try {
      const flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
      check(libc.posix_spawnattr_setflags(attributes, flags));
      libc.sigemptyset(signals);
      for (const signal of blocks) libc.sigaddset(signals, signalNumber(signal) ?? 0);
      check(libc.posix_spawnattr_setsigmask(attributes, signals));
      libc.sigemptyset(signals);
      libc.sigaddset(signals, SIGPIPE);
      check(libc.posix_spawnattr_setsigdefault(attributes, signals));
      const plan = planDuplicates(numbersOf(descriptors));
      for (const { from, to } of plan.duplicates) {
        check(libc.posix_spawn_file_actions_adddup2(fileActions, from, to));
      }
      for (const number of plan.closes) {
        check(libc.posix_spawn_file_actions_addclose(fileActions, number));
      }
      // What this process was itself started with need not be close-on-exec.
      const others = Math.max(2, ...descriptors.keys()) + 1;
      check(libc.posix_spawn_file_actions_addclosefrom_np?.(fileActions, others) ?? 0);
      if (memory.cwd !== null) {
        const changeFolder = libc.posix_spawn_file_actions_addchdir_np;
        if (changeFolder === null) {
          throw new OperationalError(
            say`Cannot run ${path}: no folder can be set before glibc 2.29`,
          );
        }
        check(changeFolder(fileActions, memory.cwd));
      }
      check(libc.posix_spawn(pid, memory.path, fileActions, attributes, argv, memory.envp));
      return pid[0] ?? 0;
    } finally {
      libc.posix_spawnattr_destroy(attributes);
    }
  } finally {
    libc.posix_spawn_file_actions_destroy(fileActions);
  }
}

function numbersOf(descriptors: ReadonlyMap<number, Descriptor>): Map<number, number> {
  return new Map([...descriptors].map(([to, descriptor]) => [to, numberOf(descriptor)]));
}

function variable(name: string, value: string): string {
  if (name !== "" && !name.includes("=")) return `${name}=${value}`;
  throw new TypeError(`Cannot pass the variable ${JSON.stringify(name)} on: that is no name`);
}
