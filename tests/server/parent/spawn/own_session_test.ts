import {
  openSessions,
  type SessionCommand,
  type SessionSpawn,
} from "../../../../server/parent/spawn/own_session.ts";
import { ChildStream } from "../../../../ipc/transports/pipe.ts";
import { assertEquals, assertNotEquals, assertThrows } from "../../../assert.ts";
import { replaceDeno } from "../../replaced_deno.ts";
import { systemError } from "../../../support/system_error.ts";
import { readAll, receive, send } from "../../../support/bytes.ts";
import { writeProgram } from "../../../support/program_file.ts";
import { replaceEnv } from "../../../support/replaced_env.ts";
import { TempFolder } from "../../../support/temp_folder.ts";

/** The group and session of a process (proc_pid_stat(5)). */
function sessionOf(pid: number): { readonly group: number; readonly session: number } {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { group: Number(group), session: Number(session) };
}

/** Where setsid(1) is not found. */
async function openWithoutSetsid(): Promise<SessionSpawn> {
  await using folder = new TempFolder();
  using _ = replaceEnv({ PATH: folder.path });
  return await openSessions(null);
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Each way to start a process in a session of its own; a launcher is written into `folder`. */
const WAYS: readonly (readonly [string, (folder: TempFolder) => Promise<SessionSpawn>])[] = [
  ["openSessions()", (folder) => openSessions(folder.join("launch"))],
  ["openSessions() without a launcher", () => openSessions(null)],
  ["openSessions() without a launcher and setsid(1)", openWithoutSetsid],
];

/** Starts a program, and reaps it. */
async function run(spawn: SessionSpawn, command: Partial<SessionCommand>): Promise<string> {
  const child = spawn({ path: "/bin/sh", args: [], ...command }, "piped");
  const stream = new ChildStream(child);
  await stream.closeWrite();
  const output = await readAll(stream);
  await child.status;
  stream.close();
  return output;
}

for (const [way, open] of WAYS) {
  Deno.test({
    name: `${way} starts a program in a session and group of its own, led by the pid it returns`,
    // Only Linux has /proc.
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using folder = new TempFolder();
      const spawn = await open(folder);
      const child = spawn({ path: "/bin/cat", args: [] }, "piped");
      const stream = new ChildStream(child);
      await send(stream, "ready");
      assertEquals(await receive(stream, 5), "ready");
      assertEquals(sessionOf(child.pid), { group: child.pid, session: child.pid });
      assertNotEquals(sessionOf(Deno.pid).session, child.pid);
      assertNotEquals(sessionOf(Deno.pid).group, child.pid);
      await stream.closeWrite();
      assertEquals((await child.status).code, 0);
      stream.close();
    },
  });

  Deno.test(`${way} hands a program its arguments as they are`, async () => {
    await using folder = new TempFolder();
    const args = ["-c", `printf '%s|' "$0" "$@"`, "--wait", "-f", "a  b", "", "$HOME", "it's"];
    const spawn = await open(folder);
    assertEquals(await run(spawn, { args }), "--wait|-f|a  b||$HOME|it's|");
  });

  Deno.test(`${way} adds to the environment, and takes nothing away`, async () => {
    await using folder = new TempFolder();
    const spawn = await open(folder);
    const script = 'printf "%s %s" "$PATH" "$TCPREMOTEIP"';
    const output = await run(spawn, { args: ["-c", script], env: { TCPREMOTEIP: "192.0.2.1" } });
    assertEquals(output, `${Deno.env.get("PATH")} 192.0.2.1`);
  });

  Deno.test(`${way} starts a program whose status is its own`, async () => {
    await using folder = new TempFolder();
    const spawn = await open(folder);
    const child = spawn({ path: "/bin/sh", args: ["-c", "exit 42"] }, "null");
    assertEquals(await child.status, { success: false, code: 42, signal: null });
  });

  Deno.test(`${way} leaves a script without an interpreter's name to a shell`, async () => {
    await using folder = new TempFolder();
    const path = folder.join("script");
    await writeProgram(path, `printf '%s|' "$@"`);
    const spawn = await open(folder);
    assertEquals(await run(spawn, { path, args: ["a  b", "c"] }), "a  b|c|");
  });
}

