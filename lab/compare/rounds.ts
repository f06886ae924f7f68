/**
 * The rounds: every model is measured for a short time in each, in another order each time, so that what changes on the
 * machine meets them alike, and so that the rounds of one model tell how much chance is in its figures.
 *
 * @module
 */

import type { Clock } from "../../ipc/clock.ts";

/** How many rounds there are, and after how many it may be enough. */
export const ROUNDS = { most: 5, least: 3 } as const;

/** A visit is not shorter than that, however many there are. */
const VISIT_MS_MIN = 400;

/** What the rounds work with. */
export interface RoundsOptions<Subject> {
  /** How long all of them may take; at least {@linkcode ROUNDS}`.least` are made all the same. */
  readonly totalMs: number;
  /** Measures one subject in about that time. Resolves to false if it is to be measured no more. */
  readonly visit: (subject: Subject, budgetMs: number) => Promise<boolean>;
  /** Times them. */
  readonly clock: Clock;
  /** Aborts when no further visit is to begin. */
  readonly stopping: AbortSignal;
}

/** Measures the subjects in rounds. */
export async function runRounds<Subject>(
  subjects: readonly Subject[],
  options: RoundsOptions<Subject>,
): Promise<void> {
  const { totalMs, visit, clock, stopping } = options;
  const endMs = clock.now() + totalMs;
  const lost = new Set<Subject>();
  for (let round = 0; round < ROUNDS.most; round++) {
    const inOrder = orderOf(subjects, round).filter((subject) => !lost.has(subject));
    for (const [at, subject] of inOrder.entries()) {
      if (stopping.aborted) return;
      const leftMs = endMs - clock.now();
      if (leftMs <= 0 && round >= ROUNDS.least) return;
      const left = inOrder.length - at + inOrder.length * (ROUNDS.most - round - 1);
      const goesOn = await visit(subject, Math.max(leftMs / left, VISIT_MS_MIN));
      if (!goesOn) lost.add(subject);
    }
  }
}

/** The order of a round: each begins with another one, and every other one goes backwards. */
export function orderOf<Subject>(subjects: readonly Subject[], round: number): Subject[] {
  const from = subjects.length === 0 ? 0 : round % subjects.length;
  const order = [...subjects.slice(from), ...subjects.slice(0, from)];
  return round % 2 === 0 ? order : order.reverse();
}
