import {
  LANES_MAX,
  layoutTimeline,
  type Timeline,
} from "../../../../../server/status/page/timeline/layout.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { PlayedServer } from "../played_status.ts";

const START = 1_000_000;

/** The last 10 seconds, 10 seconds after the start. */
function timelineOf(server: PlayedServer, { from = START, now = START + 10_000 } = {}): Timeline {
  return layoutTimeline(server.state, { from, to: now, now });
}

Deno.test("a bar tells how long a process started, served and was a zombie", () => {
  const server = new PlayedServer();
  server.connects(1, { at: START, startMs: 1500 });
  server.closes(1, START + 4000);
  server.reaps(1, { at: START + 4500, zombieMs: 200 });
  const [bar] = timelineOf(server).bars;
  assertEquals(bar?.startMs, 1500);
  assertEquals(bar?.isEnded, true);
  const parts = bar?.parts.map(({ phase, from, to }) => [phase, from - START, to - START]);
  assertEquals(parts, [
    ["starting", 0, 1500],
    ["serving", 1500, 4000],
    ["ending", 4000, 4300],
    ["zombie", 4300, 4500],
  ]);
});

Deno.test("a process that serves again and again is idle between", () => {
  const server = new PlayedServer({ mode: "prefork" });
  const workerPid = 4711;
  const at = (seconds: number) => START + seconds * 1000;
  server.happens({ event: "worker_started", workerPid }, at(0));
  server.happens({ event: "worker_idle", workerPid }, at(1));
  for (const [id, from, to] of [[1, 2, 3], [2, 5, 6]] as const) {
    const remote = { connectionId: id, remoteHost: "::1", remotePort: id };
    server.happens({ event: "connection_accepted", workerPid, ...remote }, at(from));
    server.closes(id, at(to));
    server.happens({ event: "worker_idle", workerPid }, at(to));
  }
  const [bar] = timelineOf(server).bars;
  const parts = bar?.parts.map(({ phase, from, to }) => [phase, from - START, to - START]);
  assertEquals(parts, [
    ["starting", 0, 1000],
    ["idle", 1000, 2000],
    ["serving", 2000, 3000],
    ["idle", 3000, 5000],
    ["serving", 5000, 6000],
    ["idle", 6000, 10_000],
  ]);
});

Deno.test("a program serves from its start on: it does not say when it is ready", () => {
  const server = new PlayedServer({ transport: "pipe", handler: "cat" });
  const ids = { workerPid: 4711, connectionId: 1, remoteHost: "::1", remotePort: 1 };
  server.happens({ event: "worker_started", workerPid: 4711 }, START);
  server.happens({ event: "connection_accepted", ...ids }, START);
  server.happens({ event: "connection_opened", descriptor: null, ...ids }, START + 5);
  const [bar] = timelineOf(server).bars;
  assertEquals(bar?.parts.map(({ phase }) => phase), ["serving"]);
});

Deno.test("a process that is not ready yet is starting up to now", () => {
  const server = new PlayedServer();
  server.happens({ event: "worker_started", workerPid: 4711 }, START);
  const [bar] = timelineOf(server).bars;
  assertEquals(bar?.parts, [{ phase: "starting", from: START, to: START + 10_000 }]);
  assertEquals(bar?.startMs, null);
});

Deno.test("processes that live at the same time have lines of their own, and later ones take them again", () => {
  const server = new PlayedServer();
  server.connects(1, { at: START });
  server.connects(2, { at: START + 500 });
  server.closes(1, START + 1000);
  server.reaps(1, { at: START + 1000 });
  server.connects(3, { at: START + 2000 });
  const { bars, lanes } = timelineOf(server);
  assertEquals(bars.map(({ pid, lane }) => [pid, lane]), [[4711, 0], [4712, 1], [4713, 0]]);
  assertEquals(lanes, 2);
});

Deno.test("what ended before, or starts after, is not there", () => {
  const server = new PlayedServer();
  server.connects(1, { at: START });
  server.closes(1, START + 1000);
  server.reaps(1, { at: START + 1000 });
  server.connects(2, { at: START + 9000 });
  const { bars } = layoutTimeline(server.state, {
    from: START + 2000,
    to: START + 8000,
    now: START + 10_000,
  });
  assertEquals(bars, []);
});

Deno.test("there are no more lines than have room, and what is left out is counted", () => {
  const server = new PlayedServer();
  for (let id = 1; id <= LANES_MAX + 7; id++) server.connects(id, { at: START });
  const { bars, lanes, hidden } = timelineOf(server);
  assertEquals(lanes, LANES_MAX);
  assertEquals(hidden, 7);
  assert(bars.every(({ lane }) => lane < LANES_MAX));
});
