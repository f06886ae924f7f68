/**
 * What was done over time, in equal steps. However long a load takes there are never more than
 * {@linkcode STEPS_MAX}: a full timeline makes one step of every two.
 *
 * @module
 */

/** More than a picture has room for. */
export const STEPS_MAX = 400;

const FIRST_STEP_MS = 50;

/** A timeline as it travels to another process, and in the JSON report. */
export interface TimelineData {
  /** The length of a step, in milliseconds. */
  readonly stepMs: number;
  /** Connections that were done, step by step. */
  readonly connections: readonly number[];
  /** Messages that came back, step by step. */
  readonly messages: readonly number[];
}

/** Counts connections and messages by the time since the start of the load. */
export class Timeline {
  #stepMs = FIRST_STEP_MS;
  #connections: number[] = [];
  #messages: number[] = [];

  /** Counts a connection that is done `elapsedMs` after the start. */
  recordConnection(elapsedMs: number): void {
    const step = this.#stepAt(elapsedMs);
    this.#connections[step] = (this.#connections[step] ?? 0) + 1;
  }

  /** Counts a message that came back `elapsedMs` after the start. */
  recordMessage(elapsedMs: number): void {
    const step = this.#stepAt(elapsedMs);
    this.#messages[step] = (this.#messages[step] ?? 0) + 1;
  }

  #stepAt(elapsedMs: number): number {
    while (elapsedMs >= STEPS_MAX * this.#stepMs) this.#widen();
    const step = Math.max(Math.floor(elapsedMs / this.#stepMs), 0);
    while (this.#messages.length <= step) {
      this.#messages.push(0);
      this.#connections.push(0);
    }
    return step;
  }

  #widen(): void {
    this.#stepMs *= 2;
    this.#connections = joinPairs(this.#connections);
    this.#messages = joinPairs(this.#messages);
  }

  /** Adds what another counted since the same start. */
  add(data: TimelineData): void {
    let { connections, messages } = data;
    while (this.#stepMs < data.stepMs) this.#widen();
    for (let stepMs = data.stepMs; stepMs < this.#stepMs; stepMs *= 2) {
      connections = joinPairs(connections);
      messages = joinPairs(messages);
    }
    this.#connections = sumOf(this.#connections, connections);
    this.#messages = sumOf(this.#messages, messages);
  }

  /** What was counted. */
  get data(): TimelineData {
    return { stepMs: this.#stepMs, connections: this.#connections, messages: this.#messages };
  }
}

function joinPairs(counts: readonly number[]): number[] {
  const length = Math.ceil(counts.length / 2);
  return Array.from({ length }, (_, i) => (counts[2 * i] ?? 0) + (counts[2 * i + 1] ?? 0));
}

function sumOf(a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}
