import { getEventListeners } from "node:events";
import { Admission, type Slot } from "../../../server/accept/admission.ts";
import { assert, assertEquals } from "../../assert.ts";

/** An admission that writes down when it pauses and resumes. */
function openAdmission(limit: number): { admission: Admission; told: string[] } {
  const told: string[] = [];
  const admission = new Admission({
    limit,
    onPaused: () => told.push("paused"),
    onResumed: () => told.push("resumed"),
  });
  return { admission, told };
}

async function acquire(
  admission: Admission,
  signal: AbortSignal = new AbortController().signal,
): Promise<Slot> {
  const slot = await admission.acquire(signal);
  assert(slot !== null, "no slot was given");
  return slot;
}

Deno.test("Admission.acquire() gives slots up to the limit and tells nothing", async () => {
  const { admission, told } = openAdmission(3);
  for (const taken of [1, 2, 3]) {
    await acquire(admission);
    assertEquals(admission.taken, taken);
  }
  assertEquals(told, []);
});

Deno.test("Admission.acquire() waits at the limit until a slot is given back", async () => {
  const { admission, told } = openAdmission(1);
  const first = await acquire(admission);
  const order: string[] = [];
  const second = acquire(admission).then((slot) => {
    order.push("acquired");
    return slot;
  });
  assertEquals(told, ["paused"]);

  order.push("given back");
  first[Symbol.dispose]();
  await second;

  assertEquals(order, ["given back", "acquired"]);
  assertEquals(told, ["paused", "resumed"]);
  assertEquals(admission.taken, 1);
});

Deno.test("Admission tells each wait once, whatever is given back meanwhile", async () => {
  const { admission, told } = openAdmission(2);
  const [first, second] = [await acquire(admission), await acquire(admission)];
  const third = acquire(admission);
  first[Symbol.dispose]();
  second[Symbol.dispose]();
  const fourth = acquire(admission, new AbortController().signal);
  await Promise.all([third, fourth]);
  assertEquals(told, ["paused", "resumed"]);

  const fifth = acquire(admission);
  (await third)[Symbol.dispose]();
  await fifth;
  assertEquals(told, ["paused", "resumed", "paused", "resumed"]);
});

Deno.test("Admission.acquire() resolves to null when the signal aborts while it waits", async () => {
  const { admission, told } = openAdmission(1);
  const held = await acquire(admission);
  const stopping = new AbortController();
  const waiting = admission.acquire(stopping.signal);
  stopping.abort();

  assertEquals(await waiting, null);
  assertEquals(told, ["paused"], "it did not resume");
  assertEquals(admission.taken, 1);
  held[Symbol.dispose]();
  assertEquals(admission.taken, 0, "an aborted wait leaks no slot");
  await acquire(admission);
});

Deno.test("Admission.acquire() gives no slot when it is freed and aborted at once", async () => {
  const { admission } = openAdmission(1);
  const held = await acquire(admission);
  const stopping = new AbortController();
  const waiting = admission.acquire(stopping.signal);
  held[Symbol.dispose]();
  stopping.abort();
  assertEquals(await waiting, null);
  assertEquals(admission.taken, 0);
});

Deno.test("Admission.acquire() resolves to null if the signal has aborted before, also at the limit", async () => {
  const { admission, told } = openAdmission(1);
  assertEquals(await admission.acquire(AbortSignal.abort()), null);
  assertEquals(admission.taken, 0);
  await acquire(admission);
  assertEquals(await admission.acquire(AbortSignal.abort()), null);
  assertEquals(told, []);
});

Deno.test("Admission leaves nothing on the signal when a wait is over", async () => {
  const { admission } = openAdmission(1);
  const { signal } = new AbortController();
  const held = await acquire(admission, signal);
  const waiting = acquire(admission, signal);
  held[Symbol.dispose]();
  await waiting;
  assertEquals(getEventListeners(signal, "abort").length, 0);
});

Deno.test("A slot that is disposed twice is given back once", async () => {
  const { admission } = openAdmission(2);
  const first = await acquire(admission);
  await acquire(admission);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assertEquals(admission.taken, 1);
});
