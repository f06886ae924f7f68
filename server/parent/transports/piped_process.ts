/**
 * A process with the client on its standard input and output, and with it its process group: all that it has started
 * and that has not left the group.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { ChildStream } from "../../../ipc/transports/pipe.ts";
import type { Process } from "../process/worker_process.ts";
import { endGroup, signalWithGroup } from "../spawn/process_group.ts";

/** Owns the pipes. The process is reaped by Deno; whoever started it waits for `status`. */
export class PipedProcess implements Process {
  /** The process, and its process group. */
  readonly pid: number;
  /** Resolves when the process itself has been reaped; its descendants may live on. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Whether it takes no notice of SIGTERM. */
  readonly isShielded: boolean;
  /** Its standard input and output. */
  readonly stream: ChildStream;
  readonly #child: Deno.ChildProcess;

  /** Takes over a process that was just started in a group of its own, and that takes no notice of SIGTERM or does. */
  constructor(child: Deno.ChildProcess, isShielded = false) {
    this.isShielded = isShielded;
    this.pid = child.pid;
    this.status = child.status;
    this.stream = new ChildStream(child);
    this.#child = child;
  }

  /** Ends its input. */
  closeInput(): void {
    // It may be gone, or not read what it was sent before: then this tells it nothing, and a signal will.
    this.stream.closeWrite().catch(() => {});
  }

  /** Signals the whole group. Throws `TypeError` if nothing is left of it. */
  kill(signal: Deno.Signal = "SIGTERM"): void {
    signalWithGroup(this.#child, signal);
  }

  /** Ends what is left of the group when the process itself has ended. */
  async endGroup(clock: Clock): Promise<void> {
    await endGroup(this.pid, clock);
  }
}
