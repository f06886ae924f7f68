/** What each event does to the state, in the orders in which they really come. */

import type { StatusEvent } from "../../../server/status/feed.ts";
import { countOf } from "../../../server/status/histogram.ts";
import { LIMITS } from "../../../server/status/state.ts";
import { assertEquals } from "../../assert.ts";
import { FACTS } from "./facts.ts";
import { clientOf, PlayedModel } from "./played_model.ts";

const START = FACTS.startedAt;

Deno.test("a server that has just begun to listen accepts, and has nothing yet", () => {
  const { state } = new PlayedModel();
  const { server, phase, failure, workers, connections, ended, history, totals } = state;
  assertEquals(server, FACTS);
  assertEquals({ phase, failure }, { phase: "accepting", failure: null });
  assertEquals({ workers, connections, ended, history }, {
    ...{ workers: {}, connections: {}, ended: [], history: [] },
  });
  assertEquals([totals.accepted, totals.bytesIn, totals.bytesOut, totals.exits], [0, 0, 0, {}]);
});

Deno.test("a worker is starting, then idle, and its start is measured once", () => {
  const played = new PlayedModel().events({ event: "worker_started", workerPid: 7 });
  const worker = { pid: 7, startedAt: START + 1, spans: [] };
  assertEquals(played.state.workers, { 7: { ...worker, state: "starting", readyAt: null } });
  played.now = START + 500;
  played.events({ event: "worker_idle", workerPid: 7 }, { event: "worker_idle", workerPid: 7 });
  assertEquals(played.state.workers, { 7: { ...worker, state: "idle", readyAt: START + 501 } });
  const { workersStarted, startSeconds } = played.state.totals;
  assertEquals([workersStarted, countOf(startSeconds), startSeconds.sum], [1, 1, 0.5]);
});

Deno.test("a worker that gets ready after the clock was set back took no time, not less than none", () => {
  const played = new PlayedModel().events({ event: "worker_started", workerPid: 7 });
  played.now = START - 60_000;
  played.events({ event: "worker_idle", workerPid: 7 });
  assertEquals(played.state.totals.startSeconds.sum, 0);
});

Deno.test("a connection is its worker's from the accept on, which waits for the worker to be idle", () => {
  const played = new PlayedModel().events({ event: "worker_started", workerPid: 7 }).accept(1, 7);
  const span = { connectionId: 1, from: START + 2, to: null };
  assertEquals(played.state.workers[7]?.state, "starting");
  assertEquals(played.state.workers[7]?.spans, [span]);
  assertEquals(played.state.connections, {
    1: {
      ...{ id: 1, remoteHost: "192.0.2.1", remotePort: 50_001, workerPid: 7 },
      ...{ acceptedAt: START + 2, holder: "parent", bytesIn: null, bytesOut: null },
      lastMessage: null,
    },
  });
  played.events({ event: "worker_idle", workerPid: 7 });
  assertEquals(played.state.workers[7]?.state, "idle");
  played.open(1, 7);
  assertEquals(played.state.workers[7]?.state, "serving");
  assertEquals(played.state.connections[1]?.holder, "parent");
  assertEquals(played.state.workers[7]?.spans, [span]);
});

Deno.test("a connection whose descriptor was given away is held by its worker", () => {
  const played = new PlayedModel({ transport: "socket" })
    .idleWorker(7).accept(1, 7).open(1, 7, 12);
  assertEquals(played.state.connections[1]?.holder, "worker");
});

Deno.test("a connection may be opened to a worker that waits before it is told as accepted", () => {
  const played = new PlayedModel({ mode: "prefork" }).idleWorker(7).open(1, 7, 12);
  const opened = played.now;
  assertEquals(played.state.totals.accepted, 0);
  played.accept(1, 7);
  assertEquals(played.state.totals.accepted, 1);
  assertEquals(played.state.connections[1]?.holder, "worker");
  assertEquals(played.state.connections[1]?.acceptedAt, opened);
  assertEquals(played.state.workers[7]?.state, "serving");
  assertEquals(played.state.workers[7]?.spans, [{ connectionId: 1, from: opened, to: null }]);
});

Deno.test("a program serves as soon as its connection is opened, and is never told as ready", () => {
  const played = new PlayedModel()
    .events({ event: "worker_started", workerPid: 7 }).accept(1, 7).open(1, 7, 12);
  assertEquals(played.state.workers[7]?.state, "serving");
  assertEquals(played.state.workers[7]?.readyAt, null);
  assertEquals(countOf(played.state.totals.startSeconds), 0);
});

Deno.test("a connection that the parent serves has no worker", () => {
  const played = new PlayedModel({ mode: "iterative", transport: null }).accept(1, null);
  assertEquals(played.state.connections[1]?.workerPid, null);
  played.close(1);
  assertEquals(played.state.connections, {});
  assertEquals(played.state.totals.closed, { finished: 1 });
});

