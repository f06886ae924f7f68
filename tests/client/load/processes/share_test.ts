/** What a load counts, by an injected clock and servers that are slow or wrong. */

import { UnresolvedError } from "../../../../client/load/failure.ts";
import { reportOf } from "../../../../client/load/report/report.ts";
import { runShare, type ShareOptions } from "../../../../client/load/processes/share.ts";
import { Tally } from "../../../../client/load/tally/tally.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { systemError } from "../../../support/system_error.ts";
import { FakeServer, type FakeServerOptions } from "../fake_server.ts";

const SHARE: ShareOptions = {
  hostname: "127.0.0.1",
  port: 9000,
  first: 0,
  step: 1,
  connections: 1,
  concurrency: 1,
  rate: 0,
  messages: 1,
  size: 64,
  binary: false,
  connectTimeoutMs: 5000,
  timeoutMs: 10_000,
};

/** Runs a share against a fake server, until it ends or is stopped after `stopAfterMs`. */
async function load(
  share: Partial<ShareOptions>,
  server: FakeServerOptions & { readonly stopAfterMs?: number } = {},
) {
  const clock = new FakeClock(1000);
  const fake = new FakeServer(clock, server);
  const tally = new Tally();
  const stopping = new AbortController();
  if (server.stopAfterMs !== undefined) {
    clock.sleep(server.stopAfterMs).then(() => stopping.abort());
  }
  const world = { clock, connect: fake.connect };
  const run = { tally, stopping: stopping.signal, trust: null, world };
  await clock.run(runShare({ ...SHARE, ...share }, run));
  assertEquals([fake.open, clock.sleeping], [0, 0], "connections or timers left");
  return { tally, fake, tookMs: clock.now() - 1000 };
}

/** A server whose answers take 1 ms, but for a second in which it pauses. */
const STALLED: FakeServerOptions = {
  delayMs: (nowMs) => nowMs >= 3000 && nowMs < 4000 ? 4001 - nowMs : 1,
};

Deno.test("with a rate, a server that pauses for a second shows in p99", async () => {
  // 1,000 connections in 10 s: a tenth of them are due while it pauses.
  const { tally } = await load({ connections: 1000, rate: 100 }, STALLED);
  const { firstEcho } = tally.latencies;
  assertEquals([tally.done, firstEcho.count], [1000, 1000]);
  assertEquals(Math.round(firstEcho.percentile(50)), 1);
  assertEquals(Math.round(firstEcho.percentile(99) / 10) * 10, 900);
  assertEquals(firstEcho.maxMs, 1001);
});

Deno.test("without a rate only the connections of that moment see it stand still", async () => {
  const { tally } = await load({ connections: 1000 }, {
    delayMs: (now) => now === 1100 ? 1000 : 1,
  });
  assertEquals(Math.round(tally.latencies.firstEcho.percentile(99)), 1);
  assertEquals(tally.latencies.firstEcho.maxMs, 1000);
});

Deno.test("with a rate, what the client itself is late by is counted in the latency, and told", async () => {
  const clock = new FakeClock();
  const fake = new FakeServer(clock, {
    // The first connection keeps this whole process busy for 250 ms.
    refuse: (connection) => connection === 0 && clock.advance(250),
  });
  const tally = new Tally();
  const run = {
    tally,
    stopping: new AbortController().signal,
    trust: null,
    world: { clock, connect: fake.connect },
  };
  await clock.run(runShare({ ...SHARE, connections: 4, rate: 10 }, run));
  assertEquals(fake.openedAtMs.map(Math.round), [0, 250, 250, 300]);
  assertEquals(Math.round(tally.latencies.late.maxMs), 150);
  assertEquals(Math.round(tally.latencies.firstEcho.percentile(75)), 150);
});

Deno.test("with a rate, connections are opened at their times however many are open", async () => {
  const { fake } = await load({ connections: 5, rate: 10, concurrency: 1 }, {
    delayMs: () => 2000,
  });
  assertEquals(fake.openedAtMs.map((ms) => Math.round(ms - 1000)), [0, 100, 200, 300, 400]);
  assertEquals(fake.openMax, 5);
});

Deno.test("without a rate never more connections are open than the concurrency allows", async () => {
  const { fake, tally } = await load({ connections: 20, concurrency: 3 }, { delayMs: () => 10 });
  assertEquals([fake.openMax, tally.done], [3, 20]);
});

