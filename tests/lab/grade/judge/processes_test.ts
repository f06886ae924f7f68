import { kindOf } from "../../../../lab/grade/judge/kind.ts";
import {
  judgeBurst,
  judgeEnd,
  judgeExit,
  judgeGrowth,
  judgeListener,
  judgeOwn,
  judgeParent,
  listPids,
} from "../../../../lab/grade/judge/processes.ts";
import type { ClientsObservation } from "../../../../lab/grade/observe/observations.ts";
import { assertEquals } from "../../../assert.ts";
import {
  ALONE,
  FORKS,
  growth,
  HIDDEN,
  inShort,
  PREFORK,
  RELAYS,
  seen,
  serving,
  SHARED,
  SOME,
  THREADS,
} from "./seen.ts";

const KINDS = { FORKS, PREFORK, SHARED, RELAYS, HIDDEN, THREADS, ALONE };

/** What is judged of each kind of server, in short. */
function ofEach(judge: (seen: ClientsObservation) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, judge(kind)]));
}

Deno.test("kindOf() tells servers apart by the processes of their clients", () => {
  assertEquals(
    ofEach(kindOf),
    Object.fromEntries(Object.keys(KINDS).map((name) => [name, name.toLowerCase()])),
  );
});

Deno.test("a process that was started before its client and ends with it is a child like others", () => {
  const spare = { cameBefore: true };
  const servers = [[serving(101, spare)], [serving(102, spare)]] as const;
  assertEquals(kindOf({ ...FORKS, servers, before: 2 }), "forks");
});

Deno.test("a server that accepts no second client has children all the same", () => {
  const servers = [[serving(101)], []] as const;
  assertEquals(kindOf({ ...FORKS, servers }), "forks");
});

Deno.test("a process of its own is asked of every server that does not hide what it does", () => {
  assertEquals(ofEach((kind) => inShort(judgeOwn(kind))), {
    FORKS: "pass ownProcesses",
    PREFORK: "pass ownProcessesBefore",
    SHARED: "fail sharedProcess",
    RELAYS: "skip relays",
    HIDDEN: "skip hiddenWork",
    THREADS: "fail threads",
    ALONE: "fail alone",
  });
});

Deno.test("the parent's copy of a socket is asked for where a child has the socket", () => {
  assertEquals(ofEach((kind) => inShort(judgeParent(kind))), {
    FORKS: "pass parentClosed",
    PREFORK: "pass parentClosed",
    SHARED: "pass parentClosed",
    RELAYS: "skip relays",
    HIDDEN: "skip hiddenWork",
    THREADS: "skip noChildren",
    ALONE: "skip noChildren",
  });
  const parentHolds = true;
  assertEquals(inShort(judgeParent({ ...FORKS, parentHolds })), "fail parentHolds");
  const clientSawEnd = false;
  const holdsOn = judgeParent({ ...FORKS, parentHolds, clientSawEnd });
  assertEquals(inShort(holdsOn), "fail parentHoldsOn");
});

Deno.test("a child may have the listening socket only where it accepts itself", () => {
  assertEquals(ofEach((kind) => inShort(judgeListener(kind))), {
    FORKS: "pass listenerClosed",
    PREFORK: "skip acceptsItself",
    SHARED: "skip acceptsItself",
    RELAYS: "pass listenerClosed",
    HIDDEN: "skip hiddenWork",
    THREADS: "skip noChildren",
    ALONE: "skip noChildren",
  });
  const servers = [[serving(101)], [serving(102, { hasListener: true })]] as const;
  const verdict = judgeListener({ ...FORKS, servers });
  assertEquals(inShort(verdict), "fail listenerOpen");
  assertEquals(verdict.seen[0]?.values, { pids: "102" });
  const came = [serving(101, { hasListener: true })];
  assertEquals(inShort(judgeListener({ ...RELAYS, came })), "fail listenerOpen");
});

Deno.test("a child has to end with its client where it came for it", () => {
  assertEquals(ofEach((kind) => inShort(judgeEnd(kind))), {
    FORKS: "pass childEnded",
    PREFORK: "skip livesOn",
    SHARED: "skip livesOn",
    RELAYS: "pass childEnded",
    HIDDEN: "skip hiddenWork",
    THREADS: "skip noChildren",
    ALONE: "skip noChildren",
  });
  assertEquals(inShort(judgeEnd({ ...FORKS, endedAfterMs: null })), "fail childLives");
  assertEquals(inShort(judgeEnd({ ...RELAYS, endedAfterMs: null })), "fail childLives");
});

