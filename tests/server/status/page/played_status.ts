/**
 * A status process whose server is played: it serves the page, and tells it what the test says.
 *
 * @module
 */

import { PAGE_POLICY } from "../../../../server/child/status/routes.ts";
import type { Change, Sample, StatusEvent } from "../../../../server/status/feed.ts";
import { initialState, StatusModel } from "../../../../server/status/model.ts";
import { PageFiles } from "../../../../server/status/page/files.ts";
import type {
  DescriptorView,
  ProcessView,
  ServerFacts,
  ServerState,
} from "../../../../server/status/state.ts";

const PARENT = 4700;

/** The facts of a server that relays, but for what a test says. */
export function playedFacts(facts: Partial<ServerFacts> = {}): ServerFacts {
  return {
    ...{ host: "127.0.0.1", port: 9000, mode: "per-connection", transport: "unix" },
    ...{ handler: "echo", pid: PARENT, backlog: 128, maxConnections: 40 },
    startedAt: Date.now() - 60_000,
    fault: null,
    ...facts,
  };
}

/** A process as the kernel knows it, but for what a test says. */
export function playedProcess(pid: number, view: Partial<ProcessView> = {}): ProcessView {
  return { pid, state: "S", pssBytes: 9_400_000, cpuMs: 45, descriptors: null, ...view };
}

/** A descriptor of something that is neither a client's nor leads to another process, but for what a test says. */
export function playedDescriptor(
  number: number,
  view: Pick<DescriptorView, "kind"> & Partial<DescriptorView>,
): DescriptorView {
  return { number, connectionId: null, peerPid: null, ...view };
}

/** A server's state, and the changes that made it. */
export class PlayedServer {
  readonly model: StatusModel;
  /** What has not been told yet. */
  readonly #changes: Change[] = [];

  constructor(facts: Partial<ServerFacts> = {}) {
    this.model = new StatusModel(initialState(playedFacts(facts)));
  }

  get state(): ServerState {
    return this.model.state;
  }

  /** Something happens in it. */
  happens(event: StatusEvent, at = Date.now()): void {
    this.#take({ type: "event", at, event });
  }

  /** A client connects, its worker starts, is ready and gets the connection. */
  connects(id: number, { at = Date.now(), startMs = 80, host = "127.0.0.1" } = {}): void {
    const workerPid = PARENT + 10 + id;
    const connection = { connectionId: id, remoteHost: host, remotePort: 51000 + id };
    this.happens({ event: "worker_started", workerPid }, at);
    this.happens({ event: "connection_accepted", workerPid, ...connection }, at + 1);
    this.happens({ event: "worker_idle", workerPid }, at + startMs);
    const descriptor = this.state.server.transport === "socket" ? 9 : null;
    const opened = { event: "connection_opened", workerPid, descriptor, ...connection } as const;
    this.happens(opened, at + startMs + 1);
  }

  /** A client sends. */
  sends(id: number, text: string, at = Date.now()): void {
    const known = this.state.connections[id]?.bytesIn ?? 0;
    const bytes = known + text.length;
    this.happens({ event: "messages", messages: [{ connectionId: id, text }] }, at);
    this.#take({ type: "traffic", at, traffic: [[id, bytes, bytes]] });
  }

  /** A connection is closed. */
  closes(id: number, at = Date.now()): void {
    const connection = this.state.connections[id];
    if (connection === undefined) return;
    const { remoteHost, remotePort, bytesIn, bytesOut, acceptedAt } = connection;
    this.happens({
      ...{ event: "connection_closed", connectionId: id, remoteHost, remotePort },
      ...{ bytesIn, bytesOut, durationMs: at - acceptedAt, reason: "finished" },
    }, at);
  }

  /** A worker is reaped. */
  reaps(
    id: number,
    { at = Date.now(), signal = null as string | null, zombieMs = 2 as number | null } = {},
  ): void {
    const status = signal === null ? 0 : null;
    const reason = signal === null ? "exited" : "crashed";
    const workerPid = PARENT + 10 + id;
    this.happens({ event: "worker_exited", workerPid, status, signal, reason, zombieMs }, at);
  }

