import {
  isWhole,
  judgeAgain,
  judgeCrowd,
  judgeDeaf,
  judgeEcho,
  judgeEmpty,
  judgeInterrupted,
  judgeKilled,
  judgeReset,
  judgeSecond,
  judgeStart,
} from "../../../../lab/grade/judge/talks.ts";
import { assertEquals } from "../../../assert.ts";
import { FORKS, HIDDEN, inShort, NONE, PREFORK, seen, WHOLE } from "./seen.ts";

const SIGNALLED = { code: 139, signal: "SIGSEGV" };

Deno.test("an echo is whole where every byte came back, and it is said what else happened", () => {
  assertEquals(isWhole(WHOLE), true);
  assertEquals(inShort(judgeEcho(WHOLE)), "pass echoWhole");
  const judge = (echo: Partial<typeof WHOLE>) => inShort(judgeEcho({ ...WHOLE, ...echo }));
  assertEquals(judge({ wrongAt: 3 }), "fail echoWrong");
  assertEquals(judge({ received: 3, ending: "late" }), "fail echoLate");
  assertEquals(judge({ received: 3, ending: "reset" }), "fail echoReset");
  assertEquals(judge({ received: 3, ending: "end of file" }), "fail echoEnded");
  assertEquals(judge({ received: 0, ending: "refused" }), "fail echoRefused");
});

Deno.test("a byte is counted from one", () => {
  assertEquals(judgeEcho({ ...WHOLE, wrongAt: 0 }).seen[0]?.values, { at: 1, sent: 14 });
});

Deno.test("a server has to listen, and how it ended is said where it has", () => {
  const start = { port: 9000, listeningAfterMs: 214, end: null, ranBefore: false };
  assertEquals(judgeStart(start).seen[0]?.values, { port: 9000, seconds: 0.21 });
  assertEquals(inShort(judgeStart(start)), "pass listensAfter");
  assertEquals(inShort(judgeStart({ ...start, ranBefore: true })), "pass listens");
  const not = { ...start, listeningAfterMs: null };
  assertEquals(inShort(judgeStart(not)), "fail listensNot");
  assertEquals(inShort(judgeStart({ ...not, end: SIGNALLED })), "fail listensNot endedBySignal");
  const exited = { code: 1, signal: null };
  assertEquals(inShort(judgeStart({ ...not, end: exited })), "fail listensNot endedWithStatus");
});

Deno.test("the next client has to be answered whatever happened to the one before", () => {
  const lost = "fail nextNotAnswered echoLate";
  assertEquals(inShort(judgeEmpty({ next: WHOLE })), "pass nextAnswered");
  assertEquals(inShort(judgeEmpty({ next: NONE })), lost);
  assertEquals(inShort(judgeReset({ resets: 6, next: WHOLE })), "pass nextAnsweredAfterResets");
  assertEquals(inShort(judgeReset({ resets: 6, next: NONE })), lost);
  const inTurn = { second: { seen: NONE, ended: null } };
  assertEquals(inShort(judgeReset({ resets: 6, next: NONE }, inTurn)), "skip waitsInTurn");
  const refused = { ...NONE, ending: "refused" } as const;
  assertEquals(
    inShort(judgeReset({ resets: 6, next: refused }, inTurn)),
    "fail nextNotAnswered echoRefused",
  );
  assertEquals(inShort(judgeKilled({ pid: 7, next: WHOLE })), "pass nextAnsweredAfterKill");
  assertEquals(inShort(judgeKilled({ pid: 7, next: NONE })), lost);
  assertEquals(inShort(judgeKilled({ pid: null, next: NONE })), "skip noChildToKill");
});

Deno.test("accept() counts as interrupted only where a child has ended", () => {
  const judge = (childEnded: boolean | null, next = WHOLE) =>
    inShort(judgeInterrupted({ childEnded, next }));
  assertEquals(judge(true), "pass nextAnsweredAfterChild");
  assertEquals(judge(false), "skip noChildEnded");
  assertEquals(judge(null), "pass nextAnswered");
  assertEquals(judge(true, NONE), "fail nextNotAnswered echoLate");
});

Deno.test("a second client must not wait for the first", () => {
  assertEquals(inShort(judgeSecond(WHOLE)), "pass secondAnswered");
  assertEquals(inShort(judgeSecond(NONE)), "fail secondNotAnswered echoLate");
});

Deno.test("of twenty clients a prefork server may serve as many as it has processes", () => {
  const all = { clients: 20, answered: 20 };
  const some = { clients: 20, answered: 8 };
  const one = { clients: 20, answered: 1 };
  assertEquals(inShort(judgeCrowd(all, {})), "pass crowdAnswered");
  assertEquals(inShort(judgeCrowd(some, {})), "fail crowdAnswered");
  assertEquals(inShort(judgeCrowd(some, { clients: seen(FORKS) })), "fail crowdAnswered");
  assertEquals(inShort(judgeCrowd(some, { clients: seen(PREFORK) })), "skip crowdLimited");
  assertEquals(inShort(judgeCrowd(some, { clients: seen(HIDDEN) })), "skip crowdLimited");
  assertEquals(inShort(judgeCrowd(one, { clients: seen(PREFORK) })), "fail crowdAnswered");
});

Deno.test("a client that does not read may keep up only those that have to wait anyway", () => {
  const kept = { meanwhile: NONE, next: WHOLE };
  assertEquals(inShort(judgeDeaf({ meanwhile: WHOLE, next: WHOLE }, {})), "pass nextAnswered");
  assertEquals(inShort(judgeDeaf(kept, {})), "fail otherNotAnswered echoLate");
  assertEquals(
    inShort(judgeDeaf(kept, { second: seen(WHOLE) })),
    "fail otherNotAnswered echoLate",
  );
  assertEquals(inShort(judgeDeaf(kept, { second: seen(NONE) })), "pass nextAnswered");
  const gone = { meanwhile: NONE, next: NONE };
  assertEquals(
    inShort(judgeDeaf(gone, { second: seen(NONE) })),
    "fail nextNotAnswered echoLate",
  );
});

Deno.test("a server has to get its port again", () => {
  assertEquals(inShort(judgeAgain({ listeningAfterMs: 5, end: null })), "pass listensAgain");
  const not = { listeningAfterMs: null, end: null };
  assertEquals(inShort(judgeAgain(not)), "fail listensNotAgain");
  assertEquals(
    inShort(judgeAgain({ ...not, end: { code: 1, signal: null } })),
    "fail listensNotAgain endedWithStatus",
  );
});
