/**
 * Starts processes in a session and process group of their own: a Ctrl-C in the server's terminal reaches the server
 * alone, and a signal to the group reaches a program with all that it has started.
 *
 * Deno's `detached` does it everywhere, but makes Deno fork, which copies the page tables of the whole server: half a
 * millisecond of its event loop, or more. On Linux another program does it instead, in the process that Deno spawned:
 * the launcher, which takes a tenth of a millisecond of another core's, or else setsid(1), which takes half. The price
 * is that time and that of the spawn, in which a Ctrl-C still reaches the process.
 *
 * @module
 */

import { lookUpExecutable } from "./executable.ts";
import { installLauncher } from "./launcher.ts";
import { startAnywhere } from "./working_folder.ts";

/** How a process is started. */
export interface SessionCommand {
  /** The executable. */
  readonly path: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What its environment has besides this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a process, with pipes to its standard input and output or with neither; its standard error is this process's.
 * Throws the operating system's error, or lets the process exit with status 127 and say why.
 */
export type SessionSpawn = (command: SessionCommand, stdio: "piped" | "null") => Deno.ChildProcess;

/**
 * Finds the best way that this machine has. `launcherPath` is where a launcher may be written, for as long as processes
 * are started; null if nowhere.
 */
export async function openSessions(launcherPath: string | null): Promise<SessionSpawn> {
  let wrapper = Deno.build.os === "linux" ? await findWrapper(launcherPath) : null;
  return (command, stdio) => {
    try {
      return startAnywhere(() => spawn(command, { stdio, wrapper }));
    } catch (error) {
      // Some systems clear a folder of temporary files of what is some days old.
      if (wrapper === null || !(error instanceof Deno.errors.NotFound)) throw error;
      wrapper = null;
      return spawn(command, { stdio, wrapper });
    }
  };
}

/** What is put in front of a command to give it a session of its own. */
type Wrapper = readonly [path: string, ...args: string[]];

function spawn(
  { path, args, env }: SessionCommand,
  { stdio, wrapper }: { readonly stdio: "piped" | "null"; readonly wrapper: Wrapper | null },
): Deno.ChildProcess {
  const [executable, ...rest] = wrapper === null ? [path] as const : [...wrapper, path] as const;
  return new Deno.Command(executable, {
    args: [...rest, ...args],
    env: { ...env },
    stdin: stdio,
    stdout: stdio,
    stderr: "inherit",
    detached: wrapper === null,
  }).spawn();
}

/** The best wrapper, or null if there is none. */
async function findWrapper(launcherPath: string | null): Promise<Wrapper | null> {
  if (launcherPath !== null && await installLauncher(launcherPath)) return [launcherPath];
  const setsid = await lookUpExecutable("setsid");
  return setsid === null ? null : [setsid, "--"];
}
