/**
 * What the bench asks of a load program, and what that answers. There are two: `load.c`, which does all of it and
 * distorts the figures least, and the program's own load client, which needs no C compiler.
 *
 * @module
 */

/** What each client does, as the header of `load.c` explains it. Both load programs can do it. */
export type CommonTask = "connect" | "whole" | "rate" | "echo";

/** What to do. */
export interface LoadTask<Task extends string = CommonTask> {
  /** The server's port on 127.0.0.1. */
  readonly port: number;
  /** What each client does. */
  readonly task: Task;
  /** How many, at once or (rate) each second. */
  readonly clients: number;
  /** For how long at most. */
  readonly seconds: number;
}

/** What a load program did and saw. */
export interface LoadReport {
  /** Connections or round trips. */
  readonly count: number;
  /** Connections that were begun. */
  readonly connections: number;
  /** How long it took. */
  readonly seconds: number;
  /** What came back. */
  readonly bytes: number;
  /** From connect to first echo, or of a round trip; `load.c` measures the task `whole` to the end of file. */
  readonly medianUs: number;
  /** The 99th percentile of the same. */
  readonly p99Us: number;
  /** What the load program itself took of the machine, where it tells. */
  readonly cpuSeconds?: number;
}

/** A load program. */
export interface Load<Task extends string = CommonTask> {
  /** What is said of it in the results. */
  readonly name: string;
  /** Puts that load on a server. Rejects with `OperationalError` if clients were lost or nothing was done. */
  run(task: LoadTask<Task>): Promise<LoadReport>;
}
