/** The points of the history, from the samples that they are the difference of. */

import { LIMITS } from "../../../server/status/state.ts";
import { assertEquals } from "../../assert.ts";
import { FACTS } from "./facts.ts";
import { PlayedModel, processOf } from "./played_model.ts";

/** The CPU seconds per second of each point. */
function cpuOf({ state }: PlayedModel): readonly (number | null)[] {
  return state.history.map(({ cpu }) => cpu);
}

Deno.test("the first sample is shown, and makes no point", () => {
  const processes = [processOf(100, { pssBytes: 5 })];
  const acceptQueue = { length: 1, backlog: 128 };
  const { state } = new PlayedModel().sample(0, { processes, acceptQueue, logLinesLost: 4 });
  assertEquals(state.processes, processes);
  assertEquals([state.acceptQueue, state.totals.logLinesLost], [acceptQueue, 4]);
  assertEquals(state.history, []);
});

Deno.test("a point has the figures of its second", () => {
  const played = new PlayedModel().sample(0, {
    processes: [processOf(100, { cpuMs: 50 })],
  }).idleWorker(7).accept(1, 7).accept(2, null).traffic([1, 4000, 6000]);
  played.now = FACTS.startedAt;
  played.sample(2000, {
    processes: [
      ...[processOf(100, { cpuMs: 550, pssBytes: 100 }), processOf(7, { cpuMs: 300 })],
      processOf(8, { pssBytes: 20 }),
    ],
    acceptQueue: { length: 3, backlog: 128 },
  });
  assertEquals(played.state.history, [{
    ...{ at: FACTS.startedAt + 2000, connections: 2, workers: 1, acceptedPerSecond: 1 },
    ...{ bytesInPerSecond: 2000, bytesOutPerSecond: 3000, queueLength: 3, pssBytes: 120 },
    ...{ cpu: 0.4, startMs: 1 },
  }]);
});

Deno.test("a start is in one point, and what cannot be seen in none", () => {
  const played = new PlayedModel().idleWorker(7).sample(1000).sample(1000).sample(1000);
  assertEquals(played.state.history.map(({ startMs }) => startMs), [1, null]);
  const [point] = played.state.history;
  assertEquals([point?.queueLength, point?.pssBytes, point?.cpu], [null, null, null]);
});

Deno.test("samples that come faster than points make one a second", () => {
  const played = new PlayedModel();
  for (let count = 0; count <= 8; count += 1) played.sample(250);
  assertEquals(played.state.history.length, 2);
});

Deno.test("the history is cut", () => {
  const played = new PlayedModel();
  for (let count = 0; count < LIMITS.history + 3; count += 1) played.sample(1000);
  assertEquals(played.state.history.length, LIMITS.history);
  assertEquals(played.state.history.at(-1)?.at, played.now);
});

Deno.test("a process that got the pid of another has used what it tells", () => {
  const played = new PlayedModel();
  for (const cpuMs of [5000, 100]) played.sample(1000, { processes: [processOf(7, { cpuMs })] });
  assertEquals(cpuOf(played), [0.1]);
});

Deno.test("what was used while nobody could look is not told as of one second", () => {
  const processes = [processOf(7, { cpuMs: 50_000 })];
  const played = new PlayedModel()
    .sample(0, { processes }).sample(1000).sample(1000, { processes }).sample(1000, { processes });
  assertEquals(cpuOf(played), [null, null, 0]);
});

Deno.test("after the clock was set back there are points again in two seconds", () => {
  const played = new PlayedModel().sample(1000).sample(1000).sample(-3_600_000);
  assertEquals(played.state.history.length, 1);
  played.sample(1000);
  assertEquals(played.state.history.length, 2);
  assertEquals(played.state.history.at(-1)?.acceptedPerSecond, 0);
});
