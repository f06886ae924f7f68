/**
 * Scenarios of many clients, by what they leave behind.
 *
 * @module
 */

import type { BurstObservation, GrowthObservation, Possessions } from "./observations.ts";
import { leaksMemory } from "./leak.ts";
import { LINE, type Scene, UnseenError } from "./scene.ts";

/**
 * How many connections a round has, how many at a time, and for how long at most. There are two rounds, and more while
 * memory looks like a leak: a runtime that collects its garbage later grows for a while, too.
 */
const ROUND = { connections: 100, atOnce: { any: 8, limited: 2 }, forMs: 2000, warmUp: 8 };
const ROUNDS = { min: 2, max: 6 };

const BURST = 50;

/** How long processes may take to come, and how long to go. */
const COME_MS = 4000;
const QUIET_MS = 400;
const GO_MS = 3000;
const REAP_MS = 1500;

/** Makes connections round by round, and looks at what the parent has. */
export async function observeGrowth(scene: Scene, isLimited: boolean): Promise<GrowthObservation> {
  // More would wait in a queue that may be short, where the kernel lets some try again after a second.
  const atOnce = isLimited ? ROUND.atOnce.limited : ROUND.atOnce.any;
  // The looks take some of what is left, too.
  const forMs = () => Math.min(scene.inPatience(ROUND.forMs), scene.leftMs / 4);
  await visit(scene, { count: ROUND.warmUp, atOnce, forMs: forMs() / 2 });
  const looks: [Possessions, ...Possessions[]] = [await look(scene)];
  let connections = 0;
  let failed = 0;
  const isLeak = () => leaksMemory({ connections, looks });
  for (let round = 0; round < ROUNDS.min || round < ROUNDS.max && isLeak(); round++) {
    const visited = await visit(scene, { count: ROUND.connections, atOnce, forMs: forMs() });
    connections += visited.made;
    failed += visited.failed;
    looks.push(await look(scene));
  }
  return { connections, failed, looks };
}

async function visit(
  scene: Scene,
  { count, atOnce, forMs }: {
    readonly count: number;
    readonly atOnce: number;
    readonly forMs: number;
  },
): Promise<{ readonly made: number; readonly failed: number }> {
  const untilMs = scene.now() + forMs;
  let made = 0;
  let failed = 0;
  const visitor = async () => {
    while (made < count && scene.now() < untilMs && !scene.signal.aborted) {
      made += 1;
      using one = await scene.connect();
      const { received } = await one.echo(LINE, { ms: 2000 });
      if (received < LINE.length) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, visitor));
  return { made, failed };
}

/** Looks when what the clients have caused is over, or has had its time. */
async function look(scene: Scene): Promise<Possessions> {
  let least = Infinity;
  let sinceMs = scene.now();
  await scene.until(() => {
    const { length } = scene.view.living();
    if (length < least) sinceMs = scene.now();
    least = Math.min(least, length);
    return scene.now() - sinceMs > scene.inPatience(QUIET_MS) / 2;
  }, GO_MS / 2);
  const possessions = scene.view.possessions();
  if (possessions === null) throw new UnseenError();
  return possessions;
}

/** Lets many clients end at the same moment. */
export async function observeBurst(scene: Scene): Promise<BurstObservation> {
  const { view } = scene;
  const before = new Set(view.others().map(({ pid }) => pid));
  const visitors = await Promise.all(Array.from({ length: BURST }, () => scene.connect()));
  const clients = visitors.filter(({ isConnected }) => isConnected).length;
  const fresh = () => view.others().filter(({ pid }) => !before.has(pid));
  let most = 0;
  let sinceMs = scene.now();
  await scene.until(() => {
    const { length } = fresh();
    if (length > most) sinceMs = scene.now();
    most = Math.max(most, length);
    return length >= clients || scene.now() - sinceMs > scene.inPatience(QUIET_MS);
  }, COME_MS);
  const came = new Set(fresh().map(({ pid }) => pid));
  const living = () => view.living().map(({ pid }) => pid).filter((pid) => came.has(pid));
  const wereTogether = came.size > 0 && await scene.stop();
  scene.closeAll();
  if (wereTogether) await scene.until(() => living().length === 0, REAP_MS);
  scene.goOn();
  await scene.until(() => living().length === 0, GO_MS);
  const zombies = () =>
    fresh().filter(({ pid, state }) => state === "Z" && came.has(pid)).map(({ pid }) => pid);
  await scene.until(() => zombies().length === 0, REAP_MS);
  return { clients, came: came.size, living: living(), zombies: zombies(), wereTogether };
}
