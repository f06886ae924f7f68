/**
 * How explained events are laid out: the time since the first of them, the process that acts, what happened, and under
 * that, indented, what explains it.
 *
 * @module
 */

import { escapeControls } from "./escape.ts";
import type { LineSink } from "./log.ts";

/** Columns of the time and of the pid: of a server that runs for a day, and of the longest there is (proc(5)). */
const WIDTH = { time: 14, pid: 7 } as const;

/** Where and when lines are written. */
export interface ExplainedLinesOptions {
  /** The log. */
  readonly output: LineSink;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
}

/** Knows when the first was written. */
export class ExplainedLines {
  readonly #options: ExplainedLinesOptions;
  #startedAt: number | null = null;

  /** Writes nothing yet. */
  constructor(options: ExplainedLinesOptions) {
    this.#options = options;
  }

  /** Writes what happened, and the lines that explain it. */
  write(
    { pid, head, isOfClient = false }: {
      readonly pid: number;
      readonly head: string;
      readonly isOfClient?: boolean;
    },
    lines: readonly string[],
  ): void {
    const { output, now } = this.#options;
    const time = this.formatTime(now()).padEnd(WIDTH.time);
    const begin = `${time} ${String(pid).padEnd(WIDTH.pid)} `;
    output.writeLine(begin + head, isOfClient);
    const indent = " ".repeat(begin.length);
    for (const line of lines) output.writeLine(indent + escapeControls(line), isOfClient);
  }

  /** The time since the first line. */
  formatTime(at: number): string {
    this.#startedAt ??= at;
    return `+${(at - this.#startedAt).toFixed(1)} ms`;
  }
}
