/**
 * Reads of sockets of libc's that another process is to have: no more is taken from one than its reader asks for.
 * Loaded only where there are such sockets.
 *
 * @module
 */

import type { Descriptor } from "../../../ipc/posix/descriptor.ts";
import { isTurnDue, takeTurn } from "../../../ipc/posix/sockets/event_loop_turn.ts";
import { SocketWaits } from "../../../ipc/posix/sockets/socket_waits.ts";
import { receive } from "../../../ipc/posix/sockets/transfer.ts";
import type { ByteStream } from "../../../ipc/transport.ts";

/** Owns the thread that waits for all of them. */
export class DescriptorReads implements AsyncDisposable {
  readonly #waits = new SocketWaits();

  /**
   * The bytes of a socket, which stays its owner's. A read rejects with `PosixError`, and with
   * `Deno.errors.BadResource` where the socket is closed, before or meanwhile.
   */
  of(descriptor: Descriptor): Pick<ByteStream, "read"> {
    return {
      read: async (buffer) => {
        if (isTurnDue()) await takeTurn();
        while (true) {
          const count = receive(descriptor, buffer);
          if (count !== "again") return count;
          await this.#waits.until({ descriptor, want: "read" });
        }
      },
    };
  }

  /** Ends what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#waits[Symbol.asyncDispose]();
  }
}