Deno.test("a worker of one connection is ending when that has closed", () => {
  const played = new PlayedModel().idleWorker(7).accept(1, 7).open(1, 7)
    .close(1, { bytesIn: 6, bytesOut: 8, durationMs: 1500, reason: "client_lost" });
  const { connections, workers, totals } = played.state;
  assertEquals(connections, {});
  assertEquals(workers[7]?.state, "ending");
  assertEquals(workers[7]?.spans, [{ connectionId: 1, from: START + 3, to: START + 5 }]);
  assertEquals([totals.bytesIn, totals.bytesOut, totals.closed], [6, 8, { client_lost: 1 }]);
  assertEquals([countOf(totals.connectionSeconds), totals.connectionSeconds.sum], [1, 1.5]);
});

Deno.test("a prefork worker is idle again, also before its connection is told as closed", () => {
  const played = new PlayedModel({ mode: "prefork" }).idleWorker(7).open(1, 7).accept(1, 7)
    .events({ event: "worker_idle", workerPid: 7 });
  assertEquals(played.state.workers[7]?.state, "idle");
  assertEquals(played.state.workers[7]?.spans, [{ connectionId: 1, from: START + 3, to: null }]);
  played.close(1);
  assertEquals(played.state.workers[7]?.state, "idle");
  assertEquals(played.state.workers[7]?.spans, [
    { connectionId: 1, from: START + 3, to: START + 6 },
  ]);
});

Deno.test("a worker that is made to end is ending until it has exited, whatever is still told of it", () => {
  const played = new PlayedModel({ mode: "prefork" }).idleWorker(7).accept(1, 7)
    .events({ event: "worker_ending", workerPid: 7 }).open(1, 7)
    .events({ event: "worker_idle", workerPid: 7 });
  assertEquals(played.state.workers[7]?.state, "ending");
  played.close(1).exit(7);
  assertEquals(played.state.workers, {});
});

Deno.test("a worker that has exited is among the ended, with its life", () => {
  const played = new PlayedModel().idleWorker(7).accept(1, 7).open(1, 7).close(1)
    .exit(7, { status: null, signal: "SIGKILL", reason: "crashed", zombieMs: 3 });
  const { workers, ended, totals } = played.state;
  assertEquals(workers, {});
  assertEquals(ended, [{
    ...{ pid: 7, startedAt: START + 1, readyAt: START + 2, endedAt: START + 6 },
    spans: [{ connectionId: 1, from: START + 3, to: START + 5 }],
    ...{ status: null, signal: "SIGKILL", reason: "crashed", zombieMs: 3 },
  }]);
  assertEquals(totals.exits, { "killed SIGKILL": 1 });
});

Deno.test("exits are counted by their status or signal", () => {
  const played = new PlayedModel();
  for (const pid of [1, 2, 3, 4]) played.idleWorker(pid);
  played.exit(1).exit(2).exit(3, { status: 3 }).exit(4, { status: null, signal: "SIGTERM" });
  assertEquals(played.state.totals.exits, { "exited 0": 2, "exited 3": 1, "killed SIGTERM": 1 });
});

Deno.test("a connection that closes after its worker was reaped ends in that worker's life too", () => {
  const played = new PlayedModel().idleWorker(7).accept(1, 7).exit(7, { status: 1 })
    .close(1, { bytesIn: 5, bytesOut: 0, reason: "worker_lost" });
  assertEquals(played.state.connections, {});
  assertEquals(played.state.totals.bytesIn, 5);
  assertEquals(played.state.ended[0]?.spans, [
    { connectionId: 1, from: START + 3, to: START + 5 },
  ]);
});

Deno.test("the exit of a process that nobody knows counts, and changes nothing else", () => {
  const played = new PlayedModel().idleWorker(7).exit(8);
  assertEquals(Object.keys(played.state.workers), ["7"]);
  assertEquals([played.state.ended, played.state.totals.exits], [[], { "exited 0": 1 }]);
});

Deno.test("events of workers and connections that nobody knows are no failure", () => {
  const played = new PlayedModel().events(
    { event: "worker_idle", workerPid: 8 },
    { event: "worker_ending", workerPid: 8 },
    { event: "messages", messages: [{ connectionId: 9, text: "x" }] },
  ).traffic([9, 1, 1]).close(9).accept(2, 8);
  const { workers, connections, totals } = played.state;
  assertEquals([workers, Object.keys(connections)], [{}, ["2"]]);
  assertEquals([totals.bytesIn, totals.bytesOut, totals.closed], [0, 0, { finished: 1 }]);
});

