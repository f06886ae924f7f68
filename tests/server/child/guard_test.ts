import { type Clock, systemClock } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { formatArgv } from "../../../cli/flags.ts";
import { selfCommand } from "../../../cli/self.ts";
import { GUARD_COMMAND, GUARD_FLAGS, MARK } from "../../../server/child/guard.ts";
import { GuardProcess } from "../../../server/parent/process/guard_process.ts";
import { signalGroup } from "../../../server/parent/spawn/process_group.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";
import { bytesOf, readAll, receive } from "../../support/bytes.ts";
import { ChildStream } from "../../../ipc/transports/pipe.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { systemError } from "../../support/system_error.ts";
import { RecordedEvents } from "../recorded_events.ts";
import { replaceDeno, unstartable } from "../replaced_deno.ts";

/** The mark of the guards here. */
const MARKED = crypto.randomUUID();

/** Sleeps in a process group of its own, until somebody ends it. */
class Sleeper implements AsyncDisposable {
  readonly #child = new Deno.Command("sleep", { args: ["20"], detached: true }).spawn();
  readonly pid = this.#child.pid;

  /** The signal that has ended it; null if nobody has. */
  async endedBy(): Promise<Deno.Signal | null> {
    return (await this.#child.status).signal;
  }

  /** Ends it, unless somebody has before: `endedBy` tells who was first. */
  end(): void {
    signalGroup(this.pid, "SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    signalGroup(this.pid, "SIGKILL");
    await this.#child.status;
  }
}

/** A guard that is told these pieces, and then nothing any more. Resolves to its exit status. */
async function runGuard(...pieces: readonly string[]): Promise<number> {
  const { path, args } = selfCommand(GUARD_COMMAND, formatArgv(GUARD_FLAGS, { mark: MARKED }));
  const child = new Deno.Command(path, { args: [...args], stdin: "piped", stdout: "null" }).spawn();
  const input = child.stdin.getWriter();
  for (const piece of pieces) await input.write(bytesOf(piece));
  await input.close();
  return (await child.status).code;
}

Deno.test("The guard kills every group that it was told of when its input ends", async () => {
  await using first = new Sleeper();
  await using second = new Sleeper();
  assertEquals(await runGuard(`+${first.pid}\n+${second.pid}\n`), 0);
  assertEquals([await first.endedBy(), await second.endedBy()], ["SIGKILL", "SIGKILL"]);
});

Deno.test("The guard kills what it was never told of, but finds by its mark", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const start = (env: Record<string, string>) =>
    new Deno.Command("sleep", { args: ["20"], env, detached: true }).spawn();
  const marked = start({ [MARK]: MARKED });
  const others = [start({ [MARK]: `${MARKED}0` }), start({ [MARK]: "" })];
  assertEquals(await runGuard(), 0);
  assertEquals((await marked.status).signal, "SIGKILL");
  for (const other of others) {
    other.kill("SIGTERM");
    assertEquals((await other.status).signal, "SIGTERM");
  }
});

Deno.test("The guard looks for no mark when its server ends well", async () => {
  const env = { [MARK]: MARKED };
  const marked = new Deno.Command("sleep", { args: ["20"], env, detached: true }).spawn();
  await using told = new Sleeper();
  assertEquals(await runGuard(`+${told.pid}\n`, "end\n"), 0);
  assertEquals(await told.endedBy(), "SIGKILL");
  marked.kill("SIGTERM");
  assertEquals((await marked.status).signal, "SIGTERM");
});

Deno.test("The guard leaves alone what it was told to forget, and what it was never told of", async () => {
  await using forgotten = new Sleeper();
  await using unknown = new Sleeper();
  await using watched = new Sleeper();
  const lines = `+${forgotten.pid}\n+${watched.pid}\n-${forgotten.pid}\n`;
  assertEquals(await runGuard(lines), 0);
  forgotten.end();
  unknown.end();
  watched.end();
  assertEquals([await forgotten.endedBy(), await unknown.endedBy(), await watched.endedBy()], [
    "SIGTERM",
    "SIGTERM",
    "SIGKILL",
  ]);
});

Deno.test("The guard watches a pid again that it was told to forget before", async () => {
  await using sleeper = new Sleeper();
  const { pid } = sleeper;
  assertEquals(await runGuard(`+${pid}\n`, `-${pid}\n`, `+${pid}\n`), 0);
  assertEquals(await sleeper.endedBy(), "SIGKILL");
});

Deno.test("The guard reads lines however they are cut, and heeds no line without its end", async () => {
  await using watched = new Sleeper();
  await using forgotten = new Sleeper();
  await using cut = new Sleeper();
  const lines = `+${watched.pid}\n+${forgotten.pid}\n-${forgotten.pid}\n+${cut.pid}`;
  assertEquals(await runGuard(...lines), 0);
  forgotten.end();
  cut.end();
  assertEquals([await watched.endedBy(), await forgotten.endedBy(), await cut.endedBy()], [
    "SIGKILL",
    "SIGTERM",
    "SIGTERM",
  ]);
});

Deno.test("The guard reads more lines than its buffer holds", async () => {
  await using forgotten = new Sleeper();
  await using watched = new Sleeper();
  const lines = [`+${forgotten.pid}`, `-${forgotten.pid}`];
  const all = [...Array.from({ length: 4000 }, () => lines).flat(), `+${watched.pid}`, ""];
  assertEquals(await runGuard(all.join("\n")), 0);
  forgotten.end();
  assertEquals([await forgotten.endedBy(), await watched.endedBy()], ["SIGTERM", "SIGKILL"]);
});

Deno.test("The guard kills all that is in the group of a program, also when that has ended", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", '(trap "" TERM HUP; echo ready; sleep 20; echo survived) & exit 0'],
    stdin: "piped",
    stdout: "piped",
    detached: true,
  }).spawn();
  const stream = new ChildStream(child);
  try {
    assertEquals(await receive(stream, 6), "ready\n");
    await child.status;
    assertEquals(await runGuard(`+${child.pid}\n`), 0);
    assertEquals(await readAll(stream), "");
  } finally {
    signalGroup(child.pid, "SIGKILL");
    stream.close();
  }
});

