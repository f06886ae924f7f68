import { EventBus, type ServerEvent } from "../../server/events.ts";
import { assertEquals } from "../assert.ts";

const STARTED: ServerEvent = { event: "worker_started", workerPid: 7 };
const STOPPED: ServerEvent = { event: "stopped", connectionsAccepted: 3, connectionsAborted: 0 };

Deno.test("EventBus.emit() calls those who listen for the event, in the order they subscribed", () => {
  const bus = new EventBus();
  const calls: unknown[] = [];
  bus.subscribe(["worker_started"], (event) => calls.push(["first", event]));
  bus.subscribe(["stopped"], (event) => calls.push(["other", event]));
  bus.subscribe(["worker_started", "stopped"], (event) => calls.push(["second", event]));

  bus.emit(STARTED);
  assertEquals(calls, [["first", STARTED], ["second", STARTED]]);

  calls.length = 0;
  bus.emit(STOPPED);
  assertEquals(calls, [["other", STOPPED], ["second", STOPPED]]);
});

Deno.test("EventBus.emit() passes an event on as it is", () => {
  const bus = new EventBus();
  let received: ServerEvent | null = null;
  bus.subscribe(["stopped"], (event) => received = event);
  bus.emit(STOPPED);
  assertEquals(received === STOPPED, true);
});

Deno.test("EventBus.wants() tells whether anybody listens", () => {
  const bus = new EventBus();
  assertEquals(bus.wants("message_received"), false);
  bus.subscribe(["stopped"], () => {});
  assertEquals(bus.wants("message_received"), false);
  bus.subscribe(["message_received"], () => {});
  assertEquals(bus.wants("message_received"), true);
});

Deno.test("EventBus.emit() without a listener does nothing", () => {
  new EventBus().emit(STOPPED);
});
