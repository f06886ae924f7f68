/**
 * Sends itself signals, because `deno test` ends at a SIGINT of its own. Takes steps as arguments, and prints a line
 * for each: `SIGINT@200` sends that signal when the clock shows 200 ms, and the line is what a `Lifetime` has made of
 * the signals so far. `SIGINT@disposed` disposes the `Lifetime` before, and should be the end of the process.
 * `SIGHUP@ignored` sends that signal, which should do nothing; `SIGHUP@heeded` does so when it is ignored no more.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";
import { ignoreMeaninglessSignals, Lifetime } from "../../cli/lifetime.ts";

/** Sends a signal to this process; resolves when it has been delivered, to the listeners before this one too. */
async function sendMyself(signal: Deno.Signal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onSignal = () => resolve();
  Deno.addSignalListener(signal, onSignal);
  Deno.kill(Deno.pid, signal);
  await promise;
  Deno.removeSignalListener(signal, onSignal);
}

/** Sends a signal that nobody should listen for, and lives on until it comes. */
async function endMyself(signal: Deno.Signal, lifetime: Lifetime): Promise<void> {
  const delivered = Promise.withResolvers<void>();
  lifetime.stopping.addEventListener("abort", () => delivered.resolve());
  // A timer keeps the process running.
  const timer = setInterval(() => {}, 1000);
  Deno.kill(Deno.pid, signal);
  await delivered.promise;
  clearInterval(timer);
}

let nowMs = 0;
const clock: Clock = { now: () => nowMs, sleep: () => Promise.reject(new Error("not needed")) };
using lifetime = new Lifetime(clock);
for (const step of Deno.args) {
  const [name, time] = step.split("@");
  const signal = name as Deno.Signal;
  if (time === "ignored" || time === "heeded") {
    const ignored = ignoreMeaninglessSignals();
    if (time === "heeded") ignored[Symbol.dispose]();
    Deno.kill(Deno.pid, signal);
    // It has come before this one.
    await sendMyself("SIGCONT");
    ignored[Symbol.dispose]();
  } else if (time === "disposed") {
    lifetime[Symbol.dispose]();
    await endMyself(signal, lifetime);
  } else {
    nowMs = Number(time);
    await sendMyself(signal);
  }
  if (lifetime.forced.aborted) console.log("forced");
  else console.log(lifetime.stopping.aborted ? "stopping" : "running");
}