Deno.test("The guard goes on to the next group where one has ended, and kills a process without a group too", async () => {
  const ended = new Deno.Command("true", { detached: true }).spawn();
  await ended.status;
  const ungrouped = new Deno.Command("sleep", { args: ["20"] }).spawn();
  await using last = new Sleeper();
  assertEquals(await runGuard(`+${ended.pid}\n+${ungrouped.pid}\n+${last.pid}\n`), 0);
  try {
    ungrouped.kill("SIGTERM");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  assertEquals((await ungrouped.status).signal, "SIGKILL");
  assertEquals(await last.endedBy(), "SIGKILL");
});

/** A guard of a server, and its process, which the server keeps to itself. */
function startGuard(clock: Clock = systemClock) {
  const events = new RecordedEvents();
  const children: Deno.ChildProcess[] = [];
  using _ = replaceDeno(
    "Command",
    class extends Deno.Command {
      override spawn(): Deno.ChildProcess {
        const child = super.spawn();
        children.push(child);
        return child;
      }
    },
  );
  const guard = new GuardProcess({ events: events.bus, clock });
  const [child] = children;
  assert(child !== undefined);
  return { guard, events, child };
}

Deno.test("GuardProcess has what it watches killed when its input ends, and not what it has forgotten", async () => {
  await using watched = new Sleeper();
  await using forgotten = new Sleeper();
  const { guard, events } = startGuard();
  guard.watch(watched.pid);
  guard.watch(forgotten.pid);
  guard.forget(forgotten.pid);
  await guard[Symbol.asyncDispose]();
  forgotten.end();
  assertEquals(await watched.endedBy(), "SIGKILL");
  assertEquals(await forgotten.endedBy(), "SIGTERM");
  assertEquals(events.all, []);
});

Deno.test("GuardProcess ends its process when it is disposed, and tells nothing", async () => {
  const { guard, events, child } = startGuard();
  await guard[Symbol.asyncDispose]();
  assertEquals(await child.status, { success: true, code: 0, signal: null });
  assertEquals(events.all, []);
});

Deno.test("GuardProcess kills a guard that was stopped, and has more to read than its pipe holds", async () => {
  const clock = new FakeClock();
  const { guard, events, child } = startGuard(clock);
  child.kill("SIGSTOP");
  for (let pid = 1_000_000; pid < 1_010_000; pid++) guard.watch(pid);
  const disposed = guard[Symbol.asyncDispose]();
  await clock.pass(1000);
  await disposed;
  assertEquals((await child.status).signal, "SIGKILL");
  assertEquals(events.all, []);
});

Deno.test("GuardProcess tells of a guard that somebody kills, and bears to be used on", async () => {
  await using sleeper = new Sleeper();
  const { guard, events, child } = startGuard();
  child.kill("SIGKILL");
  assertEquals(await events.first("guard_lost"), {
    event: "guard_lost",
    error: `The guard (pid ${child.pid}) is gone: ` +
      "what it guards may outlive this server if it is killed",
  });
  guard.watch(sleeper.pid);
  guard.forget(sleeper.pid);
  await guard[Symbol.asyncDispose]();
  assertEquals(events.all.length, 1);
});

Deno.test({
  name: "GuardProcess is not in the terminal's foreground group: a Ctrl-C is not for it",
  // Only Linux has /proc.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { guard, child } = startGuard();
    const stat = Deno.readTextFileSync(`/proc/${child.pid}/stat`);
    const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    await guard[Symbol.asyncDispose]();
    assertEquals(Number(group), child.pid);
  },
});

Deno.test("A guard that cannot be started is told as that", () => {
  using _ = replaceDeno("Command", unstartable(systemError("EMFILE")));
  const start = () => new GuardProcess({ events: new RecordedEvents().bus, clock: systemClock });
  assertEquals(
    assertThrows(start, OperationalError).message,
    "Cannot start the guard: too many open files in this process (see ulimit -n)",
  );
});
