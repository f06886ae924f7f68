/**
 * A load with several generators: divides it among them, has them all begin at once, and adds up what they count.
 *
 * @module
 */

import type { Trust } from "../../connection/trust.ts";
import { GeneratorProcess } from "./generator_process.ts";
import type { LoadOptions } from "../options.ts";
import { shareOf } from "../schedule.ts";
import type { ShareOptions } from "./share.ts";
import { Tally } from "../tally/tally.ts";

/** What a load with several generators listens to and tells. */
export interface GeneratorsOptions {
  /** Whom to trust with TLS, or null: without it. */
  readonly trust: Trust | null;
  /** Aborts when the load is to end. */
  readonly stopping: AbortSignal;
  /** Aborts when it is to end without the results that are missing. */
  readonly forced: AbortSignal;
  /** Told how many messages of the whole load came back or never will. */
  readonly onProgress: (settled: number) => void;
}

/** What a load with several generators came to. */
export interface GeneratorsResult {
  /** What all of them counted. */
  readonly tally: Tally;
  /** The generators that were lost, each in a line. */
  readonly losses: readonly string[];
}

/** The share of process `index`: every connection in turn, and its part of the concurrency. */
export function shareOfProcess(options: LoadOptions, index: number): ShareOptions {
  const { hostname, port, connections, rate, messages, size, binary } = options;
  const { concurrency, processes: parts, connectTimeoutMs, timeoutMs } = options;
  return {
    ...shareOf(connections, { index, parts }),
    hostname,
    port,
    concurrency: Math.floor(concurrency / parts) + (index < concurrency % parts ? 1 : 0),
    rate,
    messages,
    size,
    binary,
    connectTimeoutMs,
    timeoutMs,
  };
}

/** Runs a load with as many generators as it has processes, until all have ended. Rejects with `UnresolvedError`. */
export async function runGenerators(
  load: LoadOptions,
  options: GeneratorsOptions,
): Promise<GeneratorsResult> {
  const { trust, stopping, forced, onProgress } = options;
  await using stack = new AsyncDisposableStack();
  const generators: GeneratorProcess[] = [];
  for (let index = 0; index < load.processes; index++) {
    generators.push(stack.use(new GeneratorProcess(shareOfProcess(load, index))));
  }
  const kill = () => generators.forEach((generator) => generator.kill());
  forced.addEventListener("abort", kill);
  stack.defer(() => forced.removeEventListener("abort", kill));
  await Promise.all(generators.map((generator) => generator.ready()));
  await Promise.all(generators.map((generator) => generator.send({ type: "start", trust })));

  let stopsSent: Promise<unknown> = Promise.resolve();
  const stop = () => {
    stopsSent = Promise.all(generators.map((generator) => generator.send({ type: "stop" })));
  };
  stopping.addEventListener("abort", stop);
  stack.defer(() => stopping.removeEventListener("abort", stop));
  if (stopping.aborted) stop();
  const progress = () => onProgress(generators.reduce((sum, { settled }) => sum + settled, 0));
  const tallies = await Promise.all(generators.map((generator) => generator.result(progress)));
  await stopsSent;
  const tally = new Tally();
  for (const part of tallies) tally.add(part);
  return { tally, losses: generators.flatMap(({ loss }) => loss ?? []) };
}
