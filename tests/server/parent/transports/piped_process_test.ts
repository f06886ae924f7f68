import { systemClock } from "../../../../ipc/clock.ts";
import { signalGroup } from "../../../../server/parent/spawn/process_group.ts";
import { PipedProcess } from "../../../../server/parent/transports/piped_process.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { readAll, receive, send } from "../../../support/bytes.ts";
import { FakeClock } from "../../../support/fake_clock.ts";

/**
 * A shell script in a process group of its own, of which nothing is left at the end. A descendant that outlives its
 * test would say so: the output ends only when the last of the group has closed it.
 */
class Script implements AsyncDisposable {
  readonly process: PipedProcess;

  constructor(script: string) {
    const command = new Deno.Command("sh", {
      args: ["-c", script],
      stdin: "piped",
      stdout: "piped",
      // A shell tells there what a signal has ended.
      stderr: "null",
      detached: true,
    });
    this.process = new PipedProcess(command.spawn());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    signalGroup(this.process.pid, "SIGKILL");
    this.process.stream.close();
    await this.process.status;
  }
}

/** Lives on in the background, and says so when nobody ends it. */
const SURVIVOR = "(sleep 20; echo survived)";

Deno.test("PipedProcess carries the bytes of a program, each direction to its end", async () => {
  await using script = new Script("cat; printf bye; exit 3");
  const { stream, status } = script.process;
  await send(stream, "hello");
  assertEquals(await receive(stream, 5), "hello");
  await stream.closeWrite();
  assertEquals(await readAll(stream), "bye");
  assertEquals((await status).code, 3);
});

Deno.test("PipedProcess has the last line of a program that exits at once", async () => {
  await using script = new Script("echo last");
  await script.process.status;
  assertEquals(await readAll(script.process.stream), "last\n");
});

Deno.test("PipedProcess.closeInput() ends the program's input, and may be called again", async () => {
  await using script = new Script("cat; printf bye");
  const { process } = script;
  process.closeInput();
  process.closeInput();
  assertEquals(await readAll(process.stream), "bye");
  assertEquals((await process.status).code, 0);
  process.closeInput();
});

Deno.test("PipedProcess.closeInput() bears a program that has ended with its input unread", async () => {
  await using script = new Script("exit 0");
  const { process } = script;
  await process.status;
  await process.stream.write(new Uint8Array(8)).catch(() => {});
  process.closeInput();
  assertEquals(await readAll(process.stream), "");
});

Deno.test("PipedProcess.kill() ends a program with all that it has started", async () => {
  await using script = new Script(`${SURVIVOR} & ${SURVIVOR} & echo ready; wait`);
  const { process } = script;
  assertEquals(await receive(process.stream, 6), "ready\n");
  process.kill("SIGTERM");
  assertEquals((await process.status).signal, "SIGTERM");
  assertEquals(await readAll(process.stream), "");
});

Deno.test("PipedProcess.kill() sends the signal that it is told, or SIGTERM", async () => {
  for (const signal of ["SIGKILL", "SIGHUP", undefined] as const) {
    await using script = new Script("echo ready; exec sleep 20");
    const { process } = script;
    assertEquals(await receive(process.stream, 6), "ready\n");
    process.kill(signal);
    assertEquals((await process.status).signal, signal ?? "SIGTERM");
  }
});

Deno.test("PipedProcess.kill() reaches a program that has no group of its own yet", async () => {
  const command = new Deno.Command("sleep", { args: ["20"], stdin: "piped", stdout: "piped" });
  const process = new PipedProcess(command.spawn());
  process.kill("SIGTERM");
  assertEquals((await process.status).signal, "SIGTERM");
  process.stream.close();
});

Deno.test("PipedProcess.kill() throws TypeError when nothing is left of the group", async () => {
  await using script = new Script("exit 0");
  await script.process.status;
  assertThrows(() => script.process.kill("SIGTERM"), TypeError);
});

Deno.test("PipedProcess.kill() reaches what a program has left behind", async () => {
  await using script = new Script(`${SURVIVOR} & exit 0`);
  const { process } = script;
  await process.status;
  process.kill("SIGTERM");
  assertEquals(await readAll(process.stream), "");
});

Deno.test("PipedProcess.endGroup() does not wait where the program left nothing behind", async () => {
  await using script = new Script("exit 0");
  await script.process.status;
  const clock = new FakeClock();
  await script.process.endGroup(clock);
  assertEquals(clock.asked, []);
});

Deno.test("PipedProcess.endGroup() ends what a program has left behind", async () => {
  await using script = new Script(`${SURVIVOR} & exit 0`);
  const { process } = script;
  await process.status;
  await process.endGroup(systemClock);
  assertEquals(await readAll(process.stream), "");
});

Deno.test("PipedProcess.endGroup() kills after a second what ignores SIGTERM", async () => {
  await using script = new Script(`(trap "" TERM; echo ready; sleep 20; echo survived) & exit 0`);
  const { process } = script;
  assertEquals(await receive(process.stream, 6), "ready\n");
  await process.status;
  const clock = new FakeClock();
  const ended = process.endGroup(clock);
  for (let time = 1; time <= 10; time++) await clock.pass(100);
  await ended;
  assertEquals(await readAll(process.stream), "");
  assertEquals(clock.now(), 1000);
});

Deno.test("PipedProcess.endGroup() lets what is left clean up before it kills", async () => {
  await using script = new Script(
    `(trap 'echo cleaned; exit' TERM; echo ready; while :; do sleep 0.01; done) & exit 0`,
  );
  const { process } = script;
  assertEquals(await receive(process.stream, 6), "ready\n");
  await process.status;
  await process.endGroup(systemClock);
  assertEquals(await readAll(process.stream), "cleaned\n");
});

Deno.test("signalGroup() tells whether there is such a group", async () => {
  await using script = new Script("echo ready; exec cat");
  const { process: { pid, stream, status } } = script;
  assertEquals(await receive(stream, 6), "ready\n");
  assertEquals(signalGroup(pid, "SIGCONT"), true);
  assertEquals(signalGroup(pid, "SIGKILL"), true);
  assertEquals((await status).signal, "SIGKILL");
  assertEquals(signalGroup(pid, "SIGCONT"), false);
});