Deno.test("a share opens its own connections of a load, each at the load's times", async () => {
  const { fake, tally } = await load({ connections: 7, first: 1, step: 3, rate: 10 });
  assertEquals(fake.openedAtMs.map((ms) => Math.round(ms - 1000)), [100, 400]);
  assertEquals(tally.done, 2);
});

Deno.test("messages, bytes, latencies and the timeline add up", async () => {
  const options = { connections: 6, concurrency: 2, messages: 5, size: 100 };
  const { tally, tookMs } = await load(options, { delayMs: () => 20, readMax: 7 });
  assertEquals([tally.done, tally.messages, tally.bytes, tally.settled], [6, 30, 3000, 30]);
  assertEquals(tally.durationMs, tookMs);
  const { connect, firstEcho, roundTrip, late } = tally.latencies;
  assertEquals([connect, firstEcho, roundTrip, late].map(({ count }) => count), [6, 6, 30, 0]);
  const { connections, messages } = tally.timeline.data;
  assertEquals([connections, messages].map((counts) => counts.reduce((a, b) => a + b)), [6, 30]);
});

Deno.test("a message of any length comes back whole", async () => {
  for (const size of [1, 16 * 1024, 16 * 1024 + 1, 64 * 1024, 64 * 1024 + 1, 200_000]) {
    const { tally } = await load({ size, messages: 2 }, { readMax: 60_000 });
    assertEquals([tally.done, tally.bytes], [1, 2 * size], `${size} bytes`);
  }
});

/** Every way in which a server can be wrong, and what it counts as. */
const FAILURES: readonly (readonly [
  name: string,
  kind: string,
  server: FakeServerOptions,
  reason: string,
])[] = [
  ["refuses", "refused", {
    refuse: () => {
      throw systemError("ECONNREFUSED");
    },
  }, "connection refused"],
  ["resets", "reset", {
    answer: () => {
      throw systemError("ECONNRESET");
    },
  }, "connection reset by the other side"],
  ["never answers", "timedOut", { delayMs: () => 1e9 }, "no echo within 10 s"],
  ["never ends", "timedOut", { keepsOpen: true }, "no end of file from the server within 10 s"],
  ["ends early", "closedEarly", { answer: () => null }, "connection 0 was closed after 0 bytes"],
  ["echoes all but the last byte", "shortEcho", {
    answer: (bytes) => bytes.slice(0, -1),
  }, "connection 0 got 63 of 64 bytes back, and no more within 10 s"],
  ["loses the first byte", "shortEcho", {
    answer: (bytes) => bytes.slice(1),
  }, "connection 0 got 0 of 64 bytes back, and then those from byte 1 on"],
  ["echoes a wrong byte", "wrongEcho", {
    answer: (bytes) => bytes.map((byte, i) => i === 17 ? byte ^ 1 : byte),
  }, "byte 17 of connection 0"],
  ["shifts the bytes", "wrongEcho", {
    answer: (bytes) => Uint8Array.of(...bytes.slice(1), bytes[0] ?? 0),
  }, "byte 0 of connection 0"],
  ["echoes twice", "wrongEcho", {
    answer: (bytes) => Uint8Array.of(...bytes, ...bytes),
  }, "more bytes came back than were sent"],
  ["says more at the end", "wrongEcho", {
    farewell: Uint8Array.of(0),
  }, "more bytes came back than were sent"],
  ["cannot be connected to for want of a port", "noPort", {
    refuse: () => {
      throw systemError("EADDRNOTAVAIL");
    },
  }, "this machine has no such address"],
  ["fails as nothing known does", "other", {
    refuse: () => {
      throw systemError("EWHATEVER");
    },
  }, "EWHATEVER"],
];

for (const [name, kind, server, reason] of FAILURES) {
  Deno.test(`a server that ${name} counts as ${kind}`, async () => {
    const { tally } = await load({ connections: 3, messages: 1 }, server);
    const { failures, reasons } = tally.encode();
    const [[told, count] = [], ...rest] = Object.entries(failures);
    assertEquals([told, count, rest.length, tally.done], [kind, 3, 0, 0]);
    assert(Object.values(reasons)[0]?.startsWith(reason), JSON.stringify(reasons));
    assertEquals(tally.settled, 3);
  });
}

