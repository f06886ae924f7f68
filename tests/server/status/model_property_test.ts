/** The model, whatever happens to it and in whatever order: a snapshot is as good as having seen everything. */

import fc from "fast-check";
import type { Change, StatusEvent } from "../../../server/status/feed.ts";
import { countOf } from "../../../server/status/histogram.ts";
import { initialState, StatusModel } from "../../../server/status/model.ts";
import type { ServerFacts, ServerState } from "../../../server/status/state.ts";
import { assert, assertEquals } from "../../assert.ts";
import { FACTS } from "./facts.ts";
import { clientOf, PlayedModel } from "./played_model.ts";

const workerPid = fc.integer({ min: 1, max: 4 });
const client = fc.integer({ min: 1, max: 6 }).map(clientOf);
const count = fc.nat({ max: 10_000 });
const bytes = fc.option(count);
const error = fc.constantFrom("Cannot accept", "Cannot start");

function eventOf<Name extends StatusEvent["event"], Fields>(
  event: Name,
  fields: fc.Arbitrary<Fields>,
): fc.Arbitrary<Fields & { readonly event: Name }> {
  return fields.map((fields) => ({ ...fields, event }));
}

/** An event of a connection, with what else it tells. */
function eventOfConnection<Name extends StatusEvent["event"], Fields>(
  event: Name,
  fields: fc.Arbitrary<Fields>,
): fc.Arbitrary<Fields & ReturnType<typeof clientOf> & { readonly event: Name }> {
  return fc.tuple(client, fields).map(([client, fields]) => ({ ...fields, ...client, event }));
}

const anyEvent: fc.Arbitrary<StatusEvent> = fc.oneof(
  eventOf("worker_started", fc.record({ workerPid })),
  eventOf("worker_idle", fc.record({ workerPid })),
  eventOf("worker_ending", fc.record({ workerPid })),
  eventOf(
    "worker_exited",
    fc.record({
      workerPid,
      status: fc.option(fc.nat({ max: 2 })),
      signal: fc.constantFrom(null, "SIGKILL", "SIGTERM"),
      reason: fc.constantFrom("exited" as const, "crashed", "killed_by_us"),
      zombieMs: fc.option(count),
    }),
  ),
  eventOf("worker_failed", fc.record({ workerPid: fc.option(workerPid), error })),
  eventOfConnection("connection_accepted", fc.record({ workerPid: fc.option(workerPid) })),
  eventOfConnection(
    "connection_opened",
    fc.record({ workerPid, descriptor: fc.option(fc.nat({ max: 99 })) }),
  ),
  eventOfConnection(
    "connection_closed",
    fc.record({
      bytesIn: bytes,
      bytesOut: bytes,
      durationMs: count,
      reason: fc.constantFrom("finished" as const, "client_lost", "max_duration"),
    }),
  ),
  eventOfConnection(
    "connection_rejected",
    fc.record({ reason: fc.constant("max_per_host" as const), maxPerHost: count, rejected: count }),
  ),
  eventOfConnection(
    "connection_rejected",
    fc.record({ reason: fc.constant("denied" as const), rejected: count }),
  ),
  eventOf("admission_paused", fc.record({ maxConnections: count })),
  eventOf("admission_resumed", fc.record({ maxConnections: count })),
  eventOf("accept_failed", fc.record({ error })),
  eventOf("stopping", fc.record({ connections: count, graceMs: count })),
  eventOf("stopped", fc.record({ connectionsAccepted: count, connectionsAborted: count })),
  eventOf(
    "messages",
    fc.record({
      messages: fc.array(fc.record({ connectionId: fc.nat({ max: 6 }), text: fc.string() })),
    }),
  ),
);

const process = fc.record({
  pid: fc.integer({ min: 1, max: 5 }),
  state: fc.constantFrom("S", "R", "Z"),
  pssBytes: bytes,
  cpuMs: count,
  descriptors: fc.constant(null),
});

const sample = fc.record({
  processes: fc.option(fc.uniqueArray(process, { selector: ({ pid }) => pid })),
  acceptQueue: fc.option(fc.record({ length: count, backlog: count })),
  logLinesLost: count,
});

/** At times that may also go back, as a clock that is set does. */
const at = fc.integer({ min: FACTS.startedAt - 1000, max: FACTS.startedAt + 5000 });

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("event" as const), at, event: anyEvent }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("traffic" as const),
      at,
      traffic: fc.array(fc.tuple(fc.nat({ max: 6 }), count, count)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("sample" as const), at, sample }) },
);

