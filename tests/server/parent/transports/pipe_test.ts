import { systemClock } from "../../../../ipc/clock.ts";
import { AcceptedConnection } from "../../../../server/accept/connection.ts";
import { openProgram } from "../../../../server/parent/transports/program.ts";
import type { ServerContext } from "../../../../server/context.ts";
import { PerConnectionMode } from "../../../../server/modes/per_connection.ts";
import { PipeTransport } from "../../../../server/parent/transports/pipe.ts";
import { Workers } from "../../../../server/parent/workers.ts";
import {
  pipedWorker,
  type ProcessCommand,
} from "../../../../server/parent/transports/process_command.ts";
import { assertEquals } from "../../../assert.ts";
import { bytesOf, readAll, receive, send } from "../../../support/bytes.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { ResettablePair, TcpPair } from "../../../support/sockets.ts";
import { systemError } from "../../../support/system_error.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { RecordedEvents } from "../../recorded_events.ts";
import { replaceDeno } from "../../replaced_deno.ts";

type Options = Partial<Pick<ServerContext, "clock" | "idleTimeoutMs">>;

async function open(context: ServerContext, command: ProcessCommand): Promise<PerConnectionMode> {
  const workers = new Workers(context, await PipeTransport.open(context, command));
  return new PerConnectionMode(context, { workers, spare: 0 });
}

/** Opens per-connection mode over pipes, whose processes are real, and serves one connection with it. */
async function serve(stream: Deno.TcpConn, command: ProcessCommand, options: Options = {}) {
  const events = new RecordedEvents();
  const context = { events: events.bus, clock: systemClock, idleTimeoutMs: 0, ...options };
  const mode = await open(context, command);
  const connection = new AcceptedConnection(stream, { id: 12, hostConnections: 1, ...context });
  const served = mode.serve(connection);
  return {
    events,
    mode,
    served,
    connection: connection.info,
    /** How the connection ended, and its process. */
    async outcome() {
      await served;
      const { reason } = await events.first("connection_closed");
      const exits = events.of("worker_exited").map(({ status, signal, reason }) => ({
        status,
        signal,
        reason,
      }));
      return { reason, exits };
    },
    async [Symbol.asyncDispose]() {
      await mode.endAll();
      await served;
      await mode[Symbol.asyncDispose]();
    },
  };
}

/** A shell script as the program that serves. */
function shell(script: string): Promise<ProcessCommand> {
  return openProgram(["sh", "-c", script]);
}

Deno.test("PipeTransport serves a connection with a program, and tells its events", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, await openProgram(["cat"]));
  const { connection, events } = serving;
  await send(pair.client, "안녕");
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.client), "안녕");
  await serving.served;

  const { workerPid } = await events.first("worker_started");
  const data = bytesOf("안녕");
  const [closed] = events.of("connection_closed");
  assertEquals(events.all, [
    { event: "worker_started", workerPid },
    { event: "connection_accepted", connection, workerPid },
    { event: "message_received", connection, data },
    {
      event: "connection_closed",
      connection,
      bytesIn: 6,
      bytesOut: 6,
      durationMs: closed?.durationMs ?? NaN,
      reason: "finished",
    },
    { event: "worker_exited", workerPid, status: 0, signal: null, reason: "exited" },
  ]);
});

Deno.test("PipeTransport gives a program the client's bytes alone, and tells in its environment who that is", async () => {
  using pair = await TcpPair.open();
  const script = 'read -r line; echo "$line $BROOD_CONNECTION_ID $TCPREMOTEPORT $TCPCONNNUM"';
  await using serving = await serve(pair.server, await shell(script));
  await send(pair.client, "hello\n");
  const { port } = pair.client.localAddr;
  assertEquals(await readAll(pair.client), `hello 12 ${port} 1\n`);
  assertEquals((await serving.outcome()).reason, "finished");
});

Deno.test("PipeTransport sends the last line of a program that exits without reading, whatever its status", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, await shell("echo last; exit 3"));
  assertEquals(await readAll(pair.client), "last\n");
  assertEquals(await serving.outcome(), {
    reason: "finished",
    exits: [{ status: 3, signal: null, reason: "exited" }],
  });
});

