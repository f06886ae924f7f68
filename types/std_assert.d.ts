/**
 * Types for the part of `@std/assert` that the tests call; the npm package it comes from ships none.
 */

/** A class whose instances can be thrown. */
// deno-lint-ignore no-explicit-any -- the one way to say "any constructor of T"
type Constructor<T> = new (...args: any[]) => T;

/** What a failed assertion throws. */
export class AssertionError extends Error {}

/** Throws unless the value is truthy. */
export function assert(actual: unknown, message?: string): asserts actual;

/** Throws unless the two are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void;

/** Throws if the two are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;

/** Throws unless the text contains the other. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void;

/** Throws unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void;

/** Throws if the text matches. */
export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;

/** Throws unless the value is of the class. */
export function assertInstanceOf<T>(
  actual: unknown,
  expected: Constructor<T>,
  message?: string,
): asserts actual is T;

/** Throws unless `actual` is greater than or equal to `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;

/** Throws unless `actual` is less than or equal to `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;

/** Throws unless the function throws an error of the class, with that text in its message; returns it. */
export function assertThrows<E extends Error = Error>(
  run: () => unknown,
  expected: Constructor<E>,
  messageIncludes?: string,
): E;

/** Throws unless the promise rejects with an error of the class; resolves to it. */
export function assertRejects<E extends Error = Error>(
  run: () => PromiseLike<unknown>,
  expected: Constructor<E>,
  messageIncludes?: string,
): Promise<E>;

/** Throws, always. */
export function fail(message?: string): never;