const changes = fc.array(change, { maxLength: 120, size: "max" });
const facts: fc.Arbitrary<ServerFacts> = fc.constantFrom("per-connection", "prefork", "iterative")
  .map((mode) => ({ ...FACTS, mode }));

function stateAfter(state: ServerState, changes: readonly Change[]): ServerState {
  const model = new StatusModel(state);
  for (const change of changes) model.apply(change);
  return model.state;
}

/** A state, or changes, as another process gets them. */
function overJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

Deno.test("a model that goes on with a snapshot ends as one that has seen everything", () => {
  fc.assert(fc.property(facts, changes, fc.nat(), (facts, changes, cut) => {
    const split = cut % (changes.length + 1);
    const snapshot = overJson(stateAfter(initialState(facts), changes.slice(0, split)));
    const gone = stateAfter(snapshot, overJson(changes.slice(split)));
    assertEquals(gone, stateAfter(initialState(facts), changes));
  }));
});

Deno.test("a state is the same after it went as JSON, or as a structured clone", () => {
  fc.assert(fc.property(facts, changes, (facts, changes) => {
    const state = stateAfter(initialState(facts), changes);
    assertEquals(overJson(state), state);
    assertEquals(structuredClone(state), state);
  }));
});

/** What only ever rises. */
function countersOf({ totals }: ServerState): readonly number[] {
  const { startSeconds, connectionSeconds } = totals;
  return [
    ...[totals.accepted, totals.bytesIn, totals.bytesOut, totals.workersStarted],
    ...[totals.workerFailures, totals.acceptFailures, totals.pauses],
    ...[countOf(startSeconds), startSeconds.sum, countOf(connectionSeconds)],
    ...[sumOf(totals.closed), sumOf(totals.exits), connectionSeconds.sum],
  ];
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

Deno.test("whatever happens, no count falls", () => {
  fc.assert(fc.property(facts, changes, (facts, changes) => {
    const model = new StatusModel(initialState(facts));
    let before = countersOf(model.state);
    for (const change of changes) {
      model.apply(change);
      const now = countersOf(model.state);
      now.forEach((count, index) => assert(count >= (before[index] ?? NaN), `counter ${index}`));
      before = now;
    }
  }));
});

/** The life of one connection, one step after the other. */
function lifeOf(id: number, isPrefork: boolean): ((played: PlayedModel) => void)[] {
  const pid = 1000 + id;
  const start = [
    (played: PlayedModel) => played.events({ event: "worker_started", workerPid: pid }),
    (played: PlayedModel) => played.accept(id, pid),
    (played: PlayedModel) => played.events({ event: "worker_idle", workerPid: pid }),
    (played: PlayedModel) => played.open(id, pid, 9),
  ];
  const preforkStart = [
    (played: PlayedModel) => played.idleWorker(pid),
    (played: PlayedModel) => played.open(id, pid, 9),
    (played: PlayedModel) => played.accept(id, pid),
  ];
  return [
    ...isPrefork ? preforkStart : start,
    (played) => played.traffic([id, 10, 20]),
    (played) => played.close(id, { bytesIn: 11, bytesOut: 22 }),
    (played) => played.exit(pid),
  ];
}

/** Lives of connections, and whose next step is next. */
const lives = fc.record({
  isPrefork: fc.boolean(),
  size: fc.integer({ min: 1, max: 8 }),
  picks: fc.array(fc.nat(), { maxLength: 100, size: "max" }),
});

Deno.test("connections that live at the same time, however mixed, leave only what was counted", () => {
  fc.assert(fc.property(lives, ({ isPrefork, size, picks }) => {
    const played = new PlayedModel({ mode: isPrefork ? "prefork" : "per-connection" });
    const left = Array.from({ length: size }, (_, index) => lifeOf(index + 1, isPrefork));
    const total = left.flat().length;
    for (let step = 0; step < total; step += 1) {
      const going = left.filter(({ length }) => length > 0);
      going[(picks[step] ?? 0) % going.length]?.shift()?.(played);
    }
    const { connections, workers, ended, totals } = played.state;
    assertEquals([connections, workers, ended.length], [{}, {}, size]);
    assert(ended.every(({ spans }) => spans.length === 1 && spans[0]?.to !== null));
    assertEquals([totals.accepted, totals.bytesIn, totals.bytesOut], [size, 11 * size, 22 * size]);
    assertEquals([totals.closed, totals.exits], [{ finished: size }, { "exited 0": size }]);
  }));
});
