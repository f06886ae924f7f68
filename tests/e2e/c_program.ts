/**
 * Programs in C as a test builds and runs them: those of `examples/c`, and fixtures.
 *
 * @module
 */

import { assertEquals } from "../assert.ts";
import { closedPort } from "../support/sockets.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, runToEnd } from "./process.ts";

/** Where the lecture's programs are. */
export const C_EXAMPLES = decodeURIComponent(new URL("../../examples/c", import.meta.url).pathname);

const STRICT = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/** Builds a program into the folder. A warning fails the test. Resolves to the program's path. */
export async function buildC(source: string, folder: TempFolder): Promise<string> {
  const path = folder.join(source.replace(/^.*\/|\.c$/g, ""));
  const { status, stderr } = await runToEnd(["cc", ...STRICT, "-o", path, source]);
  assertEquals([status, stderr], [0, ""]);
  return path;
}

/** A server of `examples/c` that listens. Disposing kills it, and waits for the children that still serve. */
export class CServer implements AsyncDisposable {
  readonly port = closedPort();
  readonly process: RunningProcess;
  readonly #folder: TempFolder;

  private constructor(path: string, folder: TempFolder) {
    this.#folder = folder;
    this.process = new RunningProcess([path, String(this.port)]);
  }

  /** Builds a server by its name, and starts it on a port that was free. */
  static async start(name: string): Promise<CServer> {
    const folder = new TempFolder();
    const server = new CServer(await buildC(`${C_EXAMPLES}/${name}.c`, folder), folder);
    await server.process.stdout.match(/^Server start\.\.\.$/);
    return server;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** What it has printed about the client with that port. */
  linesOf(port: number): string[] {
    const begin = new RegExp(`^client [\\d.]+:${port} |^Client\\(${port}\\): `);
    return this.process.stdout.all.filter((line) => begin.test(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** A client of `examples/c` that is connected. Disposing kills it. */
export class CClient implements AsyncDisposable {
  readonly process: RunningProcess;
  readonly #folder: TempFolder;
  #localPort = 0;

  private constructor(path: string, { port, folder }: { port: number; folder: TempFolder }) {
    this.#folder = folder;
    this.process = new RunningProcess([path, "127.0.0.1", String(port)]);
  }

  /** Builds a client by its name, and connects it. */
  static async connect(name: string, port: number): Promise<CClient> {
    const folder = new TempFolder();
    const client = new CClient(await buildC(`${C_EXAMPLES}/${name}.c`, folder), { port, folder });
    const told = await client.process.stdout.match(
      /^connected to 127\.0\.0\.1:\d+ \(local port (\d+)\)$/,
    );
    client.#localPort = Number(told[1]);
    return client;
  }

  /** Its own port, by which a server calls it. */
  get localPort(): number {
    return this.#localPort;
  }

  /** Types a line, and waits until it is printed again. */
  async roundTrip(line: string): Promise<void> {
    const from = this.process.stdout.all.length;
    await this.process.type(`${line}\n`);
    await this.process.stdout.find((printed) => printed === line || undefined, from);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
