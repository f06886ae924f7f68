import { Children, waitFor } from "../../../../ipc/posix/processes/children.ts";
import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import type { SpawnOptions } from "../../../../ipc/posix/processes/spawn.ts";
import { SocketStream } from "../../../../ipc/posix/sockets/socket_stream.ts";
import { assertEquals, assertRejects, assertThrows } from "../../../assert.ts";
import { readAll, send } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { listenOnFreePort, Pair, targetOf } from "../sockets.ts";

const EMPTY: SpawnOptions = { args: [], env: {}, inherits: new Set(), descriptors: new Map() };

/** Runs a shell script with a socket as its standard input and output, and resolves to all that it writes. */
async function outputOf(script: string, options: Partial<SpawnOptions> = {}): Promise<string> {
  await using children = new Children();
  using pair = new Pair();
  const descriptors = new Map([[0, pair.other], [1, pair.other], ...options.descriptors ?? []]);
  children.start("/bin/sh", { ...EMPTY, args: ["-c", script], ...options, descriptors });
  pair.other.close();
  using stream = new SocketStream(pair.one);
  return await readAll(stream);
}

posixTest("a program inherits the environment, but for what it is told otherwise", async () => {
  const env = { PATH: "/usr/bin:/bin", BROOD_TEST: "예" };
  const text = await outputOf("env", { env, inherits: undefined });
  const told = new Map(
    text.trimEnd().split("\n").map((line) => line.split("=", 2) as [string, string]),
  );
  assertEquals([told.get("PATH"), told.get("BROOD_TEST")], [env.PATH, env.BROOD_TEST]);
  assertEquals(told.get("HOME"), Deno.env.get("HOME"));
  assertEquals(text.match(/^PATH=/gm)?.length, 1);
});

posixTest(
  "a program inherits only what is named, where that is told, and what it is given",
  async () => {
    const inherits = new Set(["HOME", "PATH", "BROOD_HAS_NO_SUCH_VARIABLE"]);
    const text = await outputOf("exec env", { env: { PATH: "/usr/bin:/bin", A: "1" }, inherits });
    // The shell adds its folder.
    const lines = text.trimEnd().split("\n").filter((line) => !line.startsWith("PWD="));
    assertEquals(lines.toSorted(), ["A=1", `HOME=${Deno.env.get("HOME")}`, "PATH=/usr/bin:/bin"]);
  },
);

posixTest("Children.start() gives a program its socket, and tells its exit status", async () => {
  await using children = new Children();
  using pair = new Pair();
  const descriptors = new Map([[0, pair.other], [1, pair.other]]);
  const child = children.start("/bin/cat", { ...EMPTY, descriptors });
  pair.other.close();
  using stream = new SocketStream(pair.one);
  await send(stream, "question");
  await stream.closeWrite();
  assertEquals(await readAll(stream), "question");
  assertEquals(await child.status, { success: true, code: 0, signal: null, coreDumped: false });
});

posixTest(
  "a program gets its arguments, its environment and its folder, and no other",
  async () => {
    const options = {
      args: [
        "-c",
        'echo "$0|$1|$2|$A|$(env | grep -v "^\\(PWD\\|_\\|SHLVL\\|OLDPWD\\)=")"; pwd',
        "zero",
        "안녕",
        "",
      ],
      env: { A: "b=c d", PATH: "/usr/bin:/bin" },
      cwd: "/usr",
    };
    assertEquals(
      await outputOf("", options),
      "zero|안녕||b=c d|A=b=c d\nPATH=/usr/bin:/bin\n/usr\n",
    );
  },
);

