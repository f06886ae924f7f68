/**
 * Our server as a test runs it: on a free port, with a run folder that is checked to be gone at the end, together with
 * every process.
 *
 * @module
 */

import { assertEquals } from "../assert.ts";
import { bytesOf, send } from "../support/bytes.ts";
import { processesWith, RunningProcess, TestFolder, within } from "./process.ts";
import type { Program } from "./program.ts";

/** An event of the JSON log. */
export type LoggedEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** How to start a server. */
export interface ServerStart {
  /** Flags; the port is added. */
  readonly flags?: readonly string[];
  /** Null for none. */
  readonly port?: number | null;
  /** A program and its arguments, which serve in place of a handler. */
  readonly command?: readonly string[] | undefined;
  /** What to run in front of the program, such as `setpriv ...`. */
  readonly wrapper?: readonly string[];
  readonly ownGroup?: boolean;
  /** A folder of the test's own; else the server gets one, which is checked when it is disposed. */
  readonly folder?: string;
}

/** A server that listens. Disposing stops it, and checks that it ended well and left nothing behind. */
export class TestServer implements AsyncDisposable {
  readonly process: RunningProcess;
  readonly #folder: TestFolder | null;
  readonly folderPath: string;
  #hostname = "127.0.0.1";
  #port = 0;
  #ended: Promise<Deno.CommandStatus> | null = null;

  private constructor(program: Program, start: ServerStart) {
    this.#folder = start.folder === undefined ? new TestFolder() : null;
    this.folderPath = start.folder ?? this.#folder?.path ?? "";
    const command = [...start.wrapper ?? [], program.path, ...program.args, "server"];
    const behind = start.command === undefined ? [] : ["--", ...start.command];
    this.process = new RunningProcess(
      [
        ...[...command, ...start.flags ?? []],
        ...start.port === null ? [] : [String(start.port ?? 0)],
        ...behind,
      ],
      {
        // An empty XDG_RUNTIME_DIR counts as none.
        env: { TMPDIR: this.folderPath, XDG_RUNTIME_DIR: "" },
        ownGroup: start.ownGroup ?? false,
      },
    );
  }

  /** Starts a server and waits until it says that it listens. */
  static async start(program: Program, start: ServerStart = {}): Promise<TestServer> {
    const server = new TestServer(program, start);
    try {
      await server.#untilListening();
      return server;
    } catch (error) {
      await server.process[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #untilListening(): Promise<void> {
    const { hostname, port } = await this.process.stdout.find((line) => {
      if (line.startsWith("{")) {
        const event = JSON.parse(line);
        return { hostname: String(event.host), port: Number(event.port) };
      }
      const [, hostname, port] = /listening on \[?(.+?)\]?:(\d+)[ ,]/.exec(line) ?? [];
      return hostname === undefined ? undefined : { hostname, port: Number(port) };
    });
    this.#hostname = hostname;
    this.#port = port;
  }

  get pid(): number {
    return this.process.pid;
  }

  get port(): number {
    return this.#port;
  }

  get hostname(): string {
    return this.#hostname;
  }

  /** Connects as a client. */
  async connect(): Promise<TestClient> {
    return await TestClient.connect({ hostname: this.#hostname, port: this.#port });
  }

  /** The events that were logged so far (`--log json`). */
  get events(): LoggedEvent[] {
    return this.process.stdout.all.map((line) => JSON.parse(line));
  }

  /** Resolves to the first event, from index `from` on, with this name and these fields (`--log json`). */
  async event(
    name: string,
    fields: Readonly<Record<string, unknown>> = {},
    from = 0,
  ): Promise<LoggedEvent> {
    const wanted = Object.entries({ event: name, ...fields });
    return await this.process.stdout.find((line) => {
      const event: LoggedEvent = JSON.parse(line);
      return wanted.every(([field, value]) => event[field] === value) ? event : undefined;
    }, from);
  }

  /** The pid of the worker that serves a client (`--log json`). */
  async workerOf(client: TestClient): Promise<number> {
    const accepted = await this.event("connection_accepted", { remotePort: client.port });
    return Number(accepted["workerPid"]);
  }

  /** Waits for its end, however that comes. */
  ended(): Promise<Deno.CommandStatus> {
    return this.#ended ??= this.process.ended();
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<Deno.CommandStatus> {
    if (this.#ended === null) this.process.signal("SIGTERM");
    return await this.ended();
  }

  /** Kills it and forgets that it should have left nothing behind; what it left is the test's to check. */
  async kill(): Promise<void> {
    this.process.signal("SIGKILL");
    await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const status = await this.stop();
      if (status.signal === null) assertEquals(status.code, 0, this.process.stderr.text);
      assertEquals(await processesWith(this.folderPath), [], "workers left behind");
    } finally {
      await this.process[Symbol.asyncDispose]();
      await this.#folder?.[Symbol.asyncDispose]();
    }
  }
}

/** A client that is a part of the test. Disposing closes it. */
export class TestClient implements Disposable {
  /** Its own port, which is how the server's log calls it. */
  readonly port: number;
  readonly #conn: Deno.TcpConn;
  #open = true;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
    this.port = conn.localAddr.port;
  }

  static async connect(to: { hostname: string; port: number }): Promise<TestClient> {
    return new TestClient(await Deno.connect(to));
  }

  /** Sends all of it. */
  async send(data: string | Uint8Array): Promise<void> {
    await send(this.#conn, data);
  }

  /** Ends its sending direction. */
  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Reads exactly so many bytes, or fewer if the end of file comes first. */
  async receive(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = await within(
        this.#conn.read(bytes.subarray(filled)),
        () => `more bytes after ${filled} of ${length}`,
      );
      if (count === null) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }

  /** Sends a line and resolves to what comes back, as long as the line is. */
  async roundTrip(line = "ping\n"): Promise<string> {
    await this.send(line);
    return new TextDecoder().decode(await this.receive(bytesOf(line).length));
  }

  /** Waits for the server's end of file, or a reset. */
  async disconnected(): Promise<"end of file" | "reset"> {
    try {
      while ((await within(this.#conn.read(new Uint8Array(4096)), () => "end of file")) !== null);
      return "end of file";
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return "reset";
      throw error;
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
