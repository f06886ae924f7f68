/**
 * The environment that this process was started with, environ(7), as what it starts inherits it.
 *
 * Deno gives a server only the few variables that it asked for; a program gets all of them, byte by byte, as it would
 * from a shell. They are not copied: a pointer to each is what execve(2) takes.
 *
 * @module
 */

import { openLibc } from "../libc.ts";

/** A variable of this process. */
interface OwnVariable {
  readonly name: string;
  /** Where its text is, `NAME=value`. */
  readonly pointer: bigint;
}

let variables: readonly OwnVariable[] | null = null;

/** Opens what the other here reads. */
export function openEnvironment(): void {
  variables ??= readOwn();
}

/** Reads the array once: nothing in this process changes it. */
function readOwn(): readonly OwnVariable[] {
  const { environ } = openLibc(["environ"]);
  // Where the variable is; what it holds is the array.
  const first = environ && new Deno.UnsafePointerView(environ).getPointer();
  if (first === null) return [];
  const array = new Deno.UnsafePointerView(first);
  const own: OwnVariable[] = [];
  for (let at = 0;; at += 8) {
    const pointer = array.getPointer(at);
    if (pointer === null) return own;
    const [name = ""] = new Deno.UnsafePointerView(pointer).getCString().split("=", 1);
    own.push({ name, pointer: Deno.UnsafePointer.value(pointer) });
  }
}

/** Pointers to those variables of this process whose names pass. Throws `OperationalError` without FFI. */
export function inheritedVariables(passes: (name: string) => boolean): readonly bigint[] {
  openEnvironment();
  return (variables ?? []).filter(({ name }) => passes(name)).map(({ pointer }) => pointer);
}
