/**
 * Verdicts on what clients got.
 *
 * @module
 */

import type {
  AfterObservation,
  AgainObservation,
  CrowdObservation,
  DeafObservation,
  Echo,
  InterruptedObservation,
  KilledObservation,
  ResetObservation,
  StartObservation,
} from "../observe/observations.ts";
import { kindOf } from "./kind.ts";
import {
  fail,
  type Outcomes,
  pass,
  type Said,
  say,
  sayEnd,
  seenIn,
  skip,
  type Verdict,
} from "./verdict.ts";

/** Whether all came back as it was sent. */
export function isWhole({ received, sent, wrongAt }: Echo): boolean {
  return wrongAt === null && received === sent;
}

/** What came back of what was sent. */
export function sayEcho({ received, sent, wrongAt, ending, waitedMs }: Echo): Said {
  if (wrongAt !== null) return say("echoWrong", { at: wrongAt + 1, sent });
  if (received === sent) return say("echoWhole", { sent });
  switch (ending) {
    case "refused":
      return say("echoRefused");
    case "end of file":
      return say("echoEnded", { received, sent });
    case "reset":
      return say("echoReset", { received, sent });
    default:
      return say("echoLate", { received, sent, seconds: waitedMs / 1000 });
  }
}

/** On a server that was to listen. */
export function judgeStart(seen: StartObservation): Verdict {
  const { port, listeningAfterMs, end, ranBefore } = seen;
  if (listeningAfterMs !== null) {
    if (ranBefore) return pass("listens", { port });
    return pass("listensAfter", { port, seconds: secondsOf(listeningAfterMs) });
  }
  if (end === null) return fail("listensNot", { port });
  return { result: "fail", seen: [say("listensNot", { port }), sayEnd(end)] };
}

/** On one echo. */
export function judgeEcho(echo: Echo): Verdict {
  return { result: isWhole(echo) ? "pass" : "fail", seen: [sayEcho(echo)] };
}

/** On a client that came after one that said nothing. */
export function judgeEmpty({ next }: AfterObservation): Verdict {
  return isWhole(next) ? pass("nextAnswered") : failNext(next);
}

function failNext(next: Echo): Verdict {
  return { result: "fail", seen: [say("nextNotAnswered"), sayEcho(next)] };
}

/** On a client that came while another was connected. */
export function judgeSecond(echo: Echo): Verdict {
  if (isWhole(echo)) return pass("secondAnswered");
  return { result: "fail", seen: [say("secondNotAnswered"), sayEcho(echo)] };
}

/** On twenty at once. Of a prefork server no more than it has processes can be. */
export function judgeCrowd({ clients, answered }: CrowdObservation, outcomes: Outcomes): Verdict {
  const values = { answered, clients };
  if (answered === clients) return pass("crowdAnswered", values);
  const processes = seenIn(outcomes, "clients");
  const kind = processes === null ? null : kindOf(processes);
  const isLimited = answered > 1 && (kind === "prefork" || kind === "hidden");
  return isLimited ? skip("crowdLimited", values) : fail("crowdAnswered", values);
}

/** On a server one of whose children has ended while it waited. */
export function judgeInterrupted({ childEnded, next }: InterruptedObservation): Verdict {
  if (!isWhole(next)) return failNext(next);
  if (childEnded === null) return pass("nextAnswered");
  return childEnded ? pass("nextAnsweredAfterChild") : skip("noChildEnded");
}

/** On a server whose clients have reset their connections. */
export function judgeReset({ resets, next }: ResetObservation, outcomes: Outcomes = {}): Verdict {
  if (isWhole(next)) return pass("nextAnsweredAfterResets", { resets });
  const second = seenIn(outcomes, "second");
  const waits = second !== null && !isWhole(second) && next.ending === "late";
  return waits ? skip("waitsInTurn") : failNext(next);
}

/** On a server one of whose clients did not read. Where it serves one at a time the others have to wait anyway. */
export function judgeDeaf({ meanwhile, next }: DeafObservation, outcomes: Outcomes): Verdict {
  const second = seenIn(outcomes, "second");
  const isConcurrent = second === null || isWhole(second);
  if (isConcurrent && !isWhole(meanwhile)) {
    return { result: "fail", seen: [say("otherNotAnswered"), sayEcho(meanwhile)] };
  }
  return isWhole(next) ? pass("nextAnswered") : failNext(next);
}

/** On a server one of whose children was killed. */
export function judgeKilled({ pid, next }: KilledObservation): Verdict {
  if (pid === null) return skip("noChildToKill");
  return isWhole(next) ? pass("nextAnsweredAfterKill", { pid }) : failNext(next);
}

/** On a server that was started again. */
export function judgeAgain({ listeningAfterMs, end }: AgainObservation): Verdict {
  if (listeningAfterMs !== null) {
    return pass("listensAgain", { seconds: secondsOf(listeningAfterMs) });
  }
  if (end === null) return fail("listensNotAgain");
  return { result: "fail", seen: [say("listensNotAgain"), sayEnd(end)] };
}

/** Seconds to a hundredth. */
export function secondsOf(ms: number): number {
  return Math.round(ms / 10) / 100;
}
