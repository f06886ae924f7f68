/** HAProxy as a test runs it. */

import { closedPort } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, until } from "./process.ts";

/** The command that checks a configuration. */
export function checkCommand(file: string): string[] {
  return ["haproxy", "-c", "-f", file];
}

/** Where the configuration is, and where HAProxy listens with it. */
export interface HaproxyStart {
  readonly file: string;
  /** An address at which this process reaches it. */
  readonly hostname: string;
  readonly port: number;
  /** What to run in front of it. */
  readonly wrapper?: readonly string[];
}

/** An HAProxy that listens. Disposing ends it. */
export class HaproxyProcess implements AsyncDisposable {
  readonly process: RunningProcess;
  /** Where clients connect. */
  readonly address: { readonly hostname: string; readonly port: number };
  #folder: TempFolder | null = null;

  private constructor({ file, hostname, port, wrapper = [] }: HaproxyStart) {
    this.address = { hostname, port };
    this.process = new RunningProcess([...wrapper, "haproxy", "-db", "-f", file]);
  }

  /** Starts one with a configuration of the test's, which is made for its port, and waits as `startWith` does. */
  static async start(configure: (port: number) => string): Promise<HaproxyProcess> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(new TempFolder());
    const [file, port] = [folder.join("haproxy.cfg"), closedPort()];
    await Deno.writeTextFile(file, configure(port));
    const started = await HaproxyProcess.startWith({ file, hostname: "127.0.0.1", port });
    started.#folder = folder;
    stack.move();
    return started;
  }

  /** Starts one with a file that is there, and waits until it takes connections. */
  static async startWith(start: HaproxyStart): Promise<HaproxyProcess> {
    const started = new HaproxyProcess(start);
    try {
      await until(() => isListening(started.address), "HAProxy that listens");
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder?.[Symbol.asyncDispose]();
  }
}

async function isListening(address: { hostname: string; port: number }): Promise<boolean> {
  try {
    (await Deno.connect(address)).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    return false;
  }
}
