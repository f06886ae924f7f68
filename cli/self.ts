/**
 * The command that starts this program again, as its own worker or reader: the compiled binary by its path and a hidden
 * command, the source by the module behind that command. That module alone starts in fewer milliseconds than `main.ts`,
 * whose other commands Deno reads in advance, and a worker's start is the price of a connection.
 *
 * @module
 */

import type { PermissionName } from "./permissions.ts";

/** A program and its arguments, as `Deno.Command` takes them. */
export interface SelfCommand {
  /** The executable. */
  readonly path: string;
  /** Its arguments. */
  readonly args: readonly string[];
}

/** A hidden command of this program. */
export interface HiddenCommand {
  /** What `main.ts` calls it. */
  readonly name: string;
  /** The URL of its module, which runs it when it is the main module. */
  readonly module: string;
  /** What it may do. From source it starts with no more; in a compiled binary, which has all, it gives up the rest. */
  readonly permissions: readonly PermissionName[];
  /** Deno's other flags for it, from source: permissions by path, and what makes it start quicker. */
  readonly flags: readonly string[];
}

/** It never asks, and the code cache costs so small a program more than it saves. */
const RUN_FLAGS = ["--no-prompt", "--no-code-cache"];

/**
 * The file that this process executes: this program, or Deno from source. Asked for once, at the start: the system
 * forgets the path when the file is replaced, as an upgrade does.
 */
export const EXECUTABLE: string = Deno.execPath();

/** The command that runs this program's hidden command with `args`. */
export function selfCommand(command: HiddenCommand, args: readonly string[]): SelfCommand {
  if (Deno.build.standalone) return { path: EXECUTABLE, args: [command.name, ...args] };
  const allowed = command.permissions.map((name) => `--allow-${name}`);
  return {
    path: EXECUTABLE,
    args: ["run", ...RUN_FLAGS, ...allowed, ...command.flags, command.module, ...args],
  };
}
