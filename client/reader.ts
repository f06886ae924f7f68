/**
 * The reader's entry: the hidden command `_reader`, the second process of `client --split`.
 *
 * It prints what the parent passes on to its standard input, and ends at the end of file there: the server has ended,
 * or the parent is gone. It leaves signals to the system, so that Ctrl-C, which reaches both processes, ends it even
 * while nobody reads what it prints.
 *
 * From source this is the main module itself (see `cli/self.ts`).
 *
 * @module
 */

import { EXIT_STATUS } from "../ipc/errors.ts";
import { exitWith } from "../cli/exit.ts";
import { giveUpPermissions } from "../cli/permissions.ts";
import type { HiddenCommand } from "../cli/self.ts";
import { receiveAll } from "./receive.ts";

/** The hidden command that starts a reader. What it works with is open when it starts: it needs no permission. */
export const READER_COMMAND: HiddenCommand = {
  name: "_reader",
  module: import.meta.url,
  permissions: [],
  flags: ["--no-config"],
};

/** Runs a reader. Resolves to its exit status; rejects with `OutputError` if it cannot print. */
export async function runReader(): Promise<number> {
  giveUpPermissions(READER_COMMAND.permissions);
  await receiveAll(Deno.stdin, Deno.stdout);
  return EXIT_STATUS.done;
}

if (import.meta.main) await exitWith(runReader);
