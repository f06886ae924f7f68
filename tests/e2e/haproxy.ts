/** HAProxy as a test runs it. */

import { closedPort } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, until } from "./process.ts";

/** The command that checks a configuration. */
export function checkCommand(file: string): string[] {
  return ["haproxy", "-c", "-f", file];
}

/** An HAProxy that listens. Disposing ends it. */
export class HaproxyProcess implements AsyncDisposable {
  readonly #folder: TempFolder;
  readonly process: RunningProcess;
  readonly port: number;

  private constructor(folder: TempFolder, file: string, port: number) {
    this.#folder = folder;
    this.port = port;
    this.process = new RunningProcess(["haproxy", "-db", "-f", file]);
  }

  /** Starts one with the configuration that is made for its port, and waits until it takes connections. */
  static async start(configure: (port: number) => string): Promise<HaproxyProcess> {
    const folder = new TempFolder();
    const file = folder.join("haproxy.cfg");
    const port = closedPort();
    await Deno.writeTextFile(file, configure(port));
    const started = new HaproxyProcess(folder, file, port);
    try {
      await until(() => isListening(port), "HAProxy that listens");
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    return false;
  }
}
