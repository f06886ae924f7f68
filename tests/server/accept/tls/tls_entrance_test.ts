import { systemClock } from "../../../../ipc/clock.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { hasServingNodeTls, TlsEntrance } from "../../../../server/accept/tls/tls_entrance.ts";
import { assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { TcpPair } from "../../../support/sockets.ts";
import { type TestCertificates, testWithCertificates } from "../../../support/test_certificates.ts";
import { RecordedEvents } from "../../recorded_events.ts";

async function open(made: TestCertificates, clock: FakeClock) {
  const { bus: events } = new RecordedEvents();
  const files = { ...made.server, clientCa: null };
  return await TlsEntrance.open({ files, clock, events });
}

testWithCertificates("TlsEntrance refuses files that cannot serve, in a line", async (made) => {
  const events = new RecordedEvents();
  const files = { ...made.server, key: made.ca.key, clientCa: null };
  const opening = () => TlsEntrance.open({ files, clock: systemClock, events: events.bus });
  const error = await assertRejects(opening, OperationalError);
  assertMatch(error.message, /^Cannot use the private key .*ca\.key: it is not that of/);
});

testWithCertificates("TlsEntrance gives no more time than a connection has", async (made) => {
  const clock = new FakeClock();
  await using entrance = await open(made, clock);
  for (const [leftMs, seconds] of [[Infinity, 10], [2500, 2.5]] as const) {
    using pair = await TcpPair.open();
    const limits = { leftMs, signal: new AbortController().signal };
    const securing = entrance.secure(pair.server, limits);
    await clock.pass(seconds * 1000);
    assertEquals(await securing, { error: `it made no handshake of TLS in ${seconds} s` });
  }
});

Deno.test("hasServingNodeTls() knows the first Deno whose node:tls serves", () => {
  const versions = ["2.9.6", "2.9.7+a", "2.10.0", "3.0.0", "1.46.3", "2.6.10", "2.8.9", "2.9.5"];
  assertEquals(versions.filter(hasServingNodeTls), versions.slice(0, 4));
});
