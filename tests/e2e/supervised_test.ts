/** A server under runit and s6, as the examples have it, and a log that logrotate rotates. */

import { assert, assertEquals, assertMatch } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { isRunning, processesWith, RunningProcess, runToEnd, until } from "./process.ts";
import { type Program, type TestOptions, testProgram } from "./program.ts";
import { TestClient } from "./server.ts";

const EXAMPLES = decodeURIComponent(new URL("../../examples/", import.meta.url).pathname);
const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;

/** What an example is called with: as root, whose program every user can execute. */
const SUPERVISED: TestOptions = {
  forms: ["compiled"],
  impossible: isRoot ? undefined : "only root may become another user",
};

/** The ports that the examples have; a test takes free ones. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A copy of an example, which runs this program at other ports, and rotates its log sooner. */
async function copyOf(example: string, { path }: Program, folder: TempFolder) {
  const copy = folder.join("brood");
  const ports = { server: freePort(), status: freePort() };
  await runToEnd(["cp", "-r", `${EXAMPLES}${example}`, copy]);
  for (const script of ["run", "log/run", "data/check"]) {
    const file = `${copy}/${script}`;
    const text = await Deno.readTextFile(file).catch(() => null);
    if (text === null) continue;
    const edited = text.replace("/usr/local/bin/brood", path)
      .replaceAll("9000", String(ports.server))
      .replaceAll("9001", String(ports.status))
      .replace("s1000000", "s10000");
    await Deno.writeTextFile(file, edited);
  }
  return { copy, port: ports.server };
}

/** The text of a file, or of none that is there. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "";
  }
}

/** A folder in which another user may make one: the server has its sockets there. */
function openFolder(): TempFolder {
  const folder = new TempFolder();
  Deno.chmodSync(folder.path, 0o1777);
  return folder;
}

/** Ends a supervisor, and with it what it supervises; nothing where it has ended. */
async function end(supervisor: RunningProcess): Promise<void> {
  if (await isRunning(supervisor.pid)) supervisor.signal("SIGTERM");
  await supervisor.ended();
}

/** Talks until the log has been rotated, and looks whether nothing of it was lost on the way. */
async function assertRotates(port: number, log: string): Promise<void> {
  using client = await TestClient.connect({ hostname: "127.0.0.1", port });
  const older = () => [...Deno.readDirSync(log)].filter(({ name }) => name.startsWith("@"));
  let said = 0;
  while (older().length < 2) {
    await client.roundTrip(`${said++} ${"x".repeat(500)}\n`);
  }
  // The names of the older ones are their times.
  const textOfAll = async () => {
    const files = [...older().map(({ name }) => name).toSorted(), "current"];
    return (await Promise.all(files.map((name) => readIfThere(`${log}/${name}`)))).join("");
  };
  await until(async () => (await textOfAll()).includes(`"text":"${said - 1} x`), "the last line");
  const seen = [...(await textOfAll()).matchAll(/"text":"(\d+) x/g)].map(([, number]) =>
    Number(number)
  );
  assertEquals(seen, Array.from({ length: said }, (_, number) => number));
}

testProgram("the example for runit serves, and its log is rotated", async (program) => {
  await using folder = openFolder();
  const { copy, port } = await copyOf("runit", program, folder);
  const env = { TMPDIR: folder.path, XDG_RUNTIME_DIR: "" };
  await using supervisor = new RunningProcess(["runsv", copy], { env });
  // Killed, it would leave what it supervises.
  await using _ = { [Symbol.asyncDispose]: () => end(supervisor) };
  const log = `${copy}/log/main`;
  const isListening = async () => (await readIfThere(`${log}/current`)).includes('"listening"');
  await until(isListening, "a server that listens");
  assertMatch(await readIfThere(`${log}/current`), /^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.\d+ \{/);
  await assertRotates(port, log);
  await end(supervisor);
  await until(async () => (await readIfThere(`${log}/current`)).includes('"stopped"'), "its end");
  assertEquals(await processesWith(folder.path), []);
}, { ...SUPERVISED, needs: ["runsv", "svlogd"] });

testProgram(
  "the example for s6 is ready when it serves, and its log is rotated",
  async (program) => {
    await using folder = openFolder();
    const { copy, port } = await copyOf("s6", program, folder);
    const env = { TMPDIR: folder.path, XDG_RUNTIME_DIR: "" };
    await using supervisor = new RunningProcess(["s6-svscan", folder.path], { env });
    // Killed, it would leave what it supervises.
    await using _ = { [Symbol.asyncDispose]: () => end(supervisor) };
    const isSupervised = async () => {
      const { status } = await runToEnd(["s6-svok", copy]);
      return status === 0;
    };
    await until(isSupervised, "a supervisor");
    const ready = await runToEnd(["s6-svwait", "-U", "-t", "60000", copy]);
    assertEquals([ready.status, ready.stderr], [0, ""]);
    await assertRotates(port, `${copy}/log/main`);
    const pid = Number((await runToEnd(["s6-svstat", "-p", copy])).stdout);
    assert(await isRunning(pid));
    const down = await runToEnd(["s6-svc", "-wD", "-d", copy]);
    assertEquals([down.status, down.stderr], [0, ""]);
    assert(!await isRunning(pid));
    assertMatch(await readIfThere(`${copy}/log/main/current`), /"stopped"/);
    await end(supervisor);
    await until(async () => (await processesWith(folder.path)).length === 0, "the end of all");
  },
  { ...SUPERVISED, needs: ["s6-svscan", "s6-notifyoncheck", "s6-log", "curl"] },
);

testProgram(
  "a log that logrotate copies and empties goes on at its beginning",
  async ({ path, args }) => {
    await using folder = new TempFolder();
    const log = folder.join("brood.log");
    const config = folder.join("logrotate");
    const example = await Deno.readTextFile(`${EXAMPLES}logrotate/brood`);
    await Deno.writeTextFile(config, example.replace("/var/log/brood.log {", `${log} {`), {
      mode: 0o600,
    });
    const script = 'log=$1; shift; exec "$@" >> "$log"';
    const command = [path, ...args, "server", "--log", "json", "0"];
    const env = { TMPDIR: folder.path, XDG_RUNTIME_DIR: "" };
    await using server = new RunningProcess(["sh", "-c", script, "sh", log, ...command], { env });
    const has = (text: string) => async () => (await readIfThere(log)).includes(text);
    await until(has('"listening"'), "a server that listens");
    const [, port] = /"port":(\d+)/.exec(await readIfThere(log)) ?? [];
    using client = await TestClient.connect({ hostname: "127.0.0.1", port: Number(port) });
    await client.roundTrip("before\n");
    await until(has('"text":"before'), "the first line");
    const rotation = await runToEnd([
      "logrotate",
      "--force",
      "--state",
      folder.join("state"),
      config,
    ]);
    assertEquals([rotation.status, rotation.stderr], [0, ""]);
    await client.roundTrip("after\n");
    await until(has('"text":"after'), "the line after it");
    const text = await readIfThere(log);
    assertEquals(JSON.parse(text.split("\n")[0] ?? "")["text"], "after\n");
    const older = await runToEnd(["zcat", `${log}.1.gz`]);
    assertMatch(older.stdout, /^\{.*"listening"[^]*"text":"before\\n".*\}\n$/);
    client.close();
    server.signal("SIGTERM");
    assertEquals((await server.ended()).code, 0);
  },
  { forms: ["compiled"], needs: ["logrotate", "zcat"] },
);
