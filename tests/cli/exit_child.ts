/**
 * Ends as its arguments say: `KIND MESSAGE` throws an error of that kind, `rejection` leaves a promise that fails to
 * nobody, and `done` ends well.
 *
 * @module
 */

import { EXIT_STATUS, OperationalError, UsageError } from "../../ipc/errors.ts";
import { exitWith } from "../../cli/exit.ts";

const [kind = "", message = ""] = Deno.args;

const ERRORS: Readonly<Record<string, Error>> = {
  usage: new UsageError(message, { command: "knock" }),
  operational: new OperationalError(message),
  bug: new RangeError(message, { cause: new Error(message) }),
};

await exitWith(async () => {
  if (kind === "rejection") {
    Promise.reject(new RangeError(message));
    await new Promise(() => {});
  }
  const error = ERRORS[kind];
  if (error !== undefined) throw error;
  return EXIT_STATUS.done;
}, { prefix: "door", typed: "a door" });
