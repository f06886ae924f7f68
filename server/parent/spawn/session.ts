/**
 * Starts processes in a session and process group of their own: a Ctrl-C in the server's terminal reaches the server
 * alone, and a signal to the group reaches a program with all that it has started.
 *
 * Deno does it by a fork of the server (`detached`), which copies its page tables: half a millisecond of its event
 * loop, or more. posix_spawn(3), which `--transport socket` uses, does without.
 *
 * @module
 */

import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import type { Child, Children } from "../../../ipc/posix/processes/children.ts";
import { leaveLostFolder, startAnywhere } from "../../../ipc/working_folder.ts";
import type { GivenDescriptor, ProcessOrigin } from "../../events.ts";
import { executionError } from "./executable.ts";

/** How a process is started. */
export interface SessionCommand {
  /** The executable. */
  readonly path: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What its environment has besides this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** The names of this process's own variables that it inherits; all of them unless told. */
  readonly inherits?: ReadonlySet<string>;
  /** Signals that it takes no notice of, where libc starts it; none unless told. */
  readonly blocks?: readonly Deno.Signal[];
  /** The absolute path of its working folder; this process's own unless told. */
  readonly cwd?: string;
}

/** Makes a process start otherwise than its command alone would have it. */
export type Prepare = (command: SessionCommand) => SessionCommand;

/** Does not. */
export function asItIs(command: SessionCommand): SessionCommand {
  return command;
}

/** What Deno asks the operating system for where a process leads a session of its own. */
export const SESSION_CALL: ProcessOrigin["call"] = Deno.build.os === "windows"
  ? "CreateProcess"
  : "fork";

/** What a process of {@linkcode startSession} has open. */
export function descriptorsOf(stdio: "piped" | "null"): readonly GivenDescriptor[] {
  const kind = stdio === "piped" ? "pipe" : "null";
  return [
    { number: 0, kind, copyOf: null },
    { number: 1, kind, copyOf: null },
    { number: 2, kind: "inherited", copyOf: null },
  ];
}

/**
 * Starts a process, with pipes to its standard input and output or with neither; its standard error is this process's.
 * Throws what {@linkcode executionError} makes of the operating system's error, and `TypeError` for a part of the
 * variables: Deno has a process inherit all or none.
 */
export function startSession(
  { path, args, env, inherits, cwd }: SessionCommand,
  stdio: "piped" | "null",
): Deno.ChildProcess {
  if (inherits !== undefined && inherits.size > 0) {
    throw new TypeError("Deno cannot pass a part of the environment on");
  }
  const command = new Deno.Command(path, {
    args: [...args],
    env: { ...env },
    clearEnv: inherits !== undefined,
    ...cwd === undefined ? {} : { cwd },
    stdin: stdio,
    stdout: stdio,
    stderr: "inherit",
    detached: true,
  });
  try {
    return startAnywhere(() => command.spawn());
  } catch (error) {
    throw executionError({ path, cwd }, error);
  }
}

/** Starts a process that gets descriptors, by their numbers there; with those it has 0, 1 and 2. Throws likewise. */
export function startSessionWith(
  descriptors: ReadonlyMap<number, Descriptor>,
  { path, args, env = {}, inherits, blocks, cwd }: SessionCommand,
  children: Pick<Children, "start">,
): Child {
  leaveLostFolder();
  try {
    return children.start(path, { args, env, inherits, descriptors, blocks, cwd });
  } catch (error) {
    throw executionError({ path, cwd }, error);
  }
}
