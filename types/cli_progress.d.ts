/**
 * Types for the part of `cli-progress` that Brood calls; the package ships none.
 */

/** How a bar looks. */
export interface BarOptions {
  /** The line, with placeholders such as `{bar}`. */
  readonly format: string;
  /** Whether the bar goes away at the end. */
  readonly clearOnComplete?: boolean;
  /** Whether the cursor is hidden while the bar is there. */
  readonly hideCursor?: boolean;
  /** The length of the bar, in characters. */
  readonly barsize?: number;
}

/** A progress bar on standard error. */
export class SingleBar {
  constructor(options: BarOptions);
  /** Shows the bar. */
  start(total: number, startValue: number): void;
  /** Moves it. */
  update(value: number): void;
  /** Ends it. */
  stop(): void;
}

declare const module: { readonly SingleBar: typeof SingleBar };
export default module;
