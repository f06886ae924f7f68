/**
 * Messages that `ipc/posix` does not send: with any number of descriptors.
 *
 * @module
 */

import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import { hasLibc } from "./opened.ts";

const raw = hasLibc
  ? Deno.dlopen("libc.so.6", {
    sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  }).symbols
  : null;

/** Sends a byte with these descriptors. */
export function sendWith(door: Descriptor, descriptors: readonly Descriptor[]): void {
  const memory = new ArrayBuffer(2048);
  const view = new DataView(memory);
  const base = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory)));
  view.setBigUint64(64, base + 1920n, true);
  view.setBigUint64(72, 1n, true);
  view.setBigUint64(80, BigInt(16 + 4 * descriptors.length), true);
  view.setInt32(88, 1, true);
  view.setInt32(92, 1, true);
  for (const [index, { number }] of descriptors.entries()) {
    view.setInt32(96 + 4 * index, number, true);
  }
  view.setBigUint64(16, base + 64n, true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, base + 80n, true);
  view.setBigUint64(40, BigInt(16 + 8 * Math.ceil(descriptors.length / 2)), true);
  if (raw?.sendmsg(door.number, new Uint8Array(memory), 0) !== 1) throw new Error("Cannot send");
}
