/**
 * The progress bar of a load, on a terminal.
 *
 * @module
 */

import { systemClock } from "../../../ipc/clock.ts";

const REDRAW_EVERY_MS = 200;

const NO_BAR: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() };

/**
 * A bar for `total` messages where standard error is a terminal, else none. It asks `settled` how many came back or
 * never will.
 */
export async function showProgress(total: number, settled: () => number): Promise<AsyncDisposable> {
  return await showBar(total, { settled, unit: "messages" });
}

/** A bar for `total` of that unit, of which `settled` tells how many are done, where standard error is a terminal. */
export async function showBar(
  total: number,
  { settled, unit }: { readonly settled: () => number; readonly unit: string },
): Promise<AsyncDisposable> {
  if (!Deno.stderr.isTerminal()) return NO_BAR;
  // @ts-types="../../../types/cli_progress.d.ts"
  const { default: { SingleBar } } = await import("cli-progress");
  const bar = new SingleBar({
    format: `{bar} {percentage}% | {value} of {total} ${unit} | {duration_formatted}`,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  const ending = new AbortController();
  const drawing = draw();
  async function draw(): Promise<void> {
    while (!ending.signal.aborted) {
      await systemClock.sleep(REDRAW_EVERY_MS, ending.signal);
      bar.update(settled());
    }
    bar.stop();
  }
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await drawing;
    },
  };
}
