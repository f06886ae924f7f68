import { CATALOGUE, type GradeTest } from "../../../lab/grade/catalogue.ts";
import { say } from "../../../lab/grade/judge/verdict.ts";
import { SCENARIOS, scenariosFor } from "../../../lab/grade/observe/scenarios.ts";
import { GROUPS } from "../../../lab/grade/texts/words.ts";
import { assert, assertEquals, assertMatch } from "../../assert.ts";
import { FORKS, inShort, NONE, seen, WHOLE } from "./judge/seen.ts";

function testOf(name: string): GradeTest {
  const test = CATALOGUE.find((test) => test.name === name);
  assert(test !== undefined);
  return test;
}

Deno.test("a test's name is its group's and a word in small letters", () => {
  for (const { name, group } of CATALOGUE) {
    assertMatch(name, /^[a-z]+\/[a-z]+(-[a-z]+)*$/);
    assertEquals(name.split("/")[0], group);
    assert(group in GROUPS);
  }
  assertEquals(new Set(CATALOGUE.map(({ name }) => name)).size, CATALOGUE.length);
});

Deno.test("every scenario is of some test, and every test's is played", () => {
  const ofTests = new Set(CATALOGUE.map(({ scenario }) => scenario));
  assertEquals(
    [...ofTests].sort(),
    ["start", ...SCENARIOS.map(({ name }) => name)].sort(),
  );
});

Deno.test("a test whose scenario was not played is skipped, by the reason that there was", () => {
  const test = testOf("reaps/burst");
  assertEquals(inShort(test.judge({})), "skip noTime");
  const outcome = { seen: null, reason: say("notStarted") };
  assertEquals(inShort(test.judge({ burst: outcome })), "skip notStarted");
});

Deno.test("a test that fails says how the server has ended in it", () => {
  const test = testOf("survives/reset");
  const reset = { seen: { resets: 6, next: NONE }, ended: { how: { code: 1, signal: null } } };
  assertEquals(inShort(test.judge({ reset })), "fail nextNotAnswered echoLate endedWithStatus");
  const gone = { ...reset, ended: { how: null } };
  assertEquals(
    inShort(test.judge({ reset: gone })),
    "fail nextNotAnswered echoLate endedSomehow",
  );
  const survived = { ...reset, seen: { resets: 6, next: WHOLE } };
  assertEquals(inShort(test.judge({ reset: survived })), "pass nextAnsweredAfterResets");
});

Deno.test("what fails because the server ends whenever a child does is told once", () => {
  const ended = { how: { code: 1, signal: null } };
  const interrupted = { seen: { childEnded: true, next: NONE }, ended };
  const reset = { seen: { resets: 6, next: NONE }, ended };
  assertEquals(
    inShort(testOf("survives/reset").judge({ reset, interrupted })),
    "skip endsWithChild",
  );
  assertEquals(
    inShort(testOf("survives/interrupted-accept").judge({ interrupted })),
    "fail nextNotAnswered echoLate endedWithStatus",
  );
  const lives = { seen: { resets: 6, next: NONE }, ended: null };
  assertEquals(
    inShort(testOf("survives/reset").judge({ reset: lives, interrupted })),
    "fail nextNotAnswered echoLate",
  );
});

Deno.test("the tests of one scenario are judged from what it has seen", () => {
  const clients = seen(FORKS);
  const verdicts = CATALOGUE.filter(({ scenario }) => scenario === "clients")
    .map((test) => inShort(test.judge({ clients })));
  assertEquals(verdicts, [
    "pass ownProcesses",
    "pass parentClosed",
    "pass listenerClosed",
    "pass childEnded",
    "pass exitDone",
  ]);
});

Deno.test("scenariosFor() adds what has to be played before, in its order", () => {
  const namesFor = (
    ...names: Parameters<typeof scenariosFor>[0] extends Iterable<infer Name> ? Name[] : never
  ) => scenariosFor(names).map(({ name }) => name);
  assertEquals(namesFor("again"), ["again"]);
  assertEquals(namesFor("burst"), ["line", "clients", "burst"]);
  assertEquals(namesFor("crowd", "start"), ["line", "second", "clients", "crowd"]);
});

Deno.test("a scenario comes behind those that it is after", () => {
  const order = SCENARIOS.map(({ name }) => name);
  for (const { name, after } of SCENARIOS) {
    for (const other of after) assert(order.indexOf(other) < order.indexOf(name), name);
  }
});
