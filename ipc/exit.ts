/**
 * The one place that prints an error and exits: every main module runs its command through {@linkcode exitWith}.
 *
 * @module
 */

import { EXIT_STATUS, OperationalError, UsageError } from "./errors.ts";

/** Runs a program to its end and exits with the status it resolves to, or with that of the error it ended with. */
export async function exitWith(run: () => Promise<number>): Promise<never> {
  addEventListener("unhandledrejection", reportUnhandled);
  Deno.exit(await run().catch(report));
}

/** A promise that nobody awaits, and that fails, is a bug too: it gets the same report and exit status. */
function reportUnhandled(event: PromiseRejectionEvent): void {
  event.preventDefault();
  Deno.exit(report(event.reason));
}

/** Tells an error on standard error, in one line unless it is a bug. Returns the exit status that goes with it. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    const command = ["brood", error.command, "--help"].filter((word) => word !== null).join(" ");
    console.error(`brood: ${error.message}; try '${command}'`);
    return EXIT_STATUS.usage;
  }
  if (error instanceof OperationalError) {
    console.error(`brood: ${error.message}`);
    return EXIT_STATUS.failed;
  }
  console.error("brood: this is a bug, please report it:", error);
  return EXIT_STATUS.bug;
}
