import { openSessions, type SessionCommand, type SessionSpawn } from "../../server/own_session.ts";
import { ChildStream } from "../../ipc/transports/pipe.ts";
import { assertEquals, assertNotEquals, assertThrows } from "../assert.ts";
import { readAll, receive, send } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";

/** The group and session of a process (proc_pid_stat(5)). */
function sessionOf(pid: number): { readonly group: number; readonly session: number } {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [, , group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { group: Number(group), session: Number(session) };
}

/** Where setsid(1) is not found. */
async function openWithoutSetsid(): Promise<SessionSpawn> {
  await using folder = new TempFolder();
  const path = Deno.env.get("PATH") ?? "";
  const [shell = "/bin/sh"] = path.split(":").map((entry) => `${entry}/sh`).filter(exists);
  await Deno.symlink(shell, folder.join("sh"));
  Deno.env.set("PATH", folder.path);
  try {
    return await openSessions();
  } finally {
    Deno.env.set("PATH", path);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const WAYS = [["openSessions()", openSessions], [
  "openSessions() without setsid(1)",
  openWithoutSetsid,
]] as const;

/** Starts a program, and reaps it. */
async function run(spawn: SessionSpawn, command: Partial<SessionCommand>): Promise<string> {
  const child = spawn({ path: "/bin/sh", args: [], env: {}, ...command });
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
      const spawn = await open();
      const child = spawn({ path: "/bin/cat", args: [], env: {} });
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
    const args = ["-c", `printf '%s|' "$0" "$@"`, "--wait", "-f", "a  b", "", "$HOME", "it's"];
    assertEquals(await run(await open(), { args }), "--wait|-f|a  b||$HOME|it's|");
  });

  Deno.test(`${way} adds to the environment, and takes nothing away`, async () => {
    const spawn = await open();
    const script = 'printf "%s %s" "$PATH" "$TCPREMOTEIP"';
    const output = await run(spawn, { args: ["-c", script], env: { TCPREMOTEIP: "192.0.2.1" } });
    assertEquals(output, `${Deno.env.get("PATH")} 192.0.2.1`);
  });

  Deno.test(`${way} starts a program whose status is its own`, async () => {
    const spawn = await open();
    const child = spawn({ path: "/bin/sh", args: ["-c", "exit 42"], env: {} });
    const stream = new ChildStream(child);
    assertEquals(await child.status, { success: false, code: 42, signal: null });
    stream.close();
  });
}

Deno.test("openSessions() without setsid(1) throws the operating system's error for a program that is gone", async () => {
  await using folder = new TempFolder();
  const spawn = await openWithoutSetsid();
  const path = folder.join("gone");
  assertThrows(() => spawn({ path, args: [], env: {} }), Deno.errors.NotFound);
});
