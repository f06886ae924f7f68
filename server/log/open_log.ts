/**
 * Opens the log of a server: to standard output, with warnings to standard error, as the user asked for it.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import type { ServerOptions } from "../command.ts";
import type { EventBus } from "../events.ts";
import { LineWriter } from "./line_writer.ts";
import { type LogOptions, subscribeLog } from "./log.ts";
import { say } from "../../ipc/say.ts";
import { translatorTo } from "../../cli/translation.ts";

/** What a log is opened with. */
export interface OpenLogOptions
  extends Pick<ServerOptions, "log" | "quiet" | "noMessages" | "language"> {
  /** Times writes, and what is explained. */
  readonly clock: Clock;
  /** Whether the parent itself serves connections. */
  readonly isParentServing: boolean;
}

/** A log that is written. Disposing waits until it is, or for a second. */
export interface OpenedLog extends AsyncDisposable {
  /** The log itself. */
  readonly output: LineWriter;
  /** Standard error, where warnings go too. */
  readonly errors: LineWriter;
}

/** Writes events from now on. */
export async function openLog(events: EventBus, options: OpenLogOptions): Promise<OpenedLog> {
  const { log: format, quiet, noMessages, language, clock } = options;
  const translate = await translatorTo(language);
  const errors = new LineWriter(Deno.stderr, { name: "standard error", warn() {}, clock });
  const warnings = { writeLine: (line: string) => errors.writeLine(translate(line)) };
  const warn = (message: string) => warnings.writeLine(say`warning: ${message}`);
  const output = new LineWriter(Deno.stdout, { name: "standard output", warn, clock });
  const log = { quiet, showsMessages: !noMessages, output, warnings };
  if (format === "explain") await explain(events, { ...options, ...log });
  else subscribeLog(events, { ...log, format, date: () => new Date() });
  return {
    errors,
    output,
    async [Symbol.asyncDispose]() {
      await output[Symbol.asyncDispose]();
      await errors[Symbol.asyncDispose]();
    },
  };
}

/** Loads what explains only where somebody wants it. */
async function explain(
  events: EventBus,
  { clock, ...options }: OpenLogOptions & Omit<LogOptions, "format" | "date">,
): Promise<void> {
  const { subscribeExplanation } = await import("./explain.ts");
  const { openDescriptorLookup } = await import("./descriptor_lookup.ts");
  const lookup = await openDescriptorLookup();
  subscribeExplanation(events, { ...options, lookup, now: () => clock.now() });
}