posixTest(
  "a program starts in a session of its own, with no signal blocked and SIGPIPE as ever",
  async () => {
    const script = 'read -r line < /proc/self/stat; echo "$line"; exec cat /proc/self/status';
    const text = await outputOf(script, { env: { PATH: "/usr/bin:/bin" } });
    const [, pid, group, session] = /^(\d+) \(.*\) \S+ \d+ (\d+) (\d+)/.exec(text) ?? [];
    assertEquals([group, session], [pid, pid]);
    const masks = ["SigBlk", "SigIgn"].map((name) =>
      BigInt(`0x${new RegExp(`^${name}:\\s+(\\w+)`, "m").exec(text)?.[1]}`)
    );
    assertEquals([masks[0], (masks[1] ?? 0n) & 1n << 12n], [0n, 0n]);
  },
);

posixTest(
  "a program starts with those signals blocked that it is to take no notice of",
  async () => {
    const script = "exec cat /proc/self/status";
    const blocks = ["SIGTERM", "SIGUSR1"] as const;
    const text = await outputOf(script, { env: { PATH: "/usr/bin:/bin" }, blocks });
    const [, mask = ""] = /^SigBlk:\s+(\w+)$/m.exec(text) ?? [];
    assertEquals(BigInt(`0x${mask}`), 1n << 14n | 1n << 9n);
  },
);

posixTest("a program has the descriptors that it was given, and no other of ours", async () => {
  await using children = new Children();
  using pair = new Pair();
  using kept = new Pair();
  using listener = listenOnFreePort();
  const ours = [pair.one, pair.other, kept.one, kept.other, listener];
  const descriptors = new Map([[0, pair.one], [1, pair.one], [3, pair.other], [700, pair.one]]);
  const child = children.start("/bin/sleep", { ...EMPTY, args: ["600"], descriptors });
  try {
    const folder = `/proc/${child.pid}/fd`;
    const known = ours.map(({ number }) => targetOf(number));
    const got = Array.from(Deno.readDirSync(folder), ({ name }) => {
      return { number: Number(name), index: known.indexOf(targetOf(Number(name), child.pid)) };
    });
    // What the program has opened itself is not looked at, nor what is none of this test's.
    const gotOfOurs = got.filter(({ index }) => index !== -1).map(({ number, index }) => {
      return [number, index];
    });
    assertEquals(gotOfOurs.sort(), [[0, 0], [1, 0], [3, 1], [700, 0]]);
  } finally {
    child.kill("SIGKILL");
  }
});

posixTest(
  "a descriptor that has its number already is inherited, and two may change places",
  async () => {
    using pair = new Pair();
    const { one, other } = pair;
    const targets = [targetOf(one.number), targetOf(other.number)];
    const script = `readlink /proc/$$/fd/${one.number} /proc/$$/fd/${other.number}`;
    const env = { PATH: "/usr/bin:/bin" };
    const kept = new Map([[one.number, one], [other.number, other]]);
    assertEquals(
      (await outputOf(script, { descriptors: kept, env })).split("\n").slice(0, 2),
      targets,
    );
    const swapped = new Map([[one.number, other], [other.number, one]]);
    assertEquals(
      (await outputOf(script, { descriptors: swapped, env })).split("\n").slice(0, 2),
      targets.toReversed(),
    );
  },
);

posixTest(
  "Children tells the signal that ended a child, and kills none that was reaped",
  async () => {
    await using children = new Children();
    const child = children.start("/bin/sleep", { ...EMPTY, args: ["600"] });
    child.kill("SIGKILL");
    const killed = { success: false, code: 137, signal: "SIGKILL" as const, coreDumped: false };
    assertEquals(await child.status, killed);
    assertThrows(() => child.kill(), TypeError, "already terminated");
    const second = children.start("/bin/sleep", { ...EMPTY, args: ["600"] });
    second.kill();
    assertEquals((await second.status).signal, "SIGTERM");
  },
);

posixTest("Children reaps many that end at once, and each is told its own status", async () => {
  await using children = new Children();
  const codes = Array.from({ length: 20 }, (_, code) => code);
  const started = codes.map((code) =>
    children.start("/bin/sh", { ...EMPTY, args: ["-c", `exit ${code}`] })
  );
  const statuses = await Promise.all(started.map((child) => child.status));
  assertEquals(statuses.map(({ code }) => code), codes);
});

