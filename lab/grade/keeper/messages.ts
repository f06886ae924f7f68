/**
 * What the command and its keeper tell each other, each a line of JSON.
 *
 * @module
 */

/** What the keeper is asked for. */
export type Order =
  | {
    /** Starts a program, which is searched in `PATH`. The one before must have been cleared away. */
    readonly order: "start";
    /** The program and its arguments. */
    readonly command: readonly string[];
  }
  | {
    /** Kills the program and all that it has started. */
    readonly order: "clear";
  };

/** How a program has ended. */
export interface ProgramEnd {
  /** Its exit status, or 128 and the signal's number. */
  readonly code: number;
  /** The signal that ended it, or null. */
  readonly signal: string | null;
}

/** What the keeper tells. */
export type Report =
  | {
    /** It is ready for orders. */
    readonly report: "ready";
    /** Why it is not told of processes whose parents have ended: libc cannot be called. Null where it is. */
    readonly blind: string | null;
  }
  | {
    /** The program was started. */
    readonly report: "started";
    /** Its process. */
    readonly pid: number;
  }
  | ProgramEnd & {
    /** The program has ended; what it has started may be there still. */
    readonly report: "ended";
  }
  | {
    /** Nothing is left of it. */
    readonly report: "cleared";
  }
  | {
    /** There were too many processes, and all were killed. */
    readonly report: "overran";
    /** How many. */
    readonly count: number;
  };

/** The line of a message. */
export function formatMessage(message: Order | Report): string {
  return JSON.stringify(message) + "\n";
}

/**
 * Longer than any line: a command line may be as long as execve(2) lets an argument be, and JSON doubles it at most.
 */
export const LINE_BYTES_MAX = 1024 * 1024;
