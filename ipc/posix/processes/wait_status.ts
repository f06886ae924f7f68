/**
 * How a process ended, as wait(2) tells it.
 *
 * @module
 */

/** A process's end. */
export interface ProcessStatus extends Deno.CommandStatus {
  /** Whether the kernel wrote an image of its memory, core(5); only a signal makes it do so. */
  readonly coreDumped: boolean;
}

/** Of Linux, signal(7), from 1 on; the same on x86-64 and on arm64. */
const SIGNALS: readonly Deno.Signal[] = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGSTKFLT",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
];

/** What a shell adds to a signal's number to make an exit status of it; Deno does the same. */
const SIGNALLED = 128;

/**
 * Decodes the word that waitpid(2) gives for a process that has ended, as the macros of `<sys/wait.h>` do:
 *
 *     bits 0-6   WTERMSIG: the signal that ended it, or 0 where it exited
 *     bit  7     WCOREDUMP
 *     bits 8-15  WEXITSTATUS
 */
export function decodeWaitStatus(word: number): ProcessStatus {
  const number = word & 0x7f;
  if (number === 0) {
    const code = word >> 8 & 0xff;
    return { success: code === 0, code, signal: null, coreDumped: false };
  }
  // Deno has no names for signals that only programs of their own send each other, SIGRTMIN and up.
  const signal = SIGNALS[number - 1] ?? `SIG${number}` as Deno.Signal;
  const coreDumped = (word & 0x80) !== 0;
  return { success: false, code: SIGNALLED + number, signal, coreDumped };
}

/** The number of a signal by its name, on Linux; null for what is no name of one. */
export function signalNumber(name: string): number | null {
  const number = (SIGNALS as readonly string[]).indexOf(name) + 1;
  if (number > 0) return number;
  const [, unnamed] = /^SIG(\d+)$/.exec(name) ?? [];
  return unnamed === undefined ? null : Number(unnamed);
}
