/** A server that root starts with `--user`: it binds, and is that user's from then on, with all that it starts. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "../assert.ts";
import { readAll } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { childrenOf, runToEnd } from "./process.ts";
import { fixture, type Program, type TestOptions, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const isRoot = Deno.build.os === "linux" && Deno.uid() === 0;
const NEEDS_ROOT: TestOptions = isRoot ? {} : { impossible: "only root may become another user" };

/** Deno itself may be where only root can execute it, as under `/root`. */
const COMPILED: TestOptions = { ...NEEDS_ROOT, forms: ["compiled"] };

const NOBODY = 65_534;

/** A folder that every user may write to, as `/tmp`; what is left in it is its test's business. */
function openFolder(): TempFolder {
  const folder = new TempFolder();
  Deno.chmodSync(folder.path, 0o1777);
  return folder;
}

/** Whose each thread of a process is: as `/proc` has it in lines, the same ones only once. */
async function ownersOf(pid: number): Promise<string[]> {
  const texts = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    texts.push(await Deno.readTextFile(`/proc/${pid}/task/${name}/status`));
  }
  const lines = texts.map((text) =>
    text.match(/^(Uid|Gid|Groups|CapPrm|CapEff):.*$/gm)?.join("\n")
  );
  return [...new Set(lines)].map((text) => text?.replace(/\t/g, " ").replace(/ +$/gm, "") ?? "");
}

/** What {@linkcode ownersOf} says of a process that is wholly that user's. */
function ownedBy(uid: number, groups: readonly number[], gid = uid): string[] {
  const four = (id: number) => Array(4).fill(id).join(" ");
  const none = "0000000000000000";
  const lines = [`Uid: ${four(uid)}`, `Gid: ${four(gid)}`, `Groups: ${groups.join(" ")}`.trimEnd()];
  return [[...lines, `CapPrm: ${none}`, `CapEff: ${none}`].join("\n")];
}

/** A port below 1024 that is free. Nobody but root may listen there, unless the system says otherwise. */
function freeLowPort(): number {
  for (let port = 1023; port > 0; port--) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("Every port below 1024 is taken");
}

/** Runs a server to its end, which has to come at its start. */
async function refusalOf(
  { path, args }: Program,
  flags: readonly string[],
  wrapper: readonly string[] = [],
): Promise<string> {
  const { status, stdout, stderr } = await runToEnd([
    ...wrapper,
    path,
    ...args,
    "server",
    ...flags,
  ]);
  assertEquals([status, stdout], [1, ""]);
  return stderr;
}

for (const user of ["nobody", "nobody:nogroup", "65534", "65534:65534"]) {
  testProgram(`--user ${user}: every thread of the server is that user's`, async (program) => {
    await using folder = openFolder();
    const flags = ["--user", user];
    const command = ["sh", "-c", "id -u; id -g; id -G; cat"];
    await using server = await TestServer.start(program, { folder: folder.path, flags, command });
    assertEquals(await ownersOf(server.pid), ownedBy(NOBODY, [NOBODY]));
    using client = await server.connect();
    await client.closeWrite();
    const said = new TextDecoder().decode(await client.receive(1000));
    assertEquals(said, `${NOBODY}\n`.repeat(3));
  }, COMPILED);
}

testProgram("--user: the file of a Unix-domain socket is that user's", async (program) => {
  await using folder = openFolder();
  const path = folder.join("echo.sock");
  const flags = ["--log", "json", "--user", "nobody", "--host", `unix:${path}`];
  await using _server = await TestServer.start(program, {
    ...{ folder: folder.path, flags, port: null },
  });
  const { uid, gid } = await Deno.stat(path);
  assertEquals([uid, gid], [NOBODY, NOBODY]);
  // Nobody else may connect but root.
  const client = ["socat", "-t10", "-", `UNIX-CONNECT:${path}`];
  const asUser = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const { stdout } = await runToEnd([...asUser, ...client], { input: "mine\n" });
  assertEquals(stdout, "mine\n");
}, { ...COMPILED, needs: ["socat", "setpriv"] });

