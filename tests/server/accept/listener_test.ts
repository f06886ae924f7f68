import { OperationalError } from "../../../ipc/errors.ts";
import { Admission, type Slot } from "../../../server/accept/admission.ts";
import type { ListenTarget } from "../../../server/accept/acceptor.ts";
import type { ClientSocket } from "../../../server/accept/client_socket.ts";
import { assert, assertEquals, assertRejects, assertThrows, fail } from "../../assert.ts";
import { systemError } from "../../support/system_error.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RecordedEvents } from "../recorded_events.ts";
import { replaceDeno } from "../replaced_deno.ts";
import { listenAt } from "./listening.ts";

const ANY_PORT: ListenTarget = { hostname: "127.0.0.1", port: 0, backlog: 128 };

Deno.test("a listener takes a free port for port 0, and disposal gives it back", () => {
  const listener = listenAt(ANY_PORT);
  const { hostname, port } = listener.addr;
  assertEquals(hostname, "127.0.0.1");
  assert(port > 0);

  listener[Symbol.dispose]();
  listener[Symbol.dispose]();
  using again = listenAt({ ...ANY_PORT, port });
  assertEquals(again.addr.port, port);
});

Deno.test("bindAt() names the address, the reason and the way out when the port is in use", () => {
  using listener = listenAt(ANY_PORT);
  const { port } = listener.addr;
  const error = assertThrows(() => listenAt({ ...ANY_PORT, port }), OperationalError);
  assertEquals(
    error.message,
    `Cannot listen on 127.0.0.1:${port}: address already in use (choose another port, or 0 for a free one)`,
  );
  assert(error.cause instanceof Deno.errors.AddrInUse);
});

/** What the operating system may refuse, and what the listener makes of it. */
const REFUSED: readonly (readonly [string, ListenTarget, string])[] = [
  [
    "an address that this machine does not have",
    // A documentation address (RFC 5737): nobody has it.
    { ...ANY_PORT, hostname: "192.0.2.1", port: 9000 },
    "Cannot listen on 192.0.2.1:9000: this machine has no such address",
  ],
  [
    "a host name that cannot be resolved",
    // Reserved never to exist (RFC 6761).
    { ...ANY_PORT, hostname: "nobody.invalid", port: 9000 },
    "Cannot listen on nobody.invalid:9000: the host name could not be resolved",
  ],
];

for (const [what, options, message] of REFUSED) {
  Deno.test(`bindAt() tells of ${what}`, () => {
    const error = assertThrows(() => listenAt(options), OperationalError);
    assertEquals(error.message, message);
  });
}

Deno.test("bindAt() advises a higher port where a low one needs a privilege", () => {
  using _ = replaceDeno("listen", () => {
    throw systemError("EACCES");
  });
  const error = assertThrows(() => listenAt({ ...ANY_PORT, port: 80 }), OperationalError);
  assertEquals(
    error.message,
    "Cannot listen on 127.0.0.1:80: permission denied (ports below 1024 need a privilege; choose a higher one)",
  );
});

Deno.test("bindAt() writes an IPv6 address in brackets", () => {
  using _ = replaceDeno("listen", () => {
    throw systemError("EADDRNOTAVAIL");
  });
  const error = assertThrows(
    () => listenAt({ ...ANY_PORT, hostname: "2001:db8::1", port: 9000 }),
    OperationalError,
  );
  assertEquals(
    error.message,
    "Cannot listen on [2001:db8::1]:9000: this machine has no such address",
  );
});

Deno.test("bindAt() asks for the backlog it is told", () => {
  const asked: unknown[] = [];
  using _ = replaceDeno("listen", (options: unknown) => {
    asked.push(options);
    return new ScriptedSocket([]);
  });
  using _listener = listenAt({ hostname: "127.0.0.1", port: 9000, backlog: 5 });
  assertEquals(asked, [{ hostname: "127.0.0.1", port: 9000, tcpBacklog: 5 }]);
});

/** A listening socket whose `accept` does what the script says, then waits until it is closed. */
class ScriptedSocket {
  readonly addr = { transport: "tcp", hostname: "127.0.0.1", port: 9000 };
  readonly #script: ("connection" | Error)[];
  readonly #closed = Promise.withResolvers<never>();
  readonly #exhausted = Promise.withResolvers<void>();
  closed = 0;

