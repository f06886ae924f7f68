/**
 * Clients that reset their connections, as one does that crashes.
 *
 * @module
 */

import { isStreamError } from "../../../ipc/errors.ts";
import { startConnecting } from "../../../ipc/posix/sockets/connect.ts";
import { setLinger } from "../../../ipc/posix/sockets/socket_options.ts";
import { send } from "../../../ipc/posix/sockets/transfer.ts";
import { LINE, type Scene } from "./scene.ts";

/** How long the kernel and the server may take in between: a reset before it has accepted is another case. */
const PAUSE_MS = 50;

/** Connects, sends these bytes if there are any, and resets the connection. */
export async function resetOne(scene: Scene, bytes: Uint8Array | null): Promise<void> {
  if (scene.subject.blind !== null) return await resetUnread(scene, bytes ?? LINE);
  const pauseMs = scene.inPatience(PAUSE_MS);
  try {
    using descriptor = startConnecting(scene.subject.address);
    // Within this machine the kernel needs no more, unless the server's queue is full.
    await scene.sleep(pauseMs);
    if (bytes !== null) send(descriptor, bytes);
    await scene.sleep(pauseMs);
    setLinger(descriptor, 0);
  } catch (error) {
    // The server is gone, or quicker.
    if (!isStreamError(error)) throw error;
  }
}

/** Deno's own sockets cannot reset, but the kernel does where one is closed with bytes that nobody has read. */
async function resetUnread(scene: Scene, bytes: Uint8Array): Promise<void> {
  using visitor = await scene.connect();
  await visitor.send(bytes);
  await scene.sleep(PAUSE_MS);
}
