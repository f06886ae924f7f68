/**
 * What keeps a process from a signal that was meant for the server: service managers send SIGTERM to all processes of a
 * service at once, and a connection must not end by that before its time. The server alone ends what it has started,
 * by other means.
 *
 * A signal that is ignored stays so when a program is executed, execve(2), so the process is safe from its first
 * instruction on. Deno can ignore none, so a shell does, and then becomes that program: its pid, descriptors and
 * environment stay as they are, but for what a shell sets itself, such as PWD. That costs a fiftieth of a start. A
 * listener in the process itself would cost as much and come too late, at the end of the start.
 *
 * @module
 */

import { errnoOf } from "../ipc/errors.ts";
import { MEANINGLESS_SIGNALS } from "./lifetime.ts";
import type { SelfCommand } from "./self.ts";

/** What would end a process, and is none of its business: the server takes it, or means nothing by it either. */
export const SHIELDED_SIGNALS: readonly Deno.Signal[] = [
  "SIGINT",
  "SIGTERM",
  ...MEANINGLESS_SIGNALS,
];

const SHELL = "/bin/sh";

/** `trap` wants names without the SIG. */
const SCRIPT = `trap '' ${
  SHIELDED_SIGNALS.map((signal) => signal.slice(3)).join(" ")
}; exec "$0" "$@"`;

let canShield: boolean | null = null;

/**
 * The command with which a process takes no notice of them; the same where the system has no shell, and where the
 * program cannot be executed: who starts it is told so himself, in place of the shell.
 */
export function shielded<Command extends SelfCommand>(command: Command): Command {
  canShield ??= isExecutable(SHELL);
  if (!canShield || !isExecutable(command.path)) return command;
  return { ...command, path: SHELL, args: ["-c", SCRIPT, command.path, ...command.args] };
}

function isExecutable(path: string): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && mode !== null && (mode & 0o111) !== 0;
  } catch (error) {
    if (errnoOf(error) === null && !(error instanceof Deno.errors.NotCapable)) throw error;
    return false;
  }
}