Deno.test("PipeTransport passes on the client's end of file, and the answer that comes after it", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, await openProgram(["wc", "-c"]));
  await send(pair.client, "12345");
  await pair.client.closeWrite();
  assertEquals((await readAll(pair.client)).trim(), "5");
  assertEquals((await serving.outcome()).reason, "finished");
});

Deno.test("PipeTransport passes on the program's end of file, and what the client sends after it", async () => {
  using pair = await TcpPair.open();
  const script = 'exec >&-; read -r status; exit "$status"';
  await using serving = await serve(pair.server, await shell(script));
  assertEquals(await readAll(pair.client), "");
  await send(pair.client, "7\n");
  assertEquals((await serving.outcome()).exits, [{ status: 7, signal: null, reason: "exited" }]);
});

Deno.test("PipeTransport tells of a program that somebody kills", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, await openProgram(["cat"]));
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  Deno.kill((await serving.events.first("worker_started")).workerPid, "SIGKILL");
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    reason: "worker_lost",
    exits: [{ status: null, signal: "SIGKILL", reason: "crashed" }],
  });
});

Deno.test("PipeTransport ends the input of a program whose client is lost", async () => {
  using pair = await ResettablePair.open();
  await using serving = await serve(pair.conn, await shell("cat; exit 5"));
  await pair.reset();
  assertEquals(await serving.outcome(), {
    reason: "client_lost",
    exits: [{ status: 5, signal: null, reason: "killed_by_us" }],
  });
});

Deno.test("PipeTransport ends a program that takes no notice of its client's loss, after a second", async () => {
  using pair = await ResettablePair.open();
  const clock = new FakeClock();
  await using serving = await serve(pair.conn, await openProgram(["sleep", "20"]), { clock });
  await pair.reset();
  await clock.pass(1000);
  assertEquals(await serving.outcome(), {
    reason: "client_lost",
    exits: [{ status: null, signal: "SIGTERM", reason: "killed_by_us" }],
  });
});

Deno.test("PipeTransport ends what a program has left behind when its client is lost", async () => {
  await using folder = new TempFolder();
  const fifo = folder.join("alive");
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  using pair = await ResettablePair.open();
  const script = `(trap "" TERM; echo ready; sleep 20; echo survived) >'${fifo}' & cat`;
  await using serving = await serve(pair.conn, await shell(script));
  using alive = await Deno.open(fifo);
  assertEquals(await receive(alive, 6), "ready\n");
  await pair.reset();
  assertEquals(await readAll(alive), "");
  assertEquals(await serving.outcome(), {
    reason: "client_lost",
    exits: [{ status: 0, signal: null, reason: "killed_by_us" }],
  });
});

Deno.test("PipeTransport leaves alone what a program has left behind when it has finished", async () => {
  await using folder = new TempFolder();
  const [alive, go] = ["alive", "go"].map((name) => folder.join(name));
  await new Deno.Command("mkfifo", { args: [`${alive}`, `${go}`] }).output();
  using pair = await TcpPair.open();
  const script = `(exec >&-; exec <'${go}' >'${alive}'; read -r word; echo "$word") & exit 0`;
  await using serving = await serve(pair.server, await shell(script));
  assertEquals((await serving.outcome()).reason, "finished");
  await Deno.writeTextFile(`${go}`, "still here\n");
  assertEquals(await Deno.readTextFile(`${alive}`), "still here\n");
});

Deno.test("PipeTransport closes an idle connection, whose program ends", async () => {
  using pair = await TcpPair.open();
  const clock = new FakeClock();
  const options = { clock, idleTimeoutMs: 500 };
  await using serving = await serve(pair.server, await openProgram(["cat"]), options);
  for (let quarter = 0; quarter < 4; quarter++) await clock.pass(125);
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), {
    reason: "idle_timeout",
    exits: [{ status: 0, signal: null, reason: "killed_by_us" }],
  });
});

Deno.test("PipeTransport.endAll() ends the connection and its program", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, await openProgram(["cat"]));
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  await serving.mode.endAll();
  assertEquals(await serving.outcome(), {
    reason: "server_stopped",
    exits: [{ status: 0, signal: null, reason: "killed_by_us" }],
  });
  assertEquals(await readAll(pair.client), "");
});

