/**
 * Starts programs in a session and process group of their own: a Ctrl-C in the server's terminal reaches the server
 * alone, and a signal to the group reaches a program with all that it has started.
 *
 * `detached` does it everywhere, but makes Deno fork, which copies the page tables of the whole server: 1.3 ms of its
 * event loop, where `setsid` takes 0.6 of another core's. So setsid(1) is used where there is one. The price is the half
 * millisecond before it has run, in which a Ctrl-C still reaches the program.
 *
 * @module
 */

import { lookUpExecutable } from "./executable.ts";

/** How a program is started. */
export interface SessionCommand {
  /** The executable. */
  readonly path: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What its environment has besides this process's own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a program with pipes to its standard input and output. Throws the operating system's error. */
export type SessionSpawn = (command: SessionCommand) => Deno.ChildProcess;

/** Finds the best way that this machine has. */
export async function openSessions(): Promise<SessionSpawn> {
  const setsid = Deno.build.os === "linux" ? await lookUpExecutable("setsid") : null;
  return ({ path, args, env }) => {
    const pipes = { env: { ...env }, stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
    return setsid === null
      ? new Deno.Command(path, { ...pipes, args: [...args], detached: true }).spawn()
      : new Deno.Command(setsid, { ...pipes, args: ["--", path, ...args] }).spawn();
  };
}
