import { CATALOGUE } from "../../../lab/grade/catalogue.ts";
import type { Subject } from "../../../lab/grade/observe/subject.ts";
import { type Judged, runTests } from "../../../lab/grade/run.ts";
import { selectTests } from "../../../lab/grade/selection.ts";
import { assertEquals } from "../../assert.ts";
import { systemClock } from "../../../ipc/clock.ts";
import { closedPort, listenOnLoopback } from "../../support/sockets.ts";
import { BlindSubject } from "./blind_subject.ts";
import { inShort } from "./judge/seen.ts";

/** Runs tests, and returns them with their verdicts in short. */
async function run(
  subject: Subject,
  options: { readonly names?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<string[]> {
  const { names, signal = new AbortController().signal } = options;
  const told: Judged[] = [];
  const judged = await runTests(subject, {
    tests: names === undefined ? CATALOGUE : selectTests(names),
    clock: systemClock,
    signal,
    deadlineMs: systemClock.now() + 60_000,
    patience: 1,
    tell: (one) => told.push(one),
  });
  assertEquals(told, judged);
  return judged.map(({ test, verdict }) => `${test.name}: ${inShort(verdict)}`);
}

Deno.test("where nothing listens every other test is skipped", async () => {
  const verdicts = await run(new BlindSubject(closedPort(), "never"), {
    names: ["talks/starts", "talks/line", "reaps", "survives/port-again"],
  });
  assertEquals(verdicts, [
    "talks/starts: fail listensNot",
    "talks/line: skip notStarted",
    "reaps/burst: skip blind",
    "survives/port-again: skip notOurs",
  ]);
});

Deno.test("where no time is left it is said, but for what could not be tested anyway", async () => {
  const verdicts = await run(new BlindSubject(closedPort()), {
    names: ["talks/line", "processes/nothing-grows", "survives/port-again"],
    signal: AbortSignal.abort(),
  });
  assertEquals(verdicts, [
    "talks/line: skip noTime",
    "processes/nothing-grows: skip blind",
    "survives/port-again: skip notOurs",
  ]);
});

Deno.test("a scenario that is under way ends when the time does", async () => {
  // It accepts, and says nothing.
  using listener = listenOnLoopback();
  const over = new AbortController();
  const connected = listener.accept().then((conn) => {
    over.abort();
    return conn;
  });
  const subject = new BlindSubject(listener.addr.port);
  const verdicts = await run(subject, { names: ["talks/line"], signal: over.signal });
  assertEquals(verdicts, ["talks/line: skip noTime"]);
  (await connected).close();
});

Deno.test("where a line does not come back, what needs that is skipped", async () => {
  using listener = listenOnLoopback();
  const served = listener.accept().then((conn) => conn.close());
  const verdicts = await run(new BlindSubject(listener.addr.port), {
    names: ["talks/line", "talks/large", "concurrent/twenty"],
  });
  assertEquals(verdicts.slice(1), ["talks/large: skip noEcho", "concurrent/twenty: skip noEcho"]);
  await served;
});
