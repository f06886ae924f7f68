/** Whether a balancer may send connections to a server, from its state. */

import type { StatusEvent } from "../../../server/status/feed.ts";
import { healthOf } from "../../../server/status/health.ts";
import { assertEquals } from "../../assert.ts";
import { FACTS } from "./facts.ts";
import { PlayedModel } from "./played_model.ts";

const FAILURE: StatusEvent = {
  event: "accept_failed",
  error: "Cannot accept on [::1]:9000: EMFILE",
};
const PAUSED: StatusEvent = { event: "admission_paused", maxConnections: 40 };
const STOPPING: StatusEvent = { event: "stopping", connections: 1, graceMs: 30_000 };

Deno.test("a server that accepts is healthy, and tells how many connections it has", () => {
  assertEquals(healthOf(new PlayedModel().accept(1, null).state), {
    ok: true,
    body: {
      ...{ status: "ok", state: "accepting", reason: null },
      ...{ connections: 1, maxConnections: FACTS.maxConnections },
    },
  });
});

Deno.test("a server whose slots are all taken is healthy: the kernel keeps who comes now", () => {
  const { ok, body } = healthOf(new PlayedModel().events(PAUSED).state);
  assertEquals([ok, body.status, body.state, body.reason], [true, "ok", "paused", null]);
});

Deno.test("a server that drains or has stopped is not, whether or not it was paused", () => {
  const played = new PlayedModel().events(PAUSED, STOPPING);
  const draining = healthOf(played.state);
  assertEquals([draining.ok, draining.body.status, draining.body.state], [
    ...[false, "unavailable", "draining"],
  ]);
  assertEquals(draining.body.reason, "the server is stopping: it lets its connections finish");
  const stopped = healthOf(
    played.events({ event: "stopped", connectionsAccepted: 1, connectionsAborted: 0 }).state,
  );
  assertEquals([stopped.ok, stopped.body.state], [false, "stopped"]);
  assertEquals(stopped.body.reason, "the server has stopped");
});

Deno.test("a server that cannot accept is not healthy, until it has accepted again", () => {
  const played = new PlayedModel().events(FAILURE);
  const failed = healthOf(played.state);
  assertEquals([failed.ok, failed.body.status], [false, "unavailable"]);
  assertEquals(failed.body.state, "accepting");
  assertEquals(failed.body.reason, "Cannot accept on [::1]:9000: EMFILE");
  assertEquals(healthOf(played.accept(1, null).state).ok, true);
});

Deno.test("a failure to accept is held against it as long as somebody waits, where that can be seen", () => {
  const played = new PlayedModel().events(FAILURE);
  const okWith = (length: number) =>
    healthOf(played.sample(1000, { acceptQueue: { length, backlog: 128 } }).state).ok;
  assertEquals([okWith(1), okWith(0), okWith(2)], [false, true, false]);
});
