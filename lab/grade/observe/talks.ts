/**
 * Scenarios of one client that sends and reads.
 *
 * @module
 */

import type { AfterObservation, CrowdObservation, Echo } from "./observations.ts";
import { ANSWER_MS, CONNECT_MS, LINE, type Scene } from "./scene.ts";
import type { EchoOptions } from "./visitor.ts";

/** What the large message has. */
const LARGE_BYTES = 200_000;

/** How long its client reads nothing. */
const LARGE_PAUSE_MS = 200;

const PIECES = 60;

const CROWD = 20;

/** Twenty processes may have to be started for them, on a machine with few processors; or else not all are served. */
const CROWD_MS = { any: 7000, limited: 1500 };

/** Letters in lines, by which a byte that is missing is noticed. */
export function textOf(length: number): Uint8Array {
  const text = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    text[at] = at % 64 === 63 || at === length - 1 ? 10 : 97 + (at + Math.floor(at / 64)) % 26;
  }
  return text;
}

async function echo(
  scene: Scene,
  bytes: Uint8Array,
  options: Partial<EchoOptions> = {},
): Promise<Echo> {
  using visitor = await scene.connect();
  return await visitor.echo(bytes, { ms: ANSWER_MS, ...options });
}

/** A line and its answer. */
export async function observeLine(scene: Scene): Promise<Echo> {
  return await echo(scene, LINE);
}

/** Bytes that are no text. */
export async function observeNulBytes(scene: Scene): Promise<Echo> {
  return await echo(scene, new TextEncoder().encode("one\0two\0\0three\0\n"), { ms: 2000 });
}

/** Much at once, for a client that is slow to read. */
export async function observeLarge(scene: Scene): Promise<Echo> {
  return await echo(scene, textOf(LARGE_BYTES), { readAfterMs: LARGE_PAUSE_MS });
}

/** Little, again and again. */
export async function observePieces(scene: Scene): Promise<Echo> {
  return await echo(scene, textOf(PIECES * 3), { pieceBytes: 3 });
}

/** A client that has no more to say, and waits for the rest. */
export async function observeHalfClose(scene: Scene): Promise<Echo> {
  const bytes = textOf(5000).subarray(0, 4999);
  return await echo(scene, bytes, { endsWriting: true, ms: 2000 });
}

/** A client that says nothing, and another. */
export async function observeEmpty(scene: Scene): Promise<AfterObservation> {
  const visitor = await scene.connect();
  visitor.close();
  return { next: await scene.ask() };
}

/** A client, while another is connected and silent. */
export async function observeSecond(scene: Scene): Promise<Echo> {
  using first = await scene.connect();
  // It is being served when it has had an answer.
  await first.echo(LINE, { ms: ANSWER_MS });
  return await scene.ask();
}

/** Many clients that are connected at the same time. */
export async function observeCrowd(scene: Scene, isLimited: boolean): Promise<CrowdObservation> {
  const ms = isLimited ? CROWD_MS.limited : CROWD_MS.any;
  const connecting = Array.from({ length: CROWD }, () => scene.connect(Math.min(ms, CONNECT_MS)));
  const visitors = await Promise.all(connecting);
  const echoes = await Promise.all(visitors.map((visitor) => visitor.echo(LINE, { ms })));
  const answered = echoes.filter(({ received, sent }) => received === sent).length;
  return { clients: CROWD, answered };
}
