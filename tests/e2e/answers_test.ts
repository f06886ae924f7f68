/** A client gets the whole answer, also one that sends what nobody reads and one that reads slowly; else it is told. */

import { assertEquals } from "../assert.ts";
import { send } from "../support/bytes.ts";
import { ResettableClient } from "../support/sockets.ts";
import { runToEnd } from "./process.ts";
import { fixture, type Program, type Serving, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const ANSWER_BYTES = 3_000_000;

const MODULE = ["--handler", fixture("answers_unasked.js")];
const PROGRAM = ["sh", "-c", `head -c ${ANSWER_BYTES} /dev/zero`];

/** Every way of serving, with what answers and reads nothing. */
const SERVINGS: readonly Omit<Serving, "isConcurrent">[] = [
  { name: "iterative", flags: ["--mode", "iterative", ...MODULE] },
  { name: "per-connection", flags: MODULE },
  { name: "prefork", flags: ["--mode", "prefork", "--workers", "2", ...MODULE] },
  { name: "over pipes", flags: ["--transport", "pipe", ...MODULE] },
  { name: "a program", flags: ["--transport", "pipe"], command: PROGRAM },
  {
    name: "a program, iterative",
    flags: ["--mode", "iterative", "--transport", "pipe"],
    command: PROGRAM,
  },
  { name: "over the socket", flags: ["--transport", "socket", ...MODULE] },
];

/** How often each is tried: what is cut off by chance shows in some of so many. */
const ROUNDS = 4;

function start(program: Program, { flags, command }: Omit<Serving, "isConcurrent">) {
  return TestServer.start(program, { flags: [...flags, "--log", "json"], command });
}

for (const serving of SERVINGS) {
  testProgram(`${serving.name}: a client gets its answer`, async (program, steps) => {
    await using server = await start(program, serving);
    let connections = 0;

    for (const [what, sent] of [["a line", 6], ["a megabyte", 1_000_000]] as const) {
      await steps.run(
        `a client that sends ${what} that nobody reads gets the whole answer`,
        async () => {
          for (let round = 0; round < ROUNDS; round++) {
            const client =
              `head -c ${sent} /dev/zero | socat -t5 - TCP:127.0.0.1:${server.port} | wc -c`;
            const connectionId = ++connections;
            const { stdout } = await runToEnd(["sh", "-c", client]);
            assertEquals(Number(stdout), ANSWER_BYTES, `round ${round}`);
            const closed = await server.event("connection_closed", { connectionId });
            assertEquals([closed["reason"], closed["bytesOut"]], ["finished", ANSWER_BYTES]);
          }
        },
        { needs: ["socat"] },
      );
    }

    await steps.run(
      "a client that says something late gets the whole answer all the same",
      async () => {
        connections += 1;
        using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
        // Longer than a silent client is waited for that has taken all.
        await new Promise((resolve) => setTimeout(resolve, 700));
        await send(conn, "late\n");
        const buffer = new Uint8Array(64 * 1024);
        let received = 0;
        for (let count; (count = await conn.read(buffer)) !== null;) received += count;
        assertEquals(received, ANSWER_BYTES);
        conn.closeWrite();
        const closed = await server.event("connection_closed", {
          remotePort: conn.localAddr.port,
        });
        assertEquals([closed["reason"], closed["bytesOut"]], ["finished", ANSWER_BYTES]);
      },
    );

    await steps.run(
      "a client that goes away before its answer has ended is told as lost",
      async () => {
        using client = await ResettableClient.connect(server.port);
        await server.event("connection_accepted", { remotePort: client.port });
        await client.reset();
        await server.event("connection_closed", {
          remotePort: client.port,
          reason: "client_lost",
        });
      },
    );
  });
}

for (
  const { name, flags, command } of [
    { name: "per-connection", flags: ["--handler", fixture("answers_half.js")] },
    {
      name: "prefork",
      flags: ["--mode", "prefork", "--workers", "1", "--handler", fixture("answers_half.js")],
    },
    {
      name: "over pipes",
      flags: ["--transport", "pipe", "--handler", fixture("answers_half.js")],
    },
    { name: "a program", flags: [], command: ["sh", "-c", "echo half; exec sleep 1000"] },
    {
      name: "over the socket",
      flags: ["--transport", "socket", "--handler", fixture("answers_half.js")],
    },
  ]
) {
  testProgram(
    `${name}: an answer that its killed process has not ended is not told as finished`,
    async (program) => {
      await using server = await start(program, { name, flags, command });
      using client = await server.connect();
      // Its end of file is there first: only the end of the process tells that something is missing.
      await client.closeWrite();
      assertEquals(new TextDecoder().decode(await client.receive(5)), "half\n");
      Deno.kill(await server.workerOf(client), "SIGKILL");
      assertEquals(await client.disconnected(), "end of file");
      await server.event("connection_closed", {
        remotePort: client.port,
        reason: "worker_lost",
      });
    },
  );
}

/** Slower than the kernel frees a part of its send queue that a write can use, in the time of the timeout. */
const SLOW = { chunkBytes: 64 * 1024, everyMs: 240, slowBytes: 3_000_000, idleTimeoutS: "3" };

/** One for each part that times a connection out: the parent as a handler, and the relay over each transport. */
const TIMED = SERVINGS.filter(({ name }) =>
  ["iterative", "per-connection", "a program", "over the socket"].includes(name)
);

for (const serving of TIMED) {
  testProgram(
    `${serving.name}: --idle-timeout does not cut off a slow reader that reads`,
    async (program) => {
      const command = serving.command && ["sh", "-c", `head -c ${2 * ANSWER_BYTES} /dev/zero`];
      const flags = serving.flags.map((flag) =>
        flag === fixture("answers_unasked.js") ? fixture("answers_at_length.js") : flag
      );
      await using server = await start(program, {
        ...serving,
        command,
        flags: [...flags, "--idle-timeout", SLOW.idleTimeoutS],
      });
      using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      const buffer = new Uint8Array(SLOW.chunkBytes);
      let received = 0;
      for (let count; (count = await conn.read(buffer)) !== null;) {
        received += count;
        // The pace of the reader is what this is about.
        if (received > SLOW.slowBytes) continue;
        await new Promise((resolve) => setTimeout(resolve, SLOW.everyMs));
      }
      assertEquals(received, 2 * ANSWER_BYTES);
      await server.event("connection_closed", { reason: "finished" });
    },
  );

  testProgram(
    `${serving.name}: --idle-timeout ends a client that does not read its answer`,
    async (program) => {
      const command = serving.command && ["cat", "/dev/zero"];
      const flags = serving.flags.map((flag) =>
        flag === fixture("answers_unasked.js") ? fixture("answers_for_ever.js") : flag
      );
      await using server = await start(program, {
        ...serving,
        command,
        flags: [...flags, "--idle-timeout", SLOW.idleTimeoutS],
      });
      using client = await server.connect();
      await server.event("connection_closed", { remotePort: client.port, reason: "idle_timeout" });
    },
  );
}