Deno.test("an exit status is judged where it was seen, and else it is said why not", () => {
  assertEquals(ofEach((kind) => inShort(judgeExit(kind))), {
    FORKS: "pass exitDone",
    PREFORK: "skip livesOn",
    SHARED: "skip livesOn",
    RELAYS: "skip relays",
    HIDDEN: "skip hiddenWork",
    THREADS: "skip noChildren",
    ALONE: "skip noChildren",
  });
  const ending = (code: number, signal: Deno.Signal | null): ClientsObservation => ({
    ...FORKS,
    exit: { status: { success: false, code, signal, coreDumped: false }, unseen: null },
  });
  assertEquals(inShort(judgeExit(ending(1, null))), "fail exitFailed");
  assertEquals(inShort(judgeExit(ending(141, "SIGPIPE"))), "fail exitSignal");
  const unseen = (unseen: "reaped" | "hidden" | "alive") =>
    inShort(judgeExit({ ...FORKS, exit: { status: null, unseen } }));
  assertEquals(unseen("reaped"), "skip exitReaped");
  assertEquals(unseen("hidden"), "skip exitHidden");
  assertEquals(unseen("alive"), "skip exitAlive");
  const noSecond = {
    ...FORKS,
    servers: [[serving(101)], []],
    exit: { status: null, unseen: "alive" },
  } as const;
  assertEquals(inShort(judgeExit(noSecond)), "skip exitNoSecond");
});

Deno.test("what a parent has of each kind may not grow with its connections", () => {
  const judge = (last: Parameters<typeof growth>[1], middle = last) =>
    inShort(judgeGrowth(growth(middle, last), {}));
  assertEquals(judge({}), "pass grewNot");
  // A few are no leak.
  assertEquals(judge({ descriptors: 4 + 19 }), "pass grewNot");
  assertEquals(judge({ descriptors: 4 + 20 }), "fail grew");
  assertEquals(judge({ clientSockets: 200 }), "fail grew");
  assertEquals(judge({ children: 200 }), "fail grew");
  assertEquals(judge({ memory: 50_000_000 }, { memory: 25_000_000 }), "fail grew");
  // It grew once, as a runtime's memory does that was not warm.
  assertEquals(judge({ memory: 50_000_000 }, { memory: 50_000_000 }), "pass grewNot");
});

Deno.test("memory that grows from each look to the next but one is no leak", () => {
  const megabytes = (...looks: readonly [number, ...number[]]) => {
    const [first, ...later] = looks.map((count) => ({ ...SOME, memory: count * 1_000_000 }));
    const seen = { connections: 300, failed: 0, looks: [first ?? SOME, ...later] } as const;
    return inShort(judgeGrowth(seen, {}));
  };
  assertEquals(megabytes(10, 20, 30, 40), "fail grew");
  assertEquals(megabytes(10, 20, 30, 31), "pass grewNot");
  assertEquals(megabytes(10, 11, 30, 40), "pass grewNot");
});

Deno.test("of few connections nothing is said, and of some more nothing of the memory", () => {
  const few = { ...growth({}, { descriptors: 100 }), connections: 15 };
  assertEquals(inShort(judgeGrowth(few, {})), "skip tooFewConnections");
  const some = { ...growth({ memory: 25_000_000 }, { memory: 50_000_000 }), connections: 99 };
  assertEquals(inShort(judgeGrowth(some, {})), "pass grewNot");
  const many = { ...some, connections: 100 };
  assertEquals(inShort(judgeGrowth(many, {})), "fail grew");
});

Deno.test("what follows from a socket that the parent keeps, or a child that stays, is told once", () => {
  const parentHolds = { clients: seen({ ...FORKS, parentHolds: true }) };
  const sockets = judgeGrowth(growth({}, { clientSockets: 200 }), parentHolds);
  assertEquals(inShort(sockets), "skip grewByThat");
  assertEquals(sockets.seen[0]?.values["test"], "processes/parent-closes-socket");
  const both = growth({}, { clientSockets: 200, descriptors: 204 });
  assertEquals(inShort(judgeGrowth(both, parentHolds)), "fail grew");

  const childStays = { clients: seen({ ...FORKS, endedAfterMs: null }) };
  const children = judgeGrowth(growth({}, { children: 200 }), childStays);
  assertEquals(inShort(children), "skip grewByThat");
  assertEquals(children.seen[0]?.values["test"], "processes/child-ends");
  // A server that keeps its clients' sockets because it has no children has nothing of the kind told.
  const alone = { clients: seen({ ...ALONE, parentHolds: true }) };
  assertEquals(inShort(judgeGrowth(growth({}, { clientSockets: 200 }), alone)), "fail grew");
});

Deno.test("no child may be left a zombie", () => {
  const burst = { clients: 50, came: 50, living: [], zombies: [], wereTogether: true };
  assertEquals(inShort(judgeBurst(burst)), "pass zombiesNot");
  const verdict = judgeBurst({ ...burst, zombies: [7, 8, 9] });
  assertEquals(inShort(verdict), "fail zombies");
  assertEquals(verdict.seen[0]?.values, { n: 3, came: 50, pids: "7, 8, 9" });
  assertEquals(inShort(judgeBurst({ ...burst, came: 0 })), "skip burstNone");
  assertEquals(inShort(judgeBurst({ ...burst, came: 2, living: [7, 8] })), "skip burstLives");
});

Deno.test("listPids() names each once, and no more than fit on a line", () => {
  assertEquals(listPids([3, 1, 3]), "3, 1");
  assertEquals(listPids([1, 2, 3, 4, 5, 6, 7, 8]), "1, 2, 3, 4, 5, 6, 7, 8");
  assertEquals(listPids([1, 2, 3, 4, 5, 6, 7, 8, 9]), "1, 2, 3, 4, 5, 6, 7, 8, ...");
});
