/**
 * How many connections the process's descriptors are enough for.
 *
 * @module
 */

import { errnoOf, UsageError } from "../../ipc/errors.ts";
import { startAnywhere } from "../../ipc/working_folder.ts";
import { say } from "../../ipc/say.ts";

/** Descriptors of one connection in the parent: client, worker's stream, control channel, and the process (pidfd). */
const PER_CONNECTION = 4;

/** Descriptors of everything else: the runtime's own, the listeners, and a child that is being started. */
const RESERVED = 64;

/** Descriptors of a worker that waits for a connection: its control channel, and the process. */
const PER_SPARE = 2;

/** What a user who does not say gets, as with tcpserver. */
export const CONNECTIONS_DEFAULT = 40;

/**
 * The soft limit of open files of this process, or null where there is none, or nobody who could tell. The shell at
 * `path` is asked: it inherits the limit, and can tell it on every system that has one.
 */
export async function descriptorLimit(path = "/bin/sh"): Promise<number | null> {
  const shell = new Deno.Command(path, { args: ["-c", "ulimit -n"], stderr: "null" });
  try {
    const text = new TextDecoder().decode((await startAnywhere(() => shell.output())).stdout)
      .trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/** A number of connections, and the flag that it was asked for with. */
export interface AskedLimit {
  /** `--max-connections`, say. */
  readonly flag: string;
  /** Its value, or null where it was not given. */
  readonly value: number | null;

  /** Descriptors of a connection beside those that each one has; none if absent. */
  readonly extraEach?: number;
}

/**
 * How many connections may be served at once: as many as were asked for, else the default, or as many as there are
 * descriptors for (null: no limit). Throws {@linkcode UsageError} with the numbers if more were asked for than can be.
 */
export function connectionLimit(asked: AskedLimit, descriptors: number | null): number {
  const { flag, value, extraEach = 0 } = asked;
  const possible = descriptors === null
    ? Infinity
    : Math.max(1, Math.floor((descriptors - RESERVED) / (PER_CONNECTION + extraEach)));
  if (value === null) return Math.min(CONNECTIONS_DEFAULT, possible);
  if (value <= possible) return value;
  throw new UsageError(
    say`${flag} ${value}: this process may open ${descriptors} files, enough for ${possible} connections (see ulimit -n)`,
    { command: "server" },
  );
}

/**
 * The descriptors that are left beside so many spare workers (null: no limit). Throws {@linkcode UsageError} with the
 * numbers if they are not enough for one connection.
 */
export function withoutSpares(descriptors: number | null, spare: number): number | null {
  if (descriptors === null) return null;
  const left = descriptors - PER_SPARE * spare;
  if (spare === 0 || left >= RESERVED + PER_CONNECTION) return left;
  throw new UsageError(
    say`--spare ${spare}: this process may open ${descriptors} files, which leaves none for connections (see ulimit -n)`,
    { command: "server" },
  );
}
