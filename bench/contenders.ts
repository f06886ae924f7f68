/**
 * The contenders: every mode of our server, and what one would use instead.
 *
 * @module
 */

import { compileC } from "./c_programs.ts";
import type { ServerProgram } from "./program.ts";

/** A server that can be measured. */
export interface Contender {
  /** Its key in the results. */
  readonly id: ContenderId;
  /** How the table calls it. */
  readonly name: string;
  /** The command that serves a port of 127.0.0.1; ours chooses a free one itself and tells it. */
  readonly command: (port: number) => readonly string[];
  /** Whether it prints a line with its port when it is ready. */
  readonly tellsPort: boolean;
  /** How many processes it keeps below it while nobody is connected. */
  readonly idleChildren: number;
  /** Whether these serve clients: spare and prefork workers do, a guard does not. */
  readonly idleChildrenServe: boolean;
  /** Whether it serves many clients at once. */
  readonly isConcurrent: boolean;
}

/** The keys of the contenders. */
export type ContenderId =
  | "fork_echo"
  | "tcpserver"
  | "socat"
  | "iterative"
  | "per-connection"
  | "spare"
  | "prefork"
  | "prefork-socket"
  | "program"
  | "program-pipe"
  | "pipe";

/** What is not measured, and why. */
export interface LeftOut {
  /** What it is. */
  readonly name: string;
  /** Why, in a few words. */
  readonly reason: string;
}

/** The contenders of this machine. */
export interface Contenders {
  /** Those that can be measured. */
  readonly present: readonly Contender[];
  /** The others. */
  readonly leftOut: readonly LeftOut[];
}

/** Workers of the prefork mode, as many as there are clients at once. */
const WORKERS = 16;

/** Workers that are kept waiting in per-connection mode. */
const SPARE = 8;

/** Enough for 16 clients at once also while the programs of those before are still being reaped. */
const PROGRAMS = 200;

/** What our server keeps beside programs and workers over pipes, to end them if it is killed. */
const GUARD = { idleChildren: 1, idleChildrenServe: false } as const;

interface OwnMode {
  readonly id: ContenderId;
  readonly name: string;
  readonly flags: readonly string[];
  /** The program that is started for each connection, instead of a worker. */
  readonly program?: readonly string[];
  readonly idleChildren?: number;
  readonly idleChildrenServe?: boolean;
  readonly isConcurrent?: boolean;
}

const OWN_MODES: readonly OwnMode[] = [
  {
    id: "iterative",
    name: "brood iterative",
    flags: ["--mode", "iterative"],
    isConcurrent: false,
  },
  { id: "per-connection", name: "brood per-connection", flags: ["--mode", "per-connection"] },
  {
    id: "spare",
    name: `brood --spare ${SPARE}`,
    flags: ["--mode", "per-connection", "--spare", String(SPARE)],
    idleChildren: SPARE,
  },
  {
    id: "prefork",
    name: `brood prefork of ${WORKERS}`,
    flags: ["--mode", "prefork", "--workers", String(WORKERS)],
    idleChildren: WORKERS,
  },
  {
    id: "prefork-socket",
    name: `brood prefork of ${WORKERS}, socket`,
    flags: ["--mode", "prefork", "--workers", String(WORKERS), "--transport", "socket"],
    idleChildren: WORKERS,
  },
  {
    id: "program",
    name: "brood -- cat, socket",
    flags: ["--transport", "socket", "--max-connections", String(PROGRAMS)],
    program: ["cat"],
    ...GUARD,
  },
  {
    id: "program-pipe",
    name: "brood -- cat, pipes",
    flags: ["--transport", "pipe", "--max-connections", String(PROGRAMS)],
    program: ["cat"],
    ...GUARD,
  },
  { id: "pipe", name: "brood --transport pipe", flags: ["--transport", "pipe"], ...GUARD },
];

interface Peer {
  readonly id: ContenderId;
  readonly name: string;
  /** The program, and what it comes with. */
  readonly tool: string;
  readonly comesWith: string;
  readonly args: (port: number) => readonly string[];
}

const PEERS: readonly Peer[] = [
  {
    id: "tcpserver",
    name: "tcpserver ... cat",
    tool: "tcpserver",
    comesWith: "the package ucspi-tcp",
    // No delay, no look-ups of names, and neither of its limits in the way.
    args: (port) => [..."-D -H -R -l 0 -c 1000 -b 128 127.0.0.1".split(" "), String(port), "cat"],
  },
  {
    id: "socat",
    name: "socat fork EXEC:cat",
    tool: "socat",
    comesWith: "the package socat",
    args: (port) => [
      `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,nodelay,backlog=128`,
      "EXEC:cat",
    ],
  },
];

/** Finds the contenders; compiles the peer that is in C into `folder`. */
export async function findContenders(
  program: ServerProgram,
  folder: string,
): Promise<Contenders> {
  const present: Contender[] = [];
  const leftOut: LeftOut[] = [];
  const forkEcho = `${folder}/fork_echo`;
  const failure = await compileC("peers/fork_echo.c", forkEcho);
  if (failure !== null) leftOut.push({ name: "C server (fork)", reason: failure });
  else {
    const command = (port: number) => [forkEcho, String(port)];
    present.push({ ...DEFAULTS, id: "fork_echo", name: "C server (fork)", command });
  }
  for (const { id, name, tool, comesWith, args } of PEERS) {
    if (await isInstalled(tool)) {
      const command = (port: number) => [tool, ...args(port)];
      present.push({ ...DEFAULTS, id, name, command });
    } else leftOut.push({ name, reason: `${tool} is not installed (${comesWith})` });
  }
  const own = findOwn(program);
  return { present: [...present, ...own.present], leftOut: [...leftOut, ...own.leftOut] };
}

/** Our own contenders, as far as that server has what they need. */
export function findOwn(server: ServerProgram): Contenders {
  const present: Contender[] = [];
  const leftOut: LeftOut[] = [];
  for (const { id, name, flags, program, ...mode } of OWN_MODES) {
    const unknown = unknownWord(program ? [...flags, "PROGRAM"] : flags, server.help);
    if (unknown !== null) leftOut.push({ name, reason: `this server has no ${unknown}` });
    else {
      const args = ["server", ...flags, "--quiet", "0", ...(program ? ["--", ...program] : [])];
      const command = () => [...server.command, ...args];
      present.push({ ...DEFAULTS, tellsPort: true, ...mode, id, name, command });
    }
  }
  return { present, leftOut };
}

const DEFAULTS = {
  tellsPort: false,
  idleChildren: 0,
  idleChildrenServe: true,
  isConcurrent: true,
} as const;

/** The first of the flags and their values that the text of `--help` does not know, or null. Numbers are no words. */
export function unknownWord(flags: readonly string[], help: string): string | null {
  const words = new Set(help.split(/[\s|]+/));
  return flags.find((flag) => !/^\d+$/.test(flag) && !words.has(flag)) ?? null;
}

async function isInstalled(tool: string): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    try {
      if ((await Deno.stat(`${folder}/${tool}`)).isFile) return true;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
        throw error;
      }
    }
  }
  return false;
}