Deno.test("bytes that were told before the close are not counted again", () => {
  const played = new PlayedModel().idleWorker(7).accept(1, 7).open(1, 7).traffic([1, 10, 20]);
  const { connections, totals } = played.state;
  assertEquals([connections[1]?.bytesIn, connections[1]?.bytesOut], [10, 20]);
  assertEquals([totals.bytesIn, totals.bytesOut], [10, 20]);
  played.traffic([1, 15, 20]).close(1, { bytesIn: 16, bytesOut: 25 }).traffic([1, 16, 25]);
  assertEquals([totals.bytesIn, totals.bytesOut], [16, 25]);
});

Deno.test("bytes that were told stay counted where nobody has counted them to the end", () => {
  const played = new PlayedModel().accept(1, null).traffic([1, 10, 20])
    .close(1, { bytesIn: null, bytesOut: null });
  assertEquals([played.state.totals.bytesIn, played.state.totals.bytesOut], [10, 20]);
});

Deno.test("a worker that tells fewer bytes than before takes nothing from the totals", () => {
  const played = new PlayedModel().idleWorker(7).accept(1, 7).traffic([1, 10, 20], [1, 4, 21])
    .close(1, { bytesIn: 0, bytesOut: 0 });
  assertEquals([played.state.totals.bytesIn, played.state.totals.bytesOut], [10, 21]);
});

Deno.test("a connection shows the message that came last", () => {
  const messages = (...texts: readonly string[]): StatusEvent => ({
    event: "messages",
    messages: texts.map((text) => ({ connectionId: 1, text })),
  });
  const played = new PlayedModel().accept(1, null).events(messages("a", "b"));
  assertEquals(played.state.connections[1]?.lastMessage, "b");
});

Deno.test("rejected connections are as many as the event says", () => {
  const { connectionId: _, ...client } = clientOf(1);
  const played = new PlayedModel().events(
    { event: "connection_rejected", ...client, reason: "max_per_host", maxPerHost: 1, rejected: 1 },
    { event: "connection_rejected", ...client, reason: "denied", rejected: 1 },
    { event: "connection_rejected", ...client, reason: "max_per_host", maxPerHost: 1, rejected: 2 },
  );
  assertEquals(played.state.totals.rejected, { max_per_host: 2, denied: 1 });
  assertEquals(played.state.totals.accepted, 0);
});

Deno.test("a server pauses, goes on, drains and stops; one that drains is not accepting again", () => {
  const played = new PlayedModel();
  const phases = ([
    { event: "admission_paused", maxConnections: 40 },
    { event: "admission_resumed", maxConnections: 40 },
    { event: "admission_paused", maxConnections: 40 },
    { event: "stopping", connections: 1, graceMs: 0 },
    { event: "admission_resumed", maxConnections: 40 },
    { event: "stopped", connectionsAccepted: 1, connectionsAborted: 0 },
  ] satisfies StatusEvent[]).map((event) => played.events(event).state.phase);
  assertEquals(phases, ["paused", "accepting", "paused", "draining", "draining", "stopped"]);
  assertEquals(played.state.totals.pauses, 2);
});

const FAILURE: StatusEvent = { event: "accept_failed", error: "Cannot accept" };

Deno.test("a failure to accept lasts until a connection is accepted, or rejected", () => {
  const played = new PlayedModel().events(FAILURE);
  assertEquals(played.state.failure, "Cannot accept");
  played.accept(1, null);
  assertEquals(played.state.failure, null);
  const { connectionId: _, ...client } = clientOf(2);
  played.events(FAILURE, {
    ...{ event: "connection_rejected", ...client, reason: "denied", rejected: 1 },
  });
  assertEquals(played.state.failure, null);
  assertEquals(played.state.totals.acceptFailures, 2);
});

Deno.test("failures of workers are counted", () => {
  const failed: StatusEvent = { event: "worker_failed", workerPid: null, error: "Cannot start" };
  assertEquals(new PlayedModel().events(failed, failed).state.totals.workerFailures, 2);
});

Deno.test("a worker keeps its last connections, and no more", () => {
  const played = new PlayedModel({ mode: "prefork" }).idleWorker(7);
  for (let id = 1; id <= LIMITS.spans + 3; id += 1) played.open(id, 7).accept(id, 7).close(id);
  const ids = played.state.workers[7]?.spans.map(({ connectionId }) => connectionId) ?? [];
  assertEquals([ids.length, ids.at(0), ids.at(-1)], [LIMITS.spans, 4, LIMITS.spans + 3]);
});

Deno.test("the state keeps the last workers that have ended, and no more", () => {
  const played = new PlayedModel();
  for (let pid = 1; pid <= LIMITS.ended + 3; pid += 1) played.idleWorker(pid).exit(pid);
  const pids = played.state.ended.map(({ pid }) => pid);
  assertEquals([pids.length, pids.at(0), pids.at(-1)], [LIMITS.ended, 4, LIMITS.ended + 3]);
  assertEquals(played.state.totals.exits, { "exited 0": LIMITS.ended + 3 });
});