  /** The processes are looked at. */
  sample(sample: Partial<Sample>, at = Date.now()): void {
    const nothing = { processes: null, acceptQueue: null, logLinesLost: 0 };
    this.#take({ type: "sample", at, sample: { ...nothing, ...sample } });
  }

  /** All processes with the descriptors that they have. */
  processes(zombies: readonly number[] = []): ProcessView[] {
    const { server, workers, connections, phase } = this.state;
    const open = Object.values(connections);
    const isListening = phase === "accepting" || phase === "paused";
    const parent = isListening ? [playedDescriptor(5, { kind: "listening" })] : [];
    const children = Object.values(workers).map(({ pid }, index) => {
      const connection = open.find(({ workerPid }) => workerPid === pid);
      const channel = 10 + index * 2;
      const kind = server.transport === "pipe" ? "pipe" : "unix";
      parent.push(playedDescriptor(channel, { kind, peerPid: pid }));
      const own = [playedDescriptor(4, { kind, peerPid: server.pid })];
      if (kind === "pipe") {
        parent.push(playedDescriptor(channel + 100, { kind, peerPid: pid }));
        own.push(playedDescriptor(5, { kind, peerPid: server.pid }));
      }
      if (connection !== undefined) {
        const connectionId = connection.id;
        if (connection.holder === "worker") {
          own.push(playedDescriptor(6, { kind: "tcp", connectionId }));
        } else parent.push(playedDescriptor(channel + 1, { kind: "tcp", connectionId }));
      }
      return playedProcess(pid, { descriptors: own, cpuMs: 40 + index });
    });
    return [
      playedProcess(server.pid, { pssBytes: 48_000_000, cpuMs: 2310, descriptors: parent }),
      ...children.map((view) =>
        zombies.includes(view.pid)
          ? { ...view, state: "Z", pssBytes: null, descriptors: null }
          : view
      ),
    ];
  }

  /** What has happened since the last call. */
  takeChanges(): readonly Change[] {
    return this.#changes.splice(0);
  }

  #take(change: Change): void {
    this.#changes.push(change);
    this.model.apply(change);
  }
}

/** Serves the page. Disposing ends it, and every connection. */
export class PlayedStatus implements AsyncDisposable {
  readonly server: PlayedServer;
  readonly #files = new PageFiles();
  readonly #listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #http: Deno.HttpServer<Deno.NetAddr>;
  /** Resolves when new connections are answered. */
  #restored = Promise.withResolvers<void>();

  constructor(server: PlayedServer) {
    this.server = server;
    this.#restored.resolve();
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#http = Deno.serve(options, (request) => this.#answer(request));
  }

  /** The page's address. */
  get url(): string {
    return `http://127.0.0.1:${this.#http.addr.port}/`;
  }

  /** Tells the pages what has happened. */
  tell(): void {
    const changes = this.server.takeChanges();
    for (const listener of this.#listeners) listener.enqueue(messageOf("changes", changes));
  }

  /** Cuts the connections of all pages, and lets new ones wait until {@linkcode restore}. */
  cut(): void {
    this.#restored = Promise.withResolvers<void>();
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
  }

  /** Answers new connections again. */
  restore(): void {
    this.#restored.resolve();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/events") {
      await this.#restored.promise;
      return this.#events();
    }
    const file = await this.#files.get(pathname);
    if (file === null) return new Response("not found", { status: 404 });
    const headers = { "content-type": file.contentType, "content-security-policy": PAGE_POLICY };
    return new Response(file.body, { headers });
  }

  #events(): Response {
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        own = controller;
        // What is not told yet is in the state already.
        this.server.takeChanges();
        controller.enqueue(messageOf("state", this.server.state));
        this.#listeners.add(controller);
      },
      cancel: () => {
        if (own !== undefined) this.#listeners.delete(own);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.restore();
    await this.#http.shutdown();
  }
}

function messageOf(event: string, data: unknown): Uint8Array {
  return new TextEncoder().encode(`retry: 100\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
