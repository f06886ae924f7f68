import type { AcceptedConnection } from "../../../../server/accept/connection.ts";
import type {
  EngagedWorker,
  WorkerReport,
} from "../../../../server/parent/process/worker_process.ts";
import { HandedOverConnection } from "../../../../server/parent/transports/handed_over_connection.ts";
import { assertEquals } from "../../../assert.ts";

/** A connection whose worker says what the test says. */
function handOver() {
  const messages: [text: string, size: number | undefined][] = [];
  const decoder = new TextDecoder();
  const connection = {
    onMessage: (data: Uint8Array, size?: number) =>
      void messages.push([decoder.decode(data), size]),
  } as AcceptedConnection;
  let report: (report: WorkerReport) => void = () => {};
  const done = Promise.withResolvers<"finished" | "exited">();
  const stopping = new AbortController();
  const lifespan = new AbortController();
  const hungUp = Promise.withResolvers<void>();
  let hangUps = 0;
  const engaged = {
    listen: (onReport: (report: WorkerReport) => void) => report = onReport,
  } as Partial<EngagedWorker> as EngagedWorker;
  const handedOver = new HandedOverConnection(connection, engaged);
  const carried = handedOver.carry({
    workerDone: done.promise,
    signal: stopping.signal,
    timeOver: lifespan.signal,
    hangUp: () => {
      hangUps += 1;
      return hungUp.promise;
    },
  });
  return {
    messages,
    report: (told: WorkerReport) => report(told),
    ...{ done, stopping, lifespan, hungUp, carried },
    hangUps: () => hangUps,
  };
}

Deno.test("HandedOverConnection tells what its worker reports, message by message", async () => {
  const { messages, report, carried } = handOver();
  report({ type: "received", data: btoa("hello"), size: 5 });
  report({ type: "received", data: btoa("beg"), size: 70_000 });
  report({ type: "closed", bytesIn: 70_005, bytesOut: 7, reason: "finished" });
  assertEquals(messages, [["hello", 5], ["beg", 70_000]]);
  assertEquals(await carried, { bytesIn: 70_005, bytesOut: 7, endedBy: "server" });
});

const REASONS = [
  ["client_lost", "client"],
  ["idle_timeout", "idle"],
  ["max_duration", "time"],
] as const;

for (const [reason, endedBy] of REASONS) {
  Deno.test(`HandedOverConnection is ended by ${endedBy} where the worker reports ${reason}`, async () => {
    const { report, carried } = handOver();
    report({ type: "closed", bytesIn: 1, bytesOut: 2, reason });
    assertEquals(await carried, { bytesIn: 1, bytesOut: 2, endedBy });
  });
}

Deno.test("HandedOverConnection knows no bytes of a process that ends without a report, or of a stop", async () => {
  const ended = handOver();
  ended.done.resolve("exited");
  assertEquals(await ended.carried, { bytesIn: null, bytesOut: null, endedBy: "server" });
  const stopped = handOver();
  stopped.stopping.abort();
  assertEquals(await stopped.carried, { bytesIn: null, bytesOut: null, endedBy: "stop" });
});

Deno.test("HandedOverConnection hangs up once its time is over, and has what the worker reports then", async () => {
  const { lifespan, hungUp, hangUps, report, carried } = handOver();
  assertEquals(hangUps(), 0);
  lifespan.abort();
  assertEquals(hangUps(), 1);
  report({ type: "closed", bytesIn: 3, bytesOut: 4, reason: "max_duration" });
  hungUp.resolve();
  assertEquals(await carried, { bytesIn: 3, bytesOut: 4, endedBy: "time" });
});

Deno.test("HandedOverConnection whose time is over ends with a process that reports nothing", async () => {
  const { lifespan, hungUp, done, carried } = handOver();
  lifespan.abort();
  done.resolve("exited");
  hungUp.resolve();
  assertEquals(await carried, { bytesIn: null, bytesOut: null, endedBy: "time" });
});

Deno.test("HandedOverConnection that ends in time hangs up no more", async () => {
  const { lifespan, hangUps, report, carried } = handOver();
  report({ type: "closed", bytesIn: 1, bytesOut: 2, reason: "finished" });
  await carried;
  lifespan.abort();
  assertEquals(hangUps(), 0);
});
