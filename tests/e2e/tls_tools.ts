/**
 * Servers with TLS as Debian has them.
 *
 * @module
 */

import type { Pair } from "../support/test_certificates.ts";
import { RunningProcess } from "./process.ts";

/** A server on a free port, as a process. */
export class TlsTool implements AsyncDisposable {
  private constructor(readonly process: RunningProcess, readonly port: number) {}

  /** Answers each line with its letters in reverse order, one client after the other. */
  static async openssl({ cert, key }: Pair, ...args: string[]): Promise<TlsTool> {
    const files = ["-cert", cert, "-key", key];
    const command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-rev", ...files, ...args];
    return await TlsTool.#start(command, (process) => process.stdout.match(/^ACCEPT .*:(\d+)$/));
  }

  /** Sends back what comes. */
  static async socat({ cert, key }: Pair): Promise<TlsTool> {
    const options = `bind=127.0.0.1,fork,cert=${cert},key=${key},verify=0`;
    const command = ["socat", "-d", "-d", `OPENSSL-LISTEN:0,${options}`, "EXEC:cat"];
    const pattern = /listening on .*:(\d+)$/;
    return await TlsTool.#start(command, (process) => process.stderr.match(pattern));
  }

  static async #start(
    command: readonly string[],
    portOf: (process: RunningProcess) => Promise<RegExpExecArray>,
  ): Promise<TlsTool> {
    const process = new RunningProcess(command);
    try {
      const [, port] = await portOf(process);
      return new TlsTool(process, Number(port));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