  constructor(script: readonly ("connection" | Error)[]) {
    this.#script = [...script];
    this.#closed.promise.catch(() => {});
  }

  /** Resolves when the whole script has been accepted and the next accept waits. */
  get exhausted(): Promise<void> {
    return this.#exhausted.promise;
  }

  accept(): Promise<string> {
    const step = this.#script.shift();
    if (step === undefined) this.#exhausted.resolve();
    else if (step instanceof Error) return Promise.reject(step);
    else return Promise.resolve(step);
    return this.#closed.promise;
  }

  close(): void {
    this.closed += 1;
    this.#closed.reject(new Deno.errors.BadResource("Listener has been closed"));
  }
}

/** Runs an accept loop on a scripted socket, with one slot that each connection gives back at once. */
function runLoop(script: readonly ("connection" | Error)[]) {
  const socket = new ScriptedSocket(script);
  using _ = replaceDeno("listen", () => socket);
  const listener = listenAt(ANY_PORT);
  const admission = new Admission({ limit: 1 });
  const clock = new FakeClock();
  const events = new RecordedEvents();
  const stopping = new AbortController();
  let served = 0;
  const serve = (_socket: unknown, slot: Slot) => {
    served += 1;
    slot[Symbol.dispose]();
  };
  const context = { admission, events: events.bus, clock, signal: stopping.signal };
  const ended = listener.acceptLoop(context, serve);
  return {
    socket,
    listener,
    admission,
    clock,
    ended,
    stop: () => stopping.abort(),
    served: () => served,
    failures: () => events.of("accept_failed").map(({ error }) => error),
  };
}

Deno.test("Listener.acceptLoop() hands each connection on with a slot, and ends when it is aborted", async () => {
  const loop = runLoop(["connection", "connection"]);
  await loop.socket.exhausted;
  assertEquals(loop.served(), 2);
  assertEquals(loop.admission.taken, 1, "the loop holds a slot before it accepts");

  loop.stop();
  await loop.ended;
  assertEquals(loop.socket.closed, 1);
  assertEquals(loop.admission.taken, 0);
  assertEquals(loop.failures(), []);
});

Deno.test("Listener.acceptLoop() takes no connection while every slot is taken", async () => {
  using listener = listenAt(ANY_PORT);
  const stopping = new AbortController();
  const paused = Promise.withResolvers<void>();
  const admission = new Admission({ limit: 1, onPaused: paused.resolve });
  const served: ClientSocket[] = [];
  const slots: Slot[] = [];
  const second = Promise.withResolvers<void>();
  const context = {
    admission,
    events: new RecordedEvents().bus,
    clock: new FakeClock(),
    signal: stopping.signal,
  };
  const ended = listener.acceptLoop(context, (conn, slot) => {
    slots.push(slot);
    if (served.push(conn) === 2) second.resolve();
  });

  const { hostname, port } = listener.addr;
  using _first = await Deno.connect({ hostname, port });
  await paused.promise;
  using _second = await Deno.connect({ hostname, port });
  assertEquals(served.length, 1, "the kernel's queue holds the second");
  slots[0]?.[Symbol.dispose]();
  await second.promise;

  stopping.abort();
  await ended;
  for (const conn of served) conn.close();
});

Deno.test("Listener.acceptLoop() ends when it is aborted while it waits for a slot", async () => {
  using listener = listenAt(ANY_PORT);
  const { hostname, port } = listener.addr;
  const admission = new Admission({ limit: 1 });
  const held = await admission.acquire(new AbortController().signal);
  const stopping = new AbortController();
  const ended = listener.acceptLoop({
    admission,
    events: new RecordedEvents().bus,
    clock: new FakeClock(),
    signal: stopping.signal,
  }, () => {});

  stopping.abort();
  await ended;
  await assertRejects(() => Deno.connect({ hostname, port }), Deno.errors.ConnectionRefused);
  held?.[Symbol.dispose]();
  assertEquals(admission.taken, 0);
});

Deno.test("Listener.acceptLoop() ends when the listener is disposed", async () => {
  const loop = runLoop([]);
  await loop.socket.exhausted;
  loop.listener[Symbol.dispose]();
  await loop.ended;
  assertEquals(loop.admission.taken, 0);
});

