/**
 * The one place that prints an error: every main module runs its command through {@linkcode exitWith}.
 *
 * @module
 */

import { EXIT_STATUS, OperationalError, UsageError } from "./errors.ts";

/** How a program is called. */
export interface ProgramName {
  /** In front of its errors. */
  readonly prefix: string;
  /** Where it is typed, in front of a command and `--help`. */
  readonly typed: string;
}

const BROOD: ProgramName = { prefix: "brood", typed: "brood" };

/** Tells an error that nobody caught. Resolves to the exit status that goes with it, or to null if the program goes on. */
export type TellUnhandled = (error: unknown) => Promise<number | null>;

/** Null until somebody asks to. */
let tellUnhandled: TellUnhandled | null = null;

/** Lets a part that runs code of others tell the errors that nobody catches in it, which are no bugs of this program. */
export function onUnhandled(tell: TellUnhandled): void {
  tellUnhandled = tell;
}

/** Runs a program to its end and exits with the status it resolves to, or with that of the error it ended with. */
export async function exitWith(run: () => Promise<number>, name = BROOD): Promise<never> {
  // What nobody catches, in a promise or a timer, is a bug too: it gets the same report and exit status.
  const settle = async (error: unknown) => {
    const status = tellUnhandled === null ? report(error, name) : await tellUnhandled(error);
    if (status !== null) Deno.exit(status);
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    settle(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    settle(event.error);
  });
  Deno.exit(await run().catch((error) => report(error, name)));
}

/** Tells an error on standard error, in one line unless it is a bug. Returns the exit status that goes with it. */
function report(error: unknown, { prefix, typed }: ProgramName): number {
  if (error instanceof UsageError) {
    const help = [typed, error.command, "--help"].filter((word) => word !== null).join(" ");
    console.error(`${prefix}: ${error.message}; try '${help}'`);
    return EXIT_STATUS.usage;
  }
  if (error instanceof OperationalError) {
    console.error(`${prefix}: ${error.message}`);
    return EXIT_STATUS.failed;
  }
  console.error(`${prefix}: this is a bug, please report it:`, error);
  return EXIT_STATUS.bug;
}
