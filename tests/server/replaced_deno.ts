/**
 * Replaces a part of the `Deno` namespace, for what the operating system does too seldom to wait for. The tests of
 * other files, which run at the same time, have a namespace of their own.
 */

/** Puts `value` in the place of `Deno[name]` until it is disposed. */
export function replaceDeno(
  name: "Command" | "connect" | "env" | "listen" | "listenTls" | "readDir" | "stderr" | "stdout",
  value: unknown,
): Disposable {
  const original = Object.getOwnPropertyDescriptor(Deno, name) ?? {};
  Object.defineProperty(Deno, name, { value, configurable: true });
  return { [Symbol.dispose]: () => Object.defineProperty(Deno, name, original) };
}

/** A `Deno.Command` of a system that starts no process, for that reason. */
export function unstartable(error: Error): unknown {
  return class {
    spawn(): never {
      throw error;
    }
    output(): never {
      throw error;
    }
  };
}