posixTest("Children leaves Deno's own children alone, and Deno leaves these", async () => {
  await using children = new Children();
  const ours = [1, 2, 3].map((code) =>
    children.start("/bin/sh", { ...EMPTY, args: ["-c", `exit ${code}`] })
  );
  const theirs = [4, 5, 6].map((code) =>
    new Deno.Command("/bin/sh", { args: ["-c", `exit ${code}`] }).spawn()
  );
  const all = await Promise.all([...ours, ...theirs].map((child) => child.status));
  assertEquals(all.map(({ code }) => code), [1, 2, 3, 4, 5, 6]);
});

posixTest("Children rejects where somebody else has reaped its child", async () => {
  await using children = new Children();
  const child = children.start("/bin/sh", { ...EMPTY, args: ["-c", "exit 3"] });
  let status = waitFor(child.pid);
  while (status === null) status = waitFor(child.pid);
  assertEquals(status.code, 3);
  assertEquals((await assertRejects(() => child.status, PosixError)).code, "ECHILD");
});

posixTest("a program that cannot be executed is the system's error, and leaves no process", () => {
  const children = new Children();
  const start = (path: string, options: Partial<SpawnOptions> = {}) =>
    assertThrows(() => children.start(path, { ...EMPTY, ...options }), PosixError);
  const missing = start("/no/such/program");
  assertEquals(
    missing.message,
    "Cannot run /no/such/program: No such file or directory (os error 2)",
  );
  assertEquals(start("/etc/passwd").code, "EACCES");
  assertEquals(start("/bin/true", { args: ["x".repeat(200_000)] }).code, "E2BIG");
  assertEquals(start("/bin/true", { cwd: "/no/such/folder" }).code, "ENOENT");
});

posixTest("Children.start() throws for what no program can be started with", () => {
  const children = new Children();
  const start = (path: string, options: Partial<SpawnOptions> = {}) => () =>
    children.start(path, { ...EMPTY, ...options });
  using pair = new Pair();
  pair.one.close();
  assertThrows(start("true"), TypeError, "no absolute path");
  assertThrows(start("/bin/true\0"), TypeError, "has a zero in it");
  assertThrows(start("/bin/true", { args: ["a\0b"] }), TypeError, "has a zero in it");
  assertThrows(start("/bin/true", { env: { "A=B": "c" } }), TypeError, "that is no name");
  assertThrows(start("/bin/true", { env: { "": "c" } }), TypeError, "that is no name");
  assertThrows(start("/bin/true", { descriptors: new Map([[-1, pair.other]]) }), RangeError);
  assertThrows(
    start("/bin/true", { descriptors: new Map([[0, pair.one]]) }),
    Deno.errors.BadResource,
  );
});

posixTest("waitFor() takes one process, and none that is no child", () => {
  for (const pid of [-1, 0, 1.5, NaN]) assertThrows(() => waitFor(pid), RangeError);
  assertEquals(assertThrows(() => waitFor(1), PosixError).code, "ECHILD");
});

posixTest(
  "what a program is started with is sound however much garbage is collected meanwhile",
  async () => {
    const env = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`NAME_${index}`, `${index}`.repeat(index)]),
    );
    const wanted = Object.entries(env).map(([name, value]) => `${name}=${value}`).sort();
    for (let round = 0; round < 10; round++) {
      const garbage = Array.from({ length: 200 }, (_, index) => new Uint8Array(index * 50));
      const options = { args: ["-c", "exec /usr/bin/env -u PWD -u _ -u SHLVL -u OLDPWD"], env };
      const lines = (await outputOf("", options)).trim().split("\n").sort();
      assertEquals([lines, garbage.length], [wanted, 200]);
    }
  },
);