testProgram("--user NAME:GROUP has that group and no other", async (program) => {
  await using folder = openFolder();
  const flags = ["--user", "nobody:daemon"];
  // The groups that root has besides are given up, too.
  const wrapper = ["setpriv", "--groups", "0,4,27"];
  const start = { folder: folder.path, flags, wrapper, command: ["cat", "/proc/self/status"] };
  await using server = await TestServer.start(program, start);
  assertEquals(await ownersOf(server.pid), ownedBy(NOBODY, [1], 1));
  using conn = await Deno.connect({ port: server.port });
  assertMatch(await readAll(conn), /^Groups:\t1 ?$/m);
}, { ...COMPILED, needs: ["setpriv"] });

const SERVINGS = [
  ["--transport", "unix"],
  ["--transport", "pipe"],
  ["--transport", "socket"],
  ["--transport", "unix", "--handler", "echo_handler.js"],
  ["--transport", "socket", "--mode", "prefork", "--workers", "2"],
] as const;

for (const how of SERVINGS) {
  testProgram(
    `--user, ${how.join(" ")}: all that the server starts is that user's`,
    async (program) => {
      await using folder = openFolder();
      // A module has to be where that user can read it.
      await Deno.copyFile(fixture("echo_handler.js"), folder.join("echo_handler.js"));
      const flags = how.map((word) => word.endsWith(".js") ? folder.join(word) : word);
      const port = freeLowPort();
      {
        await using server = await TestServer.start(program, {
          folder: folder.path,
          flags: [...flags, "--user", "nobody", "--status", "0", "--log", "json"],
          port,
        });
        assertEquals(server.port, port);
        using client = await server.connect();
        assertEquals(await client.roundTrip(), "ping\n");
        const pids = [server.pid, ...(await childrenOf(server.pid)).map(({ pid }) => pid)];
        assert(pids.includes(await server.workerOf(client)));
        for (const pid of pids) assertEquals(await ownersOf(pid), ownedBy(NOBODY, [NOBODY]));
        const { url } = await server.event("status_listening");
        const response = await fetch(`${url}health`);
        assertEquals(response.status, 200);
        await response.body?.cancel();
        for (const name of folder.names().filter((name) => name.startsWith("brood-"))) {
          assertEquals(Deno.lstatSync(folder.join(name)).uid, NOBODY);
          for (const { name: socket } of Deno.readDirSync(folder.join(name))) {
            assertEquals(Deno.lstatSync(folder.join(`${name}/${socket}`)).uid, NOBODY);
          }
        }
      }
      assertEquals(folder.names(), ["echo_handler.js"]);
    },
    COMPILED,
  );
}

testProgram("--user: a low port is shared by those whom root has started", async (program) => {
  await using folder = openFolder();
  const port = freeLowPort();
  const start = { folder: folder.path, flags: ["--reuse-port", "--user", "nobody"], port };
  await using old = await TestServer.start(program, start);
  // It listens when it is not root's any more.
  await using next = await TestServer.start(program, start);
  for (const server of [old, next]) {
    assertEquals(await ownersOf(server.pid), ownedBy(NOBODY, [NOBODY]));
  }
  await old.stop();
  using client = await next.connect();
  assertEquals(await client.roundTrip(), "ping\n");
}, COMPILED);

testProgram("a server that has given root up reads its rules as the user", async (program) => {
  await using folder = openFolder();
  const rules = folder.join("rules");
  await Deno.writeTextFile(rules, "allow 127.0.0.0/8\n", { mode: 0o600 });
  const flags = ["--user", "nobody", "--rules", rules];
  await using server = await TestServer.start(program, { folder: folder.path, flags });
  server.process.signal("SIGHUP");
  await server.process.stderr.match(
    /^warning: Cannot read the rules .*: permission denied; the rules stay/,
  );
  using client = await server.connect();
  assertEquals(await client.roundTrip(), "ping\n");
}, COMPILED);

/** Who cannot be become, and why. */
const IMPOSSIBLE: readonly (readonly [user: string, reason: string])[] = [
  ["no-such-user", "there is no such user"],
  ["nobody:no-such-group", "there is no such group"],
  [
    "4000000000",
    "no user has that number, so its group has to be named too, as in 4000000000:GROUP",
  ],
  ["root", "--user is for giving root up; name another user"],
  ["0:65534", "--user is for giving root up; name another user"],
];

