/**
 * What posix_spawn(3) is called with, in one ArrayBuffer: the arrays of the arguments and of the environment point to
 * texts, and what points and what it points to have to stay where they are until the call has returned.
 *
 * @module
 */

import { newBytes } from "../intrinsics.ts";

/** Where the parts are, in bytes. glibc's structs are smaller than what they get: 80, 336 and 128 bytes. */
const AT = { pid: 0, fileActions: 16, attributes: 272, signals: 784, arrays: 1040 } as const;

const POINTER_BYTES = 8;

/** What a program is started with, as texts. */
export interface SpawnTexts {
  /** Its file. */
  readonly path: string;
  /** Its arguments, from argv[0] on. */
  readonly argv: readonly string[];
  /** Its environment, each as `NAME=value`. */
  readonly envp: readonly string[];
  /** Pointers to such texts elsewhere, which stay where they are. */
  readonly inherited: readonly bigint[];
  /** Its working directory, or null. */
  readonly cwd: string | null;
}

/** The memory of one call. Whoever calls holds it until the call has returned. */
export class SpawnMemory {
  /** A pid_t. */
  readonly pid: Int32Array<ArrayBuffer>;
  /** A posix_spawn_file_actions_t. */
  readonly fileActions: Uint8Array<ArrayBuffer>;
  /** A posix_spawnattr_t. */
  readonly attributes: Uint8Array<ArrayBuffer>;
  /** A sigset_t. */
  readonly signals: Uint8Array<ArrayBuffer>;
  /** The path, ended by a zero. */
  readonly path: Uint8Array<ArrayBuffer>;
  /** The working directory likewise, or null. */
  readonly cwd: Uint8Array<ArrayBuffer> | null;
  /** Pointers to the arguments, ended by a null pointer. */
  readonly argv: Uint8Array<ArrayBuffer>;
  /** Pointers to the variables likewise. */
  readonly envp: Uint8Array<ArrayBuffer>;

  /** Throws `TypeError` where a text has a zero in it: for C it would end there. */
  constructor({ path, argv, envp, inherited, cwd }: SpawnTexts) {
    const texts = [path, cwd ?? "", ...argv, ...envp].map(encode);
    const argvAt = AT.arrays;
    const envpAt = argvAt + (argv.length + 1) * POINTER_BYTES;
    const textsAt = envpAt + (envp.length + inherited.length + 1) * POINTER_BYTES;
    const memory = newBytes(texts.reduce((at, text) => at + text.length + 1, textsAt));
    const places = this.#place(texts, { memory, at: textsAt });
    const view = (at: number, end: number) => memory.subarray(at, end);
    this.pid = new Int32Array(memory.buffer, AT.pid, 1);
    this.fileActions = view(AT.fileActions, AT.attributes);
    this.attributes = view(AT.attributes, AT.signals);
    this.signals = view(AT.signals, AT.arrays);
    const [pathAt = 0, cwdAt = 0, ...others] = places;
    this.path = view(pathAt, memory.length);
    this.cwd = cwd === null ? null : view(cwdAt, memory.length);
    this.argv = view(argvAt, envpAt);
    this.envp = view(envpAt, textsAt);
    const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
    const length = argv.length + envp.length + inherited.length + 2;
    const pointers = new BigUint64Array(memory.buffer, argvAt, length);
    for (const [index, at] of others.entries()) {
      // Between the two arrays is the null pointer that ends the first.
      const after = index < argv.length ? index : index + 1;
      pointers[after] = base + BigInt(at);
    }
    const inheritedAt = argv.length + 1 + envp.length;
    for (const [index, pointer] of inherited.entries()) pointers[inheritedAt + index] = pointer;
  }

  /** Copies the texts into the memory, one after the other, and returns where each begins. */
  #place(
    texts: readonly Uint8Array[],
    { memory, at }: { readonly memory: Uint8Array; readonly at: number },
  ): number[] {
    let next = at;
    return texts.map((text) => {
      const place = next;
      memory.set(text, place);
      next += text.length + 1;
      return place;
    });
  }
}

const encoder = new TextEncoder();

function encode(text: string): Uint8Array {
  if (text.includes("\0")) {
    throw new TypeError(`Cannot pass ${JSON.stringify(text)} on: it has a zero in it`);
  }
  return encoder.encode(text);
}
