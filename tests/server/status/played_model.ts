/** A model, and what tests let happen to it: each event a millisecond after the one before, unless told. */

import type { Change, Sample, StatusEvent } from "../../../server/status/feed.ts";
import { StatusModel } from "../../../server/status/model.ts";
import type { ProcessView, ServerFacts, ServerState } from "../../../server/status/state.ts";
import { FACTS, freshState } from "./facts.ts";

/** Who is connected, as events of that connection tell it. */
export function clientOf(connectionId: number): {
  readonly connectionId: number;
  readonly remoteHost: string;
  readonly remotePort: number;
} {
  return { connectionId, remoteHost: "192.0.2.1", remotePort: 50_000 + connectionId };
}

/** A process as it was looked at. */
export function processOf(pid: number, facts: Partial<ProcessView> = {}): ProcessView {
  return { pid, state: "S", pssBytes: null, cpuMs: 0, descriptors: null, ...facts };
}

/** Lets things happen. */
export class PlayedModel {
  readonly #model: StatusModel;
  /** When the last thing happened; a test may move it. */
  now = FACTS.startedAt;

  /** A server that has just begun to listen. */
  constructor(facts: Partial<ServerFacts> = {}) {
    this.#model = new StatusModel(freshState(facts));
  }

  /** The model's. */
  get state(): ServerState {
    return this.#model.state;
  }

  /** Takes changes as they are. */
  apply(...changes: readonly Change[]): this {
    for (const change of changes) this.#model.apply(change);
    return this;
  }

  /** Events, in this order. */
  events(...events: readonly StatusEvent[]): this {
    for (const event of events) this.apply({ type: "event", at: ++this.now, event });
    return this;
  }

  /** A worker starts and gets ready. */
  idleWorker(workerPid: number): this {
    return this.events({ event: "worker_started", workerPid }, { event: "worker_idle", workerPid });
  }

  /** A connection comes to a worker, or to the parent (null). */
  accept(connectionId: number, workerPid: number | null): this {
    return this.events({ event: "connection_accepted", ...clientOf(connectionId), workerPid });
  }

  /** It is opened to its worker, which gets the socket if there is the number of a descriptor. */
  open(connectionId: number, workerPid: number, descriptor: number | null = null): this {
    const client = clientOf(connectionId);
    return this.events({ event: "connection_opened", ...client, workerPid, descriptor });
  }

  /** It ends. */
  close(
    connectionId: number,
    end: Partial<Extract<StatusEvent, { readonly event: "connection_closed" }>> = {},
  ): this {
    return this.events({
      ...{ event: "connection_closed", ...clientOf(connectionId), bytesIn: 0, bytesOut: 0 },
      ...{ durationMs: 10, reason: "finished", ...end },
    });
  }

  /** A worker is reaped. */
  exit(
    workerPid: number,
    end: Partial<Extract<StatusEvent, { readonly event: "worker_exited" }>> = {},
  ): this {
    return this.events({
      ...{ event: "worker_exited", workerPid, status: 0, signal: null, reason: "exited" },
      ...{ zombieMs: null, ...end },
    });
  }

  /** Bytes have passed. */
  traffic(...traffic: readonly (readonly [id: number, bytesIn: number, bytesOut: number])[]): this {
    return this.apply({ type: "traffic", at: ++this.now, traffic });
  }

  /** The parent looks, so much later. */
  sample(afterMs: number, sample: Partial<Sample> = {}): this {
    this.now += afterMs;
    const seen = { processes: null, acceptQueue: null, logLinesLost: 0, ...sample };
    return this.apply({ type: "sample", at: this.now, sample: seen });
  }
}
