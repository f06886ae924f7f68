/**
 * What the processes that the server starts may use (`--limit`): resource limits, setrlimit(2).
 *
 * A process has them before its program is executed, because prlimit(1) of util-linux sets them for itself and then
 * becomes that program: its pid, descriptors and environment stay as they are. A shell with `ulimit` would do the same,
 * but for the environment, where it sets and drops variables.
 *
 * @module
 */

import { type Flag, integer, list, type ListDescription, ValueError } from "../../cli/flags.ts";
import { OperationalError, spawnReasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import { startAnywhere } from "../../ipc/working_folder.ts";
import { findExecutable } from "../parent/spawn/executable.ts";
import { asItIs, type Prepare } from "../parent/spawn/session.ts";

/** What a process may use so much of. */
export interface Limit {
  /** What. */
  readonly name: LimitName;
  /** How much: a number, bytes or seconds. */
  readonly value: number;
}

/** What can be limited. */
export type LimitName = "open-files" | "memory" | "cpu" | "processes";

/** The limits of prlimit(1). Of the CPU's time the hard one is a second later: SIGXCPU tells more than SIGKILL. */
const ARGUMENTS: Readonly<Record<LimitName, (value: number) => string>> = {
  "open-files": (value) => `--nofile=${value}`,
  "memory": (value) => `--as=${value}`,
  "cpu": (value) => `--cpu=${value}:${value + 1}`,
  "processes": (value) => `--nproc=${value}`,
};

const NAMES = Object.keys(ARGUMENTS) as readonly LimitName[];

/** A flag whose values are limits. Of two with the same name the last one counts. */
export function limitsFlag(
  flag: Pick<ListDescription<Limit>, "placeholder" | "help">,
): Flag<readonly Limit[]> {
  return list({
    ...flag,
    words: NAMES,
    separator: ",",
    parseItem: parseLimit,
    formatItem: ({ name, value }) => `${name}=${value}`,
  });
}

const NUMBER = integer({ placeholder: "N", fallback: 1, min: 1, max: 2 ** 31 - 1, help: "" });

function parseLimit(text: string): Limit {
  const [, word = "", amount = ""] = /^\s*([^=]*)=(.*)$/s.exec(text) ?? [];
  const name = NAMES.find((name) => name === word);
  if (name === undefined) {
    throw new ValueError(say`expected NAME=N, and for NAME one of ${NAMES.join(", ")}`);
  }
  return { name, value: name === "memory" ? parseBytes(amount) : NUMBER.parse(amount) };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

function parseBytes(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+)([KMG]?)$/.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit] ?? 1);
  if (bytes < 1 || bytes > Number.MAX_SAFE_INTEGER) {
    throw new ValueError(say`expected a number of bytes, such as 512M`);
  }
  return bytes;
}

/**
 * Finds the means for these limits, and tries them, so that processes can be started with them. Throws
 * {@linkcode OperationalError} where they cannot be set: a user cannot set one above what the server itself has.
 */
export async function openLimits(limits: readonly Limit[]): Promise<Prepare> {
  if (limits.length === 0) return asItIs;
  const values = new Map(limits.map(({ name, value }) => [name, value]));
  const flags = [...values].map(([name, value]) => ARGUMENTS[name](value));
  const prlimit = await tryLimits(flags);
  return ({ path, args, ...command }) => ({
    ...command,
    path: prlimit,
    args: [...flags, path, ...args],
  });
}

/** Has prlimit(1) set them for itself alone. Returns its path. */
async function tryLimits(flags: readonly string[]): Promise<string> {
  const { os } = Deno.build;
  if (os !== "linux") throw problem(say`this works on Linux alone, and here is ${os}`);
  try {
    const path = await findExecutable("prlimit");
    const command = new Deno.Command(path, { args: [...flags], stdout: "null", env: C_LOCALE });
    const { success, stderr } = await startAnywhere(() => command.output());
    if (success) return path;
    const [line = ""] = new TextDecoder().decode(stderr).split("\n");
    throw new OperationalError(line.replace(/^prlimit: /, ""));
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw problem(spawnReasonOf(cause), cause);
  }
}

const C_LOCALE = { LC_ALL: "C" };

function problem(reason: string, cause?: Error): OperationalError {
  return new OperationalError(say`Cannot set the limits of --limit: ${reason}`, { cause });
}
