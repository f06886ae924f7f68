/**
 * What one client does costs the others nothing, however it is served, and keeps no server from its stop. One server of
 * each kind has all of these clients.
 */

import { assertEquals, assertLessOrEqual, assertMatch } from "../assert.ts";
import { ResettableClient } from "../support/sockets.ts";
import { MEBIBYTE } from "./exchange.ts";
import { residentBytesOf } from "./process.ts";
import { SERVINGS, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";
import { MEANINGLESS_SIGNALS } from "./signals.ts";

const LOG_AND_GRACE = ["--log", "json", "--grace", "0.1"];

/** A client that sends more than anybody holds, and reads nothing. */
async function sendUnread(server: TestServer): Promise<void> {
  using other = await server.connect();
  await other.roundTrip();
  using greedy = await server.connect();
  await greedy.roundTrip();
  const pids = [server.pid, await server.workerOf(greedy)];
  const before = await Promise.all(pids.map(residentBytesOf));
  let isSent = false;
  const sending = greedy.send(new Uint8Array(256 * MEBIBYTE)).then(
    () => isSent = true,
    () => {}, // Closed at the end of the test.
  );
  for (let i = 0; i < 500; i++) await other.roundTrip();
  assertEquals(isSent, false, "somebody has taken 256 MiB that nobody reads");
  const after = await Promise.all(pids.map(residentBytesOf));
  for (const [i, bytes] of after.entries()) {
    assertLessOrEqual(bytes - (before[i] ?? 0), 32 * MEBIBYTE, `process ${pids[i]} grew`);
  }
  greedy.close();
  await sending;
}

/** How many clients reset their connection while they wait in the queue. */
const RUDE = 50;

/** Takes every slot, and sees to it that those who wait for one and do not stay cost nobody anything. */
async function resetInQueue(server: TestServer, isConcurrent: boolean): Promise<void> {
  using first = await server.connect();
  await first.roundTrip();
  using second = isConcurrent ? await server.connect() : null;
  await second?.roundTrip();
  for (let i = 0; i < RUDE; i++) {
    using rude = await ResettableClient.connect(server.port);
    await rude.reset();
  }
  using next = await server.connect();
  first.close();
  assertEquals(await next.roundTrip(), "ping\n");
}

async function drip(server: TestServer): Promise<void> {
  using drip = await server.connect();
  for (const byte of "drip\n") {
    await drip.send(byte);
    using other = await server.connect();
    assertEquals(await other.roundTrip(), "ping\n");
  }
  assertEquals(new TextDecoder().decode(await drip.receive(5)), "drip\n");
}

/** The last clients of a server, by their ports: what each does when the server stops, and what became of some. */
interface LastClients {
  readonly idle: number;
  readonly idleEnd: "end of file" | "reset";
  /** Of a server that serves several at the same time. */
  readonly others: {
    /** Has sent what nobody reads. */
    readonly greedy: number;
    /** Has no slot. */
    readonly waiting: number;
    readonly waitingEnd: "end of file" | "reset";
  } | null;
}

/** Stops a server while its two slots are taken and a client waits for one, or while it serves its only client. */
async function stopBusy(server: TestServer, isConcurrent: boolean): Promise<LastClients> {
  const from = server.events.length;
  using idle = await server.connect();
  assertEquals(await idle.roundTrip(), "ping\n");
  using greedy = isConcurrent ? await server.connect() : null;
  await greedy?.roundTrip();
  const sending = greedy?.send(new Uint8Array(64 * MEBIBYTE)).catch(() => {});
  for (let i = 0; i < 100; i++) await idle.roundTrip();
  if (isConcurrent) await server.event("admission_paused", {}, from);
  using waiting = isConcurrent ? await server.connect() : null;
  server.process.signal("SIGTERM");
  const idleEnd = await idle.disconnected();
  assertEquals((await server.ended()).code, 0);
  const others = greedy && waiting &&
    { greedy: greedy.port, waiting: waiting.port, waitingEnd: await waiting.disconnected() };
  greedy?.close();
  await sending;
  return { idle: idle.port, idleEnd, others };
}

for (const { name, flags, command, isConcurrent } of SERVINGS) {
  testProgram(`${name}: a client costs the others nothing`, async (program, steps) => {
    await using server = await TestServer.start(program, {
      flags: [...flags, ...isConcurrent ? ["--max-connections", "2"] : [], ...LOG_AND_GRACE],
      command,
    });

    await steps.run("a signal that means nothing ends no connection", async () => {
      using client = await server.connect();
      for (const signal of MEANINGLESS_SIGNALS) {
        server.process.signal(signal);
        assertEquals(await client.roundTrip(), "ping\n");
      }
    });

    await steps.run(
      "connections that are reset while they wait in the queue cost nobody anything",
      () => resetInQueue(server, isConcurrent),
    );

    if (isConcurrent) {
      await steps.run("a slow drip of bytes holds one slot and nothing else", () => drip(server));

      await steps.run(
        "a client that never reads costs bounded memory, and nobody else anything",
        () => sendUnread(server),
      );
    }

    const { idle, idleEnd, others } = await stopBusy(server, isConcurrent);
    const reasonFor = async (remotePort: number) =>
      (await server.event("connection_closed", { remotePort }))["reason"];

    await steps.run("a connection that outlasts the grace is ended", async () => {
      assertMatch(idleEnd, /end of file|reset/);
      assertEquals(await reasonFor(idle), "server_stopped");
      const accepted = server.events.filter(({ event }) => event === "connection_accepted");
      await server.event("stopped", { connectionsAccepted: accepted.length });
    });

    await steps.run(
      "connections that are reset while they wait in the queue are counted, and no failure",
      async () => {
        // Neither a pause nor a warning, which would both have been told.
        assertEquals(server.events.filter(({ event }) => event === "accept_failed"), []);
        assertEquals(server.process.stderr.all.filter((line) => line.includes("accept")), []);
        await server.event("stopped", { connectionsAborted: RUDE });
      },
    );

    if (others === null) return;
    await steps.run("the grace holds also for a client that reads nothing", async () => {
      assertEquals(await reasonFor(others.greedy), "server_stopped");
    });

    await steps.run("the grace holds also when every slot is taken, and a client waits", () => {
      assertMatch(others.waitingEnd, /end of file|reset/);
      assertEquals(server.events.some(({ remotePort }) => remotePort === others.waiting), false);
      return Promise.resolve();
    });
  });
}
