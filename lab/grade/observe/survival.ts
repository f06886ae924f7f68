/**
 * Scenarios of what a server has to survive.
 *
 * @module
 */

import { processStat } from "../../../ipc/posix/proc/processes.ts";
import type {
  AgainObservation,
  DeafObservation,
  InterruptedObservation,
  KilledObservation,
  ResetObservation,
} from "./observations.ts";
import { ANSWER_MS, LINE, type Scene } from "./scene.ts";
import { connectDeaf } from "./deaf_client.ts";
import { resetOne } from "./resets.ts";
import { textOf } from "./talks.ts";

/** How long what is done to a server takes to be felt. */
const FELT_MS = 250;

/** Clients that reset while they wait to be accepted: as many as the smallest queue has room for. */
const QUEUED = 2;
const RESETS = 4;

/** What they send before: more than a server reads at once. */
const RESET_TEXT = textOf(32_000);

/** What a client sends that never reads: more than the kernel keeps for both sides. */
const DEAF_BYTES = 16_000_000;

/** A child ends while the parent waits for the next client: SIGCHLD comes in the middle of accept(2). */
export async function observeInterrupted(scene: Scene): Promise<InterruptedObservation> {
  const { view } = scene.subject;
  const before = new Set(view?.others().map(({ pid }) => pid));
  using visitor = await scene.connect();
  await visitor.echo(LINE, { ms: ANSWER_MS });
  const came = view?.living().map(({ pid }) => pid).filter((pid) => !before.has(pid)) ?? [];
  visitor.close();
  const living = () => view?.living().filter(({ pid }) => came.includes(pid)) ?? [];
  const childEnded = view === null ? null : came.length > 0 &&
    await scene.until(() => living().length < came.length, ANSWER_MS / 2);
  await scene.sleep(FELT_MS);
  return { childEnded, next: await scene.ask() };
}

/** Clients that reset: some before they are accepted, some with an answer on its way. */
export async function observeReset(scene: Scene): Promise<ResetObservation> {
  if (await scene.stop()) {
    for (let client = 0; client < QUEUED; client++) {
      await resetOne(scene, client === 0 ? RESET_TEXT : null);
    }
    scene.goOn();
  }
  for (let client = 0; client < RESETS; client++) {
    await resetOne(scene, client % 2 === 0 ? RESET_TEXT : null);
  }
  await scene.sleep(FELT_MS);
  // Who serves one client after the other has all of these to finish with first.
  return { resets: QUEUED + RESETS, next: await scene.ask(2 * ANSWER_MS) };
}

/** A client that sends and never reads. */
export async function observeDeaf(scene: Scene, isLimited: boolean): Promise<DeafObservation> {
  using deaf = await connectDeaf(scene, textOf(DEAF_BYTES));
  await scene.sleep(2 * FELT_MS);
  // Where it serves one at a time the other has to wait anyway.
  const meanwhile = await scene.ask(isLimited ? ANSWER_MS / 3 : ANSWER_MS);
  deaf[Symbol.dispose]();
  await scene.sleep(FELT_MS);
  return { meanwhile, next: await scene.ask() };
}

/** A child that is killed while it serves. */
export async function observeKilled(scene: Scene): Promise<KilledObservation> {
  const { view } = scene;
  const before = view.living().map(({ pid }) => pid);
  const visitor = await scene.connect();
  await visitor.echo(LINE, { ms: ANSWER_MS });
  // Of a server that is somebody else's only what came for this client.
  const { isOurs } = scene.subject;
  const pid = view.holdersOf(visitor.localPort)
    .find((pid) => pid !== view.parent.pid && (isOurs || !before.includes(pid))) ??
    view.living().map(({ pid }) => pid).find((pid) => !before.includes(pid)) ?? null;
  if (pid !== null) {
    scene.kill(pid);
    await scene.until(() => [undefined, "Z"].includes(processStat(pid)?.state), ANSWER_MS);
  }
  visitor.close();
  await scene.sleep(FELT_MS);
  return { pid, next: await scene.ask() };
}

/** The server is killed while it serves, and started again. */
export async function observeAgain(scene: Scene): Promise<AgainObservation> {
  const visitor = await scene.connect();
  await visitor.echo(LINE, { ms: ANSWER_MS });
  // The client is there still: the server's end is the first to be closed, and its port is what has to wait.
  const { listeningAfterMs, end } = await scene.subject.restart();
  visitor.close();
  return { listeningAfterMs, end };
}