Deno.test("Listener.acceptLoop() accepts nothing if the signal has aborted before", async () => {
  using listener = listenAt(ANY_PORT);
  const { hostname, port } = listener.addr;
  using _client = await Deno.connect({ hostname, port });
  const admission = new Admission({ limit: 1 });
  await listener.acceptLoop({
    admission,
    events: new RecordedEvents().bus,
    clock: new FakeClock(),
    signal: AbortSignal.abort(),
  }, () => fail("a connection was accepted"));
  assertEquals(admission.taken, 0);
});

Deno.test("Listener.acceptLoop() gives the slot back and pauses for 100 ms when no descriptor is left", async () => {
  const loop = runLoop([systemError("EMFILE"), "connection"]);
  await loop.clock.pass(100);
  await loop.socket.exhausted;
  assertEquals(loop.served(), 1, "the slot of the failed accept was given back");
  assertEquals(loop.clock.asked, [100]);
  assertEquals(loop.failures(), [
    "Cannot accept on 127.0.0.1:9000: too many open files in this process (see ulimit -n)",
  ]);
  loop.stop();
  await loop.ended;
});

Deno.test("Listener.acceptLoop() holds no slot while it pauses", async () => {
  const loop = runLoop([systemError("ENOMEM")]);
  await loop.clock.sleeps(100);
  assertEquals(loop.admission.taken, 0);
  loop.stop();
  await loop.ended;
});

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]) {
  Deno.test(`Listener.acceptLoop() pauses for ${code} each time, and tells it once`, async () => {
    const loop = runLoop([systemError(code), systemError(code), "connection"]);
    await loop.clock.pass(100);
    await loop.clock.pass(100);
    await loop.socket.exhausted;
    assertEquals([loop.served(), loop.failures().length], [1, 1]);
    loop.stop();
    assertEquals(await loop.ended, 0);
  });
}

/** How the end of one connection in the queue is told, by the kernel or by Deno. */
const OF_ONE_CONNECTION = [
  "ECONNABORTED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTCONN",
  "EPROTO",
];

for (const code of OF_ONE_CONNECTION) {
  Deno.test(`Listener.acceptLoop() neither pauses for ${code} nor tells it, and counts it`, async () => {
    const aborted = Array.from({ length: 1000 }, () => systemError(code));
    const loop = runLoop([...aborted, "connection", systemError(code), "connection"]);
    await loop.socket.exhausted;
    assertEquals(loop.clock.asked, []);
    assertEquals(loop.served(), 2);
    assertEquals(loop.failures(), []);
    loop.stop();
    assertEquals(await loop.ended, 1001);
  });
}

Deno.test("Listener.acceptLoop() tells a failure that repeats itself once, and again after a success", async () => {
  const [bad, invalid] = [systemError("EBADFD"), systemError("EINVAL")];
  const loop = runLoop([bad, bad, bad, invalid, bad, "connection", bad]);
  await loop.socket.exhausted;
  const on = "Cannot accept on 127.0.0.1:9000:";
  assertEquals(loop.failures(), [`${on} EBADFD`, `${on} EINVAL`, `${on} EBADFD`, `${on} EBADFD`]);
  assertEquals(loop.clock.asked, [], "they are few");
  loop.stop();
  assertEquals(await loop.ended, 0);
});

Deno.test("Listener.acceptLoop() pauses when a failure lasts that no connection explains, until one is accepted", async () => {
  const row = (length: number) => Array.from({ length }, () => systemError("EINVAL"));
  const loop = runLoop([...row(101), "connection", ...row(99), "connection"]);
  await loop.clock.pass(100);
  await loop.clock.pass(100);
  await loop.socket.exhausted;
  assertEquals(loop.clock.asked, [100, 100]);
  assertEquals(loop.failures().length, 2, "it is told once a row");
  loop.stop();
  await loop.ended;
});

Deno.test("Listener.acceptLoop() ends when it is aborted while it pauses", async () => {
  const loop = runLoop([systemError("EMFILE")]);
  await loop.clock.sleeps(100);
  loop.stop();
  await loop.ended;
  assertEquals(loop.served(), 0);
  assertEquals(loop.clock.sleeping, 0);
});

Deno.test("Listener.acceptLoop() throws on what the operating system did not say, and keeps no slot", async () => {
  const bug = new RangeError("a bug");
  const loop = runLoop([bug]);
  assertEquals(await assertRejects(() => loop.ended, RangeError), bug);
  assertEquals(loop.admission.taken, 0);
});