for (const [user, reason] of IMPOSSIBLE) {
  testProgram(`--user ${user} is refused in one line`, async (program) => {
    const refusal = await refusalOf(program, ["--user", user, "0"]);
    assertEquals(refusal, `brood: Cannot become ${user}: ${reason}\n`);
  }, Deno.build.os === "linux" ? {} : { impossible: "this needs Linux" });
}

/** Runs a program as that user, who is not root. */
function as(uid: number, ...groups: readonly string[]): string[] {
  const ids = ["--reuid", String(uid), "--regid", String(NOBODY)];
  return ["setpriv", ...ids, ...groups.length > 0 ? groups : ["--clear-groups"]];
}

testProgram("who is not root cannot become another user, in one line", async (program) => {
  const refusals = [
    await refusalOf(program, ["--user", "daemon", "0"], as(NOBODY)),
    await refusalOf(program, ["--user", "nobody:daemon", "0"], as(NOBODY)),
    await refusalOf(program, ["--user", "nobody", "0"], as(NOBODY, "--groups", "4")),
  ];
  assertEquals(
    refusals,
    ["daemon", "nobody:daemon", "nobody"].map((user) =>
      `brood: Cannot become ${user}: only root may become another user\n`
    ),
  );
}, { ...COMPILED, needs: ["setpriv"] });

testProgram("--user of who is that user already changes nothing", async (program) => {
  await using folder = openFolder();
  const flags = ["--user", "nobody"];
  const wrapper = as(NOBODY);
  await using server = await TestServer.start(program, { folder: folder.path, flags, wrapper });
  using client = await server.connect();
  assertEquals(await client.roundTrip(), "ping\n");
}, { ...COMPILED, needs: ["setpriv"] });

testProgram(
  "root that could be taken back is not given up: nothing is started",
  async (program) => {
    // The kernel leaves a process its capabilities then, capabilities(7).
    const wrapper = ["setpriv", "--securebits", "+no_setuid_fixup"];
    assertEquals(
      await refusalOf(program, ["--user", "nobody", "0"], wrapper),
      "brood: Cannot become nobody: root could be taken back, so nothing is started\n",
    );
  },
  { ...COMPILED, needs: ["setpriv"] },
);

testProgram("a program that the user may not execute is told in one line", async (program) => {
  await using folder = new TempFolder();
  const path = folder.join("brood");
  await Deno.link(program.path, path).catch(() => Deno.copyFile(program.path, path));
  await Deno.chmod(folder.path, 0o700);
  assertEquals(
    await refusalOf({ ...program, path }, ["--user", "nobody", "0"]),
    `brood: Cannot become nobody: that user has no access to ${path}, or to a folder on the way\n`,
  );
}, COMPILED);

const START = Deno.build.os === "linux"
  ? Number(Deno.readTextFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start"))
  : 0;

testProgram("the status page listens as the user: not below 1024", async (program) => {
  await using folder = openFolder();
  const port = freeLowPort();
  const env = ["env", `TMPDIR=${folder.path}`, "XDG_RUNTIME_DIR="];
  const flags = ["--user", "nobody", "--status", String(port), "0"];
  assertEquals(
    await refusalOf(program, flags, env),
    `brood: Cannot listen on 127.0.0.1:${port} for the status page: permission denied\n`,
  );
  assertNotEquals(port, 0);
  assertEquals(folder.names(), []);
}, START === 1024 ? COMPILED : { impossible: "every user may listen below 1024 here" });

testProgram(
  "from source, as compiled, a user who cannot execute Deno is told in one line",
  async (program) => {
    const refusal = await refusalOf(program, ["--user", "nobody", "0"]);
    assertMatch(
      refusal,
      /^brood: Cannot become nobody: that user has no access to \/.*, or to a folder on the way\n$/,
    );
  },
  { forms: ["source"], impossible: await whyReachable() },
);

/** Why Deno can be executed by everybody, if so. */
async function whyReachable(): Promise<string | undefined> {
  if (!isRoot) return "only root may become another user";
  const run = ["--reuid", String(NOBODY), "--clear-groups", "test", "-x", Deno.execPath()];
  const { success } = await new Deno.Command("setpriv", { args: run, stderr: "null" }).output();
  return success ? "every user may execute Deno here" : undefined;
}
