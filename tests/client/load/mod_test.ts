import { runLoad, untilForced } from "../../../client/load/mod.ts";
import type { LoadOptions } from "../../../client/load/options.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { Lifetime } from "../../../cli/lifetime.ts";
import { assertEquals, assertMatch, assertRejects } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

Deno.test("a report is waited for as long as nobody insists on the end", async () => {
  const clock = new FakeClock();
  const writing = Promise.withResolvers<void>();
  const waiting = untilForced(writing.promise, new AbortController().signal, clock);
  writing.resolve();
  await waiting;
  assertEquals(clock.asked, []);
});

Deno.test("a report that nobody reads is given up a second after somebody has insisted on the end", async () => {
  for (const isEarly of [true, false]) {
    const clock = new FakeClock();
    const forced = new AbortController();
    if (isEarly) forced.abort();
    const waiting = untilForced(Promise.withResolvers<void>().promise, forced.signal, clock);
    const rejected = assertRejects(() => waiting, OperationalError, "nobody reads it");
    forced.abort();
    await clock.pass(1000);
    await rejected;
  }
});

Deno.test("a report that is written when somebody insists on the end is waited for, and no longer", async () => {
  const clock = new FakeClock();
  const forced = new AbortController();
  const writing = Promise.withResolvers<void>();
  const waiting = untilForced(writing.promise, forced.signal, clock);
  forced.abort();
  await clock.sleeps(1000);
  writing.resolve();
  await waiting;
});

Deno.test("a report that cannot be written is told with its own reason", async () => {
  const failed = Promise.reject(new OperationalError("no space"));
  await assertRejects(
    () => untilForced(failed, AbortSignal.abort(), new FakeClock()),
    OperationalError,
    "no space",
  );
});

Deno.test({
  name: "a load that may not connect says so in a line",
  permissions: { net: false },
  async fn() {
    using lifetime = new Lifetime();
    const error = await assertRejects(
      () => runLoad(LOAD, { lifetime, language: "en" }),
      OperationalError,
    );
    assertMatch(error.message, /^Cannot connect to 127\.0\.0\.1:9: Requires net access to /);
  },
});

const LOAD: LoadOptions = {
  hostname: "127.0.0.1",
  port: 9,
  connections: 3,
  concurrency: 1,
  rate: 0,
  messages: 1,
  size: 1,
  binary: false,
  processes: 1,
  tls: null,
  connectTimeoutMs: 1000,
  timeoutMs: 1000,
  json: false,
  htmlPath: null,
};
