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

/** Tells an error that nobody awaited, and returns the exit status that goes with it; null until somebody asks to. */
let tellUnhandled: ((error: unknown) => number) | null = null;

/** Lets a part that runs code of others tell the errors that nobody awaits in it, which are no bugs of this program. */
export function onUnhandled(tell: (error: unknown) => number): void {
  tellUnhandled = tell;
}

/** Runs a program to its end and exits with the status it resolves to, or with that of the error it ended with. */
export async function exitWith(run: () => Promise<number>, name = BROOD): Promise<never> {
  // A promise that nobody awaits, and that fails, is a bug too: it gets the same report and exit status.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(tellUnhandled?.(event.reason) ?? report(event.reason, name));
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
