import { Gate } from "../../../server/accept/gate.ts";
import { HostLimit } from "../../../server/accept/host_limit.ts";
import { RateLimit } from "../../../server/accept/rate_limit.ts";
import { assertEquals } from "../../assert.ts";
import { FakeClock } from "../../support/fake_clock.ts";

function open({ maxPerHost = 3, maxRate = 2 } = {}) {
  const clock = new FakeClock();
  const gate = new Gate({
    rules: { admits: (address) => address !== "192.0.2.66" },
    rate: { limit: new RateLimit(maxRate, clock), maxRate },
    hosts: { limit: new HostLimit(maxPerHost), maxPerHost },
  });
  return { gate, clock };
}

/** Why a gate does not let somebody in, or how many connections that address has then. */
function admit(gate: Gate, address = "192.0.2.7"): unknown {
  const entry = gate.admit(address);
  return "reason" in entry ? entry : entry.hostConnections;
}

Deno.test("Gate without limits lets everybody in, and counts nobody", () => {
  const gate = new Gate({ rules: null, rate: null, hosts: null });
  assertEquals(gate.admit("192.0.2.7"), { hostSlot: null, hostConnections: 0 });
});

Deno.test("Gate tells why it lets somebody not in, and counts that by its reason", () => {
  const { gate, clock } = open();
  assertEquals([admit(gate), admit(gate)], [1, 2]);
  assertEquals(admit(gate), { reason: "max_rate", maxRate: 2 });
  clock.advance(1000);
  assertEquals(admit(gate), 3);
  assertEquals(admit(gate), { reason: "max_per_host", maxPerHost: 3 });
  assertEquals([admit(gate, "192.0.2.66"), admit(gate, "192.0.2.66")], [
    { reason: "denied" },
    { reason: "denied" },
  ]);
  const reasons = ["denied", "max_rate", "max_per_host"] as const;
  assertEquals(reasons.map((reason) => gate.rejected(reason)), [2, 1, 1]);
});

Deno.test("Gate counts also whom it has let in and another turns away", () => {
  const { gate } = open();
  const rejection = { reason: "tls_failed", error: "it is shy" } as const;
  assertEquals([gate.reject(rejection), gate.reject(rejection)], [rejection, rejection]);
  assertEquals(gate.rejected("tls_failed"), 2);
});

Deno.test("Gate takes no slot for one whom the rules deny, or who comes too often", () => {
  const { gate, clock } = open({ maxRate: 1, maxPerHost: 2 });
  for (let at = 0; at < 5; at++) admit(gate);
  clock.advance(1000);
  assertEquals(admit(gate), 2);
});