Deno.test("PipeTransport.endAll() ends a connection whose client does not read, and whose program ignores SIGTERM", async () => {
  using pair = await TcpPair.open();
  const clock = new FakeClock();
  const command = await shell('trap "" TERM; echo ready; exec yes');
  await using serving = await serve(pair.server, command, { clock });
  assertEquals(await receive(pair.client, 6), "ready\n");
  const ended = serving.mode.endAll();
  await clock.pass(1000);
  await clock.pass(1000);
  await ended;
  assertEquals(await serving.outcome(), {
    reason: "server_stopped",
    exits: [{ status: null, signal: "SIGKILL", reason: "killed_by_us" }],
  });
});

Deno.test("PipeTransport.endAll() ends a connection that lives on in what its program has left behind", async () => {
  using pair = await TcpPair.open();
  const command = await shell("(echo ready; sleep 20; echo survived) & exit 0");
  await using serving = await serve(pair.server, command);
  assertEquals(await receive(pair.client, 6), "ready\n");
  await serving.mode.endAll();
  assertEquals((await serving.outcome()).reason, "server_stopped");
  assertEquals(await readAll(pair.client), "");
});

Deno.test("PipeTransport refuses a connection that comes when all are being ended", async () => {
  using first = await TcpPair.open();
  await using serving = await serve(first.server, await openProgram(["cat"]));
  await serving.mode.endAll();
  await serving.served;
  using second = await TcpPair.open();
  const { events } = serving;
  const connection = new AcceptedConnection(second.server, {
    id: 13,
    hostConnections: 1,
    events: events.bus,
    clock: systemClock,
  });
  await serving.mode.serve(connection);
  assertEquals(await readAll(second.client), "");
  assertEquals(events.of("connection_accepted").at(-1)?.workerPid, null);
  assertEquals(events.of("connection_closed").at(-1)?.reason, "server_stopped");
  assertEquals(events.of("worker_started").length, 1);
});

Deno.test("PipeTransport closes a connection whose program cannot be started", async () => {
  const command = await openProgram(["cat"]);
  const { Command } = Deno;
  let opened = false;
  using _ = replaceDeno(
    "Command",
    class extends Command {
      override spawn(): Deno.ChildProcess {
        // The first is the guard.
        if (opened) throw systemError("EAGAIN");
        opened = true;
        return super.spawn();
      }
    },
  );
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, command);
  assertEquals(await readAll(pair.client), "");
  assertEquals(await serving.outcome(), { reason: "worker_failed", exits: [] });
  const { connection, events } = serving;
  assertEquals(events.of("connection_accepted"), [
    { event: "connection_accepted", connection, workerPid: null },
  ]);
  assertEquals(events.of("worker_failed").map(({ error }) => error), [
    "Cannot start a worker: the limit of processes or memory is reached",
  ]);
});

/** Whether the client ends its input before it has an answer. */
for (const endsInput of [false, true]) {
  const client = endsInput ? "a client that has ended its input" : "a client that waits";
  Deno.test(`PipeTransport closes ${client} where the program cannot be executed any more, and tells why`, async () => {
    await using folder = new TempFolder();
    const path = folder.join("program");
    await Deno.copyFile("/bin/cat", path);
    const command = await openProgram([path]);
    await Deno.remove(path);
    using pair = await TcpPair.open();
    if (endsInput) {
      await send(pair.client, "hello\n");
      await pair.client.closeWrite();
    }
    await using serving = await serve(pair.server, command);
    const { reason, exits } = await serving.outcome();
    assertEquals(reason, "worker_failed");
    assertEquals(exits, []);
    assertEquals(serving.events.of("worker_failed").map(({ error }) => error), [
      `Cannot execute ${path}: no such file or directory`,
    ]);
  });

  Deno.test(`PipeTransport has finished with ${client} when a program exits with 127 itself`, async () => {
    using pair = await TcpPair.open();
    if (endsInput) await pair.client.closeWrite();
    await using serving = await serve(pair.server, await shell("exit 127"));
    assertEquals(await serving.outcome(), {
      reason: "finished",
      exits: [{ status: 127, signal: null, reason: "exited" }],
    });
    assertEquals(serving.events.of("worker_failed"), []);
  });
}

