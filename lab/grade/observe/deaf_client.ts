/**
 * A client that sends and never reads.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";
import { startConnecting } from "../../../ipc/posix/sockets/connect.ts";
import { send } from "../../../ipc/posix/sockets/transfer.ts";
import type { Scene } from "./scene.ts";

/** How often what there is room for is sent, and for how long. */
const SENDING = { everyMs: 5, times: 40 };

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
    const descriptor = startConnecting(scene.subject.address);
    try {
      // One of Deno's own may stay open when it is closed, while a write waits.
      for (let at = 0, time = 0; at < bytes.length && time < SENDING.times; time++) {
        await scene.sleep(SENDING.everyMs);
        for (let count; (count = send(descriptor, bytes.subarray(at))) !== "again" && count > 0;) {
          at += count;
        }
      }
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
