/**
 * The scenario of two clients, by the processes that serve them.
 *
 * @module
 */

import { processStat } from "../../../ipc/posix/proc/processes.ts";
import { zombieStatus } from "../../../ipc/posix/proc/zombie.ts";
import type { ClientsObservation, ExitSight, ServingProcess } from "./observations.ts";
import type { Scene } from "./scene.ts";
import type { Visitor } from "./visitor.ts";

/** How long a process may take to come for its client. */
const COME_MS = 3000;
const HAND_OVER_MS = 1500;

/** How long a process may take to do what it does after a fork, and to end. */
const SETTLE_MS = 600;
const END_MS = 2500;

/** Watches two clients come and go. */
export async function observeClients(scene: Scene): Promise<ClientsObservation> {
  const { view } = scene;
  const parent = view.parent.pid;
  const before = view.living().map(({ pid }) => pid);
  const threads = () => processStat(parent)?.threads ?? 0;
  const threadsBefore = threads();
  const holdersOf = (visitor: Visitor) => view.holdersOf(visitor.localPort);
  const cameNow = () => view.living().map(({ pid }) => pid).filter((pid) => !before.includes(pid));
  // They say nothing: a server that answers nobody has processes all the same.
  const first = await scene.connect();
  const second = await scene.connect();
  const areServed = () =>
    [first, second].every((visitor) => holdersOf(visitor).some((pid) => pid !== parent));
  await scene.until(
    () => areServed() || cameNow().length > 1 && holdersOf(second).length > 0,
    COME_MS,
  );
  // The processes are there: a parent that does not relay gives them their sockets when they are ready.
  await scene.until(areServed, HAND_OVER_MS);
  const mayHold = !await scene.until(() => !holdersOf(first).includes(parent), SETTLE_MS);
  const moreThreads = threads() - threadsBefore;
  const serving = (pid: number): ServingProcess => ({
    pid,
    cameBefore: before.includes(pid),
    hasListener: view.hasListener(pid),
  });
  const childrenOf = (visitor: Visitor) => holdersOf(visitor).filter((pid) => pid !== parent);
  // A child closes what it need not have a moment after its fork.
  await scene.until(() => !cameNow().some((pid) => view.hasListener(pid)), SETTLE_MS);
  const servers = [childrenOf(first).map(serving), childrenOf(second).map(serving)] as const;
  const came = cameNow().map(serving);

  const ofFirst = servers[0].length > 0 ? servers[0] : came;
  const endedMs = scene.now();
  await first.endWriting();
  const clientSawEnd = await first.sawEnd(SETTLE_MS);
  first.close();
  const isOver = () => ofFirst.some(({ pid }) => hasEnded(pid));
  const hasOver = ofFirst.length > 0 && await scene.until(isOver, END_MS);
  const endedAfterMs = hasOver ? scene.now() - endedMs : null;
  const [server] = servers[1];
  const exit = server === undefined || servers[1].length > 1 || !hasOver
    ? { status: null, unseen: "alive" } as const
    : await seeExit(scene, { visitor: second, pid: server.pid });
  return {
    parent,
    moreThreads,
    servers,
    parentHolds: mayHold,
    came,
    before: before.length,
    clientSawEnd,
    endedAfterMs,
    waitedMs: scene.inPatience(END_MS),
    exit,
  };
}

function hasEnded(pid: number): boolean {
  const state = processStat(pid)?.state;
  return state === undefined || state === "Z" || state === "X";
}

/**
 * Ends a client, and looks how its process ends. A parent that is stopped waits for nobody, so that its child stays a
 * zombie until that is seen; without that it takes luck.
 */
async function seeExit(
  scene: Scene,
  { visitor, pid }: { readonly visitor: Visitor; readonly pid: number },
): Promise<ExitSight> {
  if (!scene.view.isOpen(pid)) return { status: null, unseen: "hidden" };
  await scene.stop();
  visitor.close();
  try {
    await scene.until(() => hasEnded(pid), END_MS);
    const status = zombieStatus(pid);
    if (status !== null) return { status, unseen: null };
    return { status: null, unseen: hasEnded(pid) ? "reaped" : "alive" };
  } finally {
    scene.goOn();
  }
}
