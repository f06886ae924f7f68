/**
 * Where a running server and its workers meet: its run folder, and in it the hub, whose listening shows other servers
 * that this one lives.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { isStreamError, OperationalError, reasonOf } from "../../../ipc/errors.ts";
import { Hub } from "./hub.ts";
import { RunFolder, runFolderCandidates } from "./run_folder.ts";
import { say } from "../../../ipc/say.ts";

/** Owns the run folder and the hub. */
export class Rendezvous implements AsyncDisposable {
  /** Where the sockets are. */
  readonly folder: RunFolder;
  /** Where workers say hello. */
  readonly hub: Hub;
  readonly #owned: AsyncDisposableStack;

  private constructor(folder: RunFolder, hub: Hub, owned: AsyncDisposableStack) {
    this.folder = folder;
    this.hub = hub;
    this.#owned = owned;
  }

  /** Makes the folder and opens the hub. Throws {@linkcode OperationalError} where it cannot. */
  static async open(clock: Clock): Promise<Rendezvous> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await RunFolder.create(runFolderCandidates(Deno.env)));
    try {
      const hub = stack.use(new Hub(folder.newHubPath, clock));
      folder.announceHub();
      return new Rendezvous(folder, hub, stack.move());
    } catch (cause) {
      if (!isStreamError(cause)) throw cause;
      throw new OperationalError(say`Cannot listen on ${folder.hubPath}: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  /** Closes the hub and removes the folder. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}