/** What is started, in place of starting it: its command line. Fails with each of these errors first. */
function recordSpawns(...failures: Error[]) {
  const spawns: string[][] = [];
  const replaced = replaceDeno(
    "Command",
    class {
      readonly #words: string[];
      constructor(path: string, { args, detached }: Deno.CommandOptions) {
        this.#words = [path, ...args ?? [], ...detached === true ? ["(detached)"] : []];
      }
      spawn(): object {
        spawns.push(this.#words);
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        return {};
      }
    },
  );
  return { spawns, [Symbol.dispose]: () => replaced[Symbol.dispose]() };
}

const PROGRAM: SessionCommand = { path: "/bin/program", args: ["a"] };

for (
  const [way, open, before] of [
    ["the launcher", (launcher) => openSessions(launcher), ["launch"]],
    ["setsid(1)", () => openSessions(null), ["setsid", "--"]],
    ["Deno's detached", openWithoutSetsid, []],
  ] satisfies [string, (launcher: string) => Promise<SessionSpawn>, string[]][]
) {
  Deno.test({
    name: `openSessions() starts programs with ${way}, where that is the best there is`,
    // Only Linux has others than Deno's.
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using folder = new TempFolder();
      const spawn = await open(folder.join("launch"));
      using recorded = recordSpawns();
      spawn(PROGRAM, "null");
      const [[path = "", ...args] = []] = recorded.spawns;
      const detached = before.length === 0 ? ["(detached)"] : [];
      assertEquals([path.replace(/.*\//, ""), ...args], [
        ...before,
        before.length === 0 ? "program" : "/bin/program",
        "a",
        ...detached,
      ]);
    },
  });
}

Deno.test({
  name: "openSessions() stays with its way when a program cannot be started for want of processes",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = new TempFolder();
    const spawn = await openSessions(folder.join("launch"));
    using recorded = recordSpawns(systemError("EAGAIN"));
    assertThrows(() => spawn(PROGRAM, "null"), Error, "EAGAIN");
    spawn(PROGRAM, "null");
    const [first, second] = recorded.spawns;
    assertEquals([recorded.spawns.length, second], [2, first]);
  },
});

/** Programs that cannot be executed, how they are made, and what is said of them. */
const NOT_EXECUTABLE: readonly (readonly [string, (path: string) => unknown, string])[] = [
  ["is gone", () => {}, "no such file or directory"],
  [
    "may not be executed",
    (path) => Deno.writeTextFile(path, "echo executed", { mode: 0o644 }),
    "permission denied",
  ],
  [
    "has no interpreter",
    (path) => Deno.writeTextFile(path, "#!/no/such/shell -x\n", { mode: 0o755 }),
    "there is no /no/such/shell to interpret it",
  ],
];

for (const [way, open] of WAYS.slice(0, 2)) {
  for (const [what, make, fault] of NOT_EXECUTABLE) {
    Deno.test({
      name: `${way} tells of a program that ${what}`,
      // Elsewhere the spawn fails.
      ignore: Deno.build.os !== "linux",
      async fn() {
        await using folder = new TempFolder();
        const path = folder.join("program");
        await make(path);
        const child = (await open(folder))({ path, args: [] }, "null");
        const why = child.whyNotExecuted(await child.status);
        assertEquals(why, `Cannot execute ${path}: ${fault}`);
      },
    });
  }
}

Deno.test({
  name: "openSessions() tells of a program that cannot be executed although nothing is to be seen",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = new TempFolder();
    const path = folder.join("program");
    await Deno.writeTextFile(path, "echo executed", { mode: 0o755 });
    // A file that somebody may write to cannot be executed: ETXTBSY.
    using _open = await Deno.open(path, { write: true });
    const spawn = await openSessions(folder.join("launch"));
    const child = spawn({ path, args: [] }, "null");
    const why = child.whyNotExecuted(await child.status);
    assertEquals(why, `Cannot execute ${path}: the system does not say why`);
  },
});

for (const [way, open] of WAYS) {
  for (const status of [0, 126, 127]) {
    Deno.test(`${way} tells nothing of a program that exits with status ${status} itself`, async () => {
      await using folder = new TempFolder();
      const spawn = await open(folder);
      const child = spawn({ path: "/bin/sh", args: ["-c", `exit ${status}`] }, "null");
      const ended = await child.status;
      assertEquals([ended.code, child.whyNotExecuted(ended)], [status, null]);
    });
  }
}

Deno.test("openSessions() goes on without a launcher that was removed since", async () => {
  await using folder = new TempFolder();
  const launcher = folder.join("launch");
  const spawn = await openSessions(launcher);
  if (exists(launcher)) await Deno.remove(launcher);
  for (const text of ["one", "two"]) {
    assertEquals(await run(spawn, { args: ["-c", `printf ${text}`] }), text);
  }
});

Deno.test("openSessions() without a launcher and setsid(1) throws the operating system's error for a program that is gone", async () => {
  await using folder = new TempFolder();
  const spawn = await openWithoutSetsid();
  const path = folder.join("gone");
  assertThrows(() => spawn({ path, args: [] }, "piped"), Deno.errors.NotFound);
});