Deno.test("a load sends text, or any byte where it is told so", async () => {
  for (const binary of [false, true]) {
    const sent = new Set<number>();
    const answer = (bytes: Uint8Array) => {
      for (const byte of bytes) sent.add(byte);
      return bytes;
    };
    const { tally } = await load({ connections: 20, size: 1000, binary }, { answer });
    assertEquals(tally.done, 20);
    assertEquals([sent.has(0), sent.size], binary ? [true, 256] : [false, 32]);
  }
});

Deno.test("a server that counts with strlen() serves a load of text, and of any byte gives short echoes", async () => {
  const answer = (bytes: Uint8Array) => {
    const end = bytes.indexOf(0);
    return end === -1 ? bytes : bytes.slice(0, end);
  };
  const share = { connections: 20, concurrency: 20, size: 1000 };
  const text = await load(share, { answer });
  assertEquals(text.tally.done, 20);
  const { tally } = await load({ ...share, binary: true }, { answer });
  assertEquals(tally.encode().failures, { shortEcho: tally.failed });
  assertMatch(
    tally.reasonOf("shortEcho") ?? "",
    /^connection \d+ got \d+ of 1000 bytes back, and no more within 10 s \(the next one was a NUL/,
  );
});

Deno.test("echoes that are mixed up between two connections are wrong echoes", async () => {
  let kept: Uint8Array = new Uint8Array(64);
  const answer = (bytes: Uint8Array) => {
    const other = kept;
    kept = bytes;
    return other;
  };
  const { tally } = await load({ connections: 10 }, { answer });
  assertEquals(tally.encode().failures, { wrongEcho: 10 });
});

Deno.test("the shorter of the two times is looked at often enough", async () => {
  const { tally, tookMs } = await load({ timeoutMs: 115 }, { delayMs: () => 1e9 });
  assertEquals(tally.failed, 1);
  assert(tookMs >= 115 && tookMs < 130, `${tookMs} ms`);
});

Deno.test("a connection that is not there in time counts as timed out, and is closed when it comes", async () => {
  const clock = new FakeClock();
  const fake = new FakeServer(clock);
  const connect = async (signal: AbortSignal) => {
    await clock.sleep(6000);
    assert(signal.aborted);
    return await fake.connect(signal);
  };
  const tally = new Tally();
  const stopping = new AbortController().signal;
  await clock.run(runShare(SHARE, { tally, stopping, trust: null, world: { clock, connect } }));
  assertEquals(tally.encode().reasons, { timedOut: "no connection within 5 s" });
  await clock.run(clock.sleep(2000));
  assertEquals([fake.connections, fake.open], [1, 0]);
});

Deno.test("a stop interrupts the connections that are open and begins no others", async () => {
  for (const rate of [0, 10]) {
    const { tally, tookMs } = await load(
      { connections: 100, concurrency: 4, rate },
      { delayMs: () => 300, stopAfterMs: 1000 },
    );
    assert(tookMs < 1100, `it took ${tookMs} ms`);
    const report = reportOf(
      { ...SHARE, connections: 100, processes: 1, json: true, htmlPath: null, tls: null },
      tally,
    );
    const { asked, done, failed, interrupted, notBegun } = report.connections;
    assert(done > 0 && interrupted > 0 && notBegun > 0);
    assertEquals(failed, 0);
    assertEquals(asked, done + interrupted + notBegun);
  }
});

Deno.test("a load that is stopped before it begins opens nothing", async () => {
  const clock = new FakeClock();
  const fake = new FakeServer(clock);
  for (const rate of [0, 10]) {
    const tally = new Tally();
    const world = { clock, connect: fake.connect };
    const run = { tally, stopping: AbortSignal.abort(), trust: null, world };
    await clock.run(runShare({ ...SHARE, connections: 5, rate }, run));
  }
  assertEquals(fake.connections, 0);
});

Deno.test("a name that stands for no address ends the load at once", async () => {
  for (const rate of [0, 10]) {
    const refuse = () => {
      throw new UnresolvedError();
    };
    await assertRejects(() => load({ connections: 50, rate }, { refuse }), UnresolvedError);
  }
});

Deno.test("a bug ends the load, and is not counted", async () => {
  const refuse = () => {
    throw new RangeError("a bug");
  };
  await assertRejects(() => load({ connections: 5 }, { refuse }), RangeError);
  await assertRejects(() => load({ connections: 5, rate: 10 }, { refuse }), RangeError);
});