Deno.test("PipeTransport waits a second to see whether a program ran that ends its output and not itself", async () => {
  await using folder = new TempFolder();
  const go = folder.join("go");
  await new Deno.Command("mkfifo", { args: [go] }).output();
  using pair = await TcpPair.open();
  await pair.client.closeWrite();
  const clock = new FakeClock();
  const command = await shell(`exec >&-; read -r word <'${go}'; exit 127`);
  await using serving = await serve(pair.server, command, { clock });
  await clock.pass(1000);
  assertEquals((await serving.events.first("connection_closed")).reason, "finished");
  await Deno.writeTextFile(go, "go\n");
  assertEquals((await serving.outcome()).exits, [{ status: 127, signal: null, reason: "exited" }]);
});

Deno.test("PipeTransport tells its guard of each program, and of its end", async () => {
  await using folder = new TempFolder();
  const file = folder.join("told");
  const command = await openProgram(["cat"]);
  const { Command } = Deno;
  let isGuard = true;
  using pair = await TcpPair.open();
  using _ = replaceDeno(
    "Command",
    class extends Command {
      constructor(path: string | URL, options?: Deno.CommandOptions) {
        const isFirst = isGuard && options?.stdin === "piped";
        if (isFirst) isGuard = false;
        // In the guard's place, what it is told is written down.
        super(isFirst ? "sh" : path, {
          ...options,
          ...(isFirst ? { args: ["-c", `exec cat >'${file}'`] } : {}),
        });
      }
    },
  );
  const serving = await serve(pair.server, command);
  await pair.client.closeWrite();
  await serving.served;
  await serving[Symbol.asyncDispose]();
  const { workerPid } = await serving.events.first("worker_started");
  assertEquals(await Deno.readTextFile(file), `+${workerPid}\n-${workerPid}\nend\n`);
});

Deno.test("PipeTransport serves with a worker, which is told who is connected", async () => {
  const url = `data:text/javascript,${
    encodeURIComponent(`export default async (connection) => {
      const { id, remoteAddr, localAddr } = connection;
      await connection.write(JSON.stringify({ id, remoteAddr, localAddr }) + "\\n");
      for await (const line of connection.lines()) await connection.write("<" + line + ">");
    };`)
  }`;
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, pipedWorker(url));
  await send(pair.client, "안녕\n");
  await pair.client.closeWrite();
  const [info = "", answer] = (await readAll(pair.client)).split("\n");
  const endpoint = ({ hostname, port }: Deno.NetAddr) => ({ hostname, port });
  assertEquals(JSON.parse(info), {
    id: 12,
    remoteAddr: endpoint(pair.client.localAddr),
    localAddr: endpoint(pair.client.remoteAddr),
  });
  assertEquals(answer, "<안녕>");
  assertEquals(await serving.outcome(), {
    reason: "finished",
    exits: [{ status: 0, signal: null, reason: "exited" }],
  });
  assertEquals((await serving.events.first("connection_closed")).bytesIn, 7);
});

Deno.test("PipeTransport echoes with a worker that has no handler, and ends it when the client is lost", async () => {
  using pair = await ResettablePair.open();
  await using serving = await serve(pair.conn, pipedWorker(null));
  await pair.reset();
  assertEquals(await serving.outcome(), {
    reason: "client_lost",
    exits: [{ status: 0, signal: null, reason: "killed_by_us" }],
  });
});

Deno.test("PipeTransport tells of a worker that somebody kills", async () => {
  using pair = await TcpPair.open();
  await using serving = await serve(pair.server, pipedWorker(null));
  await send(pair.client, "hello");
  assertEquals(await receive(pair.client, 5), "hello");
  Deno.kill((await serving.events.first("worker_started")).workerPid, "SIGKILL");
  assertEquals(await serving.outcome(), {
    reason: "worker_lost",
    exits: [{ status: null, signal: "SIGKILL", reason: "crashed" }],
  });
});

/** The status that a worker exits with, and why its connection closed. */
const STATUSES = [[0, "finished"], [1, "handler_failed"], [70, "worker_lost"], [
  2,
  "worker_lost",
]] as const;

for (const [status, reason] of STATUSES) {
  Deno.test(`PipeTransport says ${reason} of a connection whose worker exits with status ${status}`, async () => {
    using pair = await TcpPair.open();
    const { reasonOf } = pipedWorker(null);
    await using serving = await serve(pair.server, {
      ...await shell(`exit ${status}`),
      reasonOf,
    });
    assertEquals(await readAll(pair.client), "");
    assertEquals((await serving.outcome()).reason, reason);
  });
}
