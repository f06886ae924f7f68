/**
 * Types for the part of `@std/cli/parse-args` that Brood calls; the npm package it comes from ships none.
 */

/** What {@linkcode parseArgs} is told about the flags it will meet. */
export interface ParseOptions {
  /** Flags that take no value. */
  readonly boolean?: readonly string[];
  /** Flags that take a value; one without gets an empty text. */
  readonly string?: readonly string[];
  /** Flags all of whose values count: they are in an array, which is there also where the flag is not. */
  readonly collect?: readonly string[];
  /** Called for what is neither; a flag has a key, an operand has none. */
  readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

/** Sorts an argv into flags, by name, and operands, under `_`. */
export function parseArgs(
  args: readonly string[],
  options?: ParseOptions,
): { _: unknown[]; [flag: string]: unknown };
