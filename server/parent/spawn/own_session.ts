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

import { findFault, lookUpExecutable } from "./executable.ts";
import { installLauncher, NOT_EXECUTED } from "./launcher.ts";
import { startAnywhere } from "../../../ipc/working_folder.ts";

/** How a process is started. */
export interface SessionCommand {
  /** The executable. */
  readonly path: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** What its environment has besides this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process that was started. */
export interface SessionProcess extends Deno.ChildProcess {
  /** Why one that has ended so never became its program, in a line that names it; null if it was executed. */
  readonly whyNotExecuted: (status: Deno.CommandStatus) => string | null;
}

/**
 * Starts a process, with pipes to its standard input and output or with neither; its standard error is this process's.
 * Throws the operating system's error where it cannot, or lets the process end, and `whyNotExecuted` say why.
 */
export type SessionSpawn = (command: SessionCommand, stdio: "piped" | "null") => SessionProcess;

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
interface Wrapper {
  /** Its path and arguments. */
  readonly command: readonly [path: string, ...args: string[]];
  /** Why a program that ended so was not executed, in a few words; null if it was. */
  readonly findFault: (path: string, status: Deno.CommandStatus) => string | null;
}

function spawn(
  { path, args, env }: SessionCommand,
  { stdio, wrapper }: { readonly stdio: "piped" | "null"; readonly wrapper: Wrapper | null },
): SessionProcess {
  const [executable, ...rest] = wrapper === null
    ? [path] as const
    : [...wrapper.command, path] as const;
  const child = new Deno.Command(executable, {
    args: [...rest, ...args],
    env: { ...env },
    stdin: stdio,
    stdout: stdio,
    stderr: "inherit",
    detached: wrapper === null,
  }).spawn();
  return Object.assign(child, {
    whyNotExecuted(status: Deno.CommandStatus): string | null {
      const fault = wrapper?.findFault(path, status) ?? null;
      return fault && `Cannot execute ${path}: ${fault}`;
    },
  });
}

/** The best wrapper, or null if there is none. */
async function findWrapper(launcherPath: string | null): Promise<Wrapper | null> {
  if (launcherPath !== null && await installLauncher(launcherPath)) {
    return { command: [launcherPath], findFault: findFaultOfLauncher };
  }
  const setsid = await lookUpExecutable("setsid");
  return setsid === null ? null : { command: [setsid, "--"], findFault: findFaultOfSetsid };
}

function findFaultOfLauncher(path: string, { signal }: Deno.CommandStatus): string | null {
  if (signal !== NOT_EXECUTED) return null;
  return findFault(path) ?? "the system does not say why";
}

/** As setsid(1) exits if it cannot execute a program, and so may programs: then there must be something to be seen. */
function findFaultOfSetsid(path: string, { code }: Deno.CommandStatus): string | null {
  return code === 126 || code === 127 ? findFault(path) : null;
}
