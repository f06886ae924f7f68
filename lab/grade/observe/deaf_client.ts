/**
 * A client that sends and never reads.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";
import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import { startConnecting } from "../../../ipc/posix/sockets/connect.ts";
import { send } from "../../../ipc/posix/sockets/transfer.ts";
import type { Scene } from "./scene.ts";

/** How often what there is room for is sent, after how long without any it is enough, and for how long at most. */
const SENDING = { everyMs: 5, quietMs: 200, forMs: 2000 };

/**
 * Connects, and sends as much of the bytes as the kernel takes from a client that does not read. Disposing closes the
 * connection: twice is as good as once.
 */
export async function connectDeaf(scene: Scene, bytes: Uint8Array): Promise<Disposable> {
  if (scene.subject.blind !== null) {
    const visitor = await scene.connect();
    // That ends when it is closed.
    visitor.send(bytes);
    return visitor;
  }
  try {
    // One of Deno's own sockets may stay open when it is closed, while a write waits.
    const descriptor = startConnecting(scene.subject.address);
    try {
      await sendWhileTaken(scene, descriptor, bytes);
    } catch (error) {
      // The server has ended the connection.
      if (!isStreamError(error)) throw error;
    }
    return descriptor;
  } catch (error) {
    // The server is gone.
    if (!isStreamError(error)) throw error;
    return { [Symbol.dispose]() {} };
  }
}

/** Sends until the kernel has taken nothing for a while: then the server, which read on until here, waits to write. */
async function sendWhileTaken(
  scene: Scene,
  descriptor: Descriptor,
  bytes: Uint8Array,
): Promise<void> {
  const untilMs = scene.now() + scene.inPatience(SENDING.forMs);
  let takenMs = scene.now();
  for (let at = 0; at < bytes.length;) {
    await scene.sleep(SENDING.everyMs);
    const before = at;
    for (let count; (count = send(descriptor, bytes.subarray(at))) !== "again" && count > 0;) {
      at += count;
    }
    const now = scene.now();
    if (at > before) takenMs = now;
    const isQuiet = now - takenMs > scene.inPatience(SENDING.quietMs);
    if (isQuiet || now > untilMs || scene.signal.aborted) return;
  }
}
