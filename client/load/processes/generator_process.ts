/**
 * A load generator as the parent knows it: a child process, and the messages to and from it. One that ends without a
 * result is told, and its connections count as failed.
 *
 * @module
 */

import { OperationalError, spawnReasonOf } from "../../../ipc/errors.ts";
import { ChildStream } from "../../../ipc/transports/pipe.ts";
import { formatArgv } from "../../../cli/flags.ts";
import { type SelfCommand, selfCommand } from "../../../cli/self.ts";
import { UnresolvedError } from "../failure.ts";
import { GENERATOR_COMMAND, SHARE_FLAGS } from "./generator.ts";
import { type LoadMessage, receiveMessages, sendMessage } from "./messages.ts";
import { sizeOfShare } from "../schedule.ts";
import type { ShareOptions } from "./share.ts";
import { Tally } from "../tally/tally.ts";
import { formatEnd } from "../../../cli/companion.ts";
import { say } from "../../../ipc/say.ts";

/** A running generator. */
export class GeneratorProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stream: ChildStream;
  readonly #messages: AsyncGenerator<LoadMessage, void>;
  readonly #share: ShareOptions;
  /** Messages that came back or never will. */
  settled = 0;
  /** How it ended, if that was without a result. */
  loss: string | null = null;

  /** Starts one for a share. Throws {@linkcode OperationalError} if it cannot. */
  constructor(share: ShareOptions) {
    this.#share = share;
    this.#child = spawn(selfCommand(GENERATOR_COMMAND, formatArgv(SHARE_FLAGS, share)));
    this.#stream = new ChildStream(this.#child);
    this.#messages = receiveMessages(this.#stream);
  }

  /** Resolves when it has started, or has ended instead. */
  async ready(): Promise<void> {
    await this.#messages.next();
  }

  /** Sends a message. */
  async send(message: LoadMessage): Promise<void> {
    await sendMessage(this.#stream, message);
  }

  /** Resolves to what it counted when it has ended. Rejects if it could not resolve the host name. */
  async result(onProgress: () => void): Promise<Tally> {
    let tally: Tally | null = null;
    for await (const message of this.#messages) {
      if (message.type === "unresolved") throw new UnresolvedError();
      if (message.type === "result") tally = Tally.decode(message.tally);
      if (message.type === "progress") {
        this.settled = message.settled;
        onProgress();
      }
    }
    const status = await this.#child.status;
    this.settled = sizeOfShare(this.#share) * this.#share.messages;
    onProgress();
    return tally ?? this.#countLost(status);
  }

  #countLost(status: Deno.CommandStatus): Tally {
    const tally = new Tally();
    const connections = sizeOfShare(this.#share);
    const reason = say`load process ${this.#child.pid} ${formatEnd(status)}`;
    tally.fail({ kind: "processLost", reason }, connections);
    this.loss = say`${reason}: its ${connections} connections count as failed`;
    return tally;
  }

  /** Ends it at once. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already: Deno's own error for a process that it has reaped.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Kills it, if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.#child.status;
    this.#stream.close();
  }
}

function spawn({ path, args }: SelfCommand): Deno.ChildProcess {
  try {
    return new Deno.Command(path, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      // A session of its own keeps Ctrl-C from it: the parent stops it and waits for what it counted.
      detached: true,
    }).spawn();
  } catch (cause) {
    throw new OperationalError(say`Cannot start a load process: ${spawnReasonOf(cause)}`, {
      cause,
    });
  }
}
