/**
 * How many connections the process's descriptors are enough for.
 *
 * @module
 */

import { UsageError } from "../ipc/errors.ts";

/** Descriptors of one connection in the parent: client, worker's stream, control channel, and the process (pidfd). */
const PER_CONNECTION = 4;

/** Descriptors of everything else: the runtime's own, the listeners, and a child that is being started. */
const RESERVED = 64;

/** What a user who does not say gets, as with tcpserver. */
export const CONNECTIONS_DEFAULT = 40;

/** The soft limit of open files of this process, or null where there is none. A shell inherits it and can tell. */
export async function descriptorLimit(): Promise<number | null> {
  const command = new Deno.Command("sh", { args: ["-c", "ulimit -n"], stderr: "null" });
  const { stdout } = await command.output();
  const text = new TextDecoder().decode(stdout).trim();
  return /^\d+$/.test(text) ? Number(text) : null;
}

/**
 * How many connections may be served at once: as many as were asked for (null: the default, or as many as there are
 * descriptors for). Throws {@linkcode UsageError} with the numbers if more were asked for than can be.
 */
export function connectionLimit(asked: number | null, descriptors: number | null): number {
  const possible = descriptors === null
    ? Infinity
    : Math.max(1, Math.floor((descriptors - RESERVED) / PER_CONNECTION));
  if (asked === null) return Math.min(CONNECTIONS_DEFAULT, possible);
  if (asked <= possible) return asked;
  throw new UsageError(
    `--max-connections ${asked}: this process may open ${descriptors} files, ` +
      `enough for ${possible} connections (see ulimit -n)`,
    { command: "server" },
  );
}
