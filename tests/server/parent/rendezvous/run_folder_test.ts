import { OperationalError } from "../../../../ipc/errors.ts";
import { RunFolder, runFolderCandidates } from "../../../../server/parent/rendezvous/run_folder.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { systemError } from "../../../support/system_error.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { replaceDeno } from "../../replaced_deno.ts";

/** A folder to make run folders in, removed at the end of the test. */
class Parent extends TempFolder {
  /** Makes a folder in it, with a file if one is named. Returns its path. */
  makeFolder(name: string, file?: string): string {
    const path = this.join(name);
    Deno.mkdirSync(path, { mode: 0o700 });
    if (file !== undefined) Deno.writeTextFileSync(`${path}/${file}`, "");
    return path;
  }

  /** Makes a run folder with a hub that nobody listens on: what is left of a server that was killed. */
  makeDead(name: string): string {
    const path = this.makeFolder(name);
    // Deno removes the socket that it closes, where it finds it: under another name it stays, as after a kill.
    const hub = Deno.listen({ transport: "unix", path: `${path}/bound` });
    Deno.renameSync(`${path}/bound`, `${path}/hub`);
    hub.close();
    Deno.writeTextFileSync(`${path}/w1`, "");
    return path;
  }
}

/** Makes a folder look as if nothing had happened in it for that long. */
function makeOld(path: string, ageMs: number): void {
  const then = new Date(Date.now() - ageMs);
  Deno.utimeSync(path, then, then);
}

const MINUTE_MS = 60_000;

function withMode(path: string, mode: number): string {
  Deno.chmodSync(path, mode);
  return path;
}

const OTHER_USER = 12345;

/** Gives a folder to a user, which only the superuser may do. */
function ownedBy(user: number, path: string): string {
  Deno.chownSync(path, user, null);
  return path;
}

/** What only the superuser can test. */
function ofRoot<T>(...items: readonly T[]): readonly T[] {
  return Deno.uid() === 0 ? items : [];
}

Deno.test("RunFolder.create() makes a folder that only the user may enter", async () => {
  await using parent = new Parent();
  await using folder = await RunFolder.create([parent.path]);
  const [name = ""] = parent.names();
  assertMatch(name, /^brood-\w+$/);
  const { mode } = await Deno.stat(`${parent.path}/${name}`);
  assertEquals((mode ?? 0) & 0o777, 0o700);
  assertEquals(folder.hubPath, `${parent.path}/${name}/hub`);
  assertEquals(folder.workerPath(12), `${parent.path}/${name}/w12`);
});

Deno.test("RunFolder.create() makes a folder of its own for each server", async () => {
  await using parent = new Parent();
  await using first = await RunFolder.create([parent.path]);
  await using second = await RunFolder.create([parent.path]);
  assert(first.hubPath !== second.hubPath);
  assertEquals(parent.names().length, 2);
});

Deno.test("RunFolder removes its folder and what is in it when it is disposed", async () => {
  await using parent = new Parent();
  const folder = await RunFolder.create([parent.path]);
  await Deno.writeTextFile(folder.workerPath(1), "");
  await folder[Symbol.asyncDispose]();
  assertEquals(parent.names(), []);
});

Deno.test("RunFolder.removeWorker() removes the socket of that worker, if there is one", async () => {
  await using parent = new Parent();
  await using folder = await RunFolder.create([parent.path]);
  for (const worker of [1, 2]) await Deno.writeTextFile(folder.workerPath(worker), "");
  await folder.removeWorker(1);
  await folder.removeWorker(3);
  const names = [...Deno.readDirSync(`${parent.path}/${parent.names()[0]}`)].map(({ name }) =>
    name
  );
  assertEquals(names, ["w2"]);
});

Deno.test("RunFolder can be disposed when its folder is gone already", async () => {
  await using parent = new Parent();
  const folder = await RunFolder.create([parent.path]);
  await Deno.remove(`${parent.path}/${parent.names()[0]}`, { recursive: true });
  await folder[Symbol.asyncDispose]();
});

/** The environment, and what may hold the run folder. */
const CANDIDATES: readonly (readonly [string, Record<string, string>, string[]])[] = [
  ["is /tmp where nothing is set", {}, ["/tmp"]],
  [
    "prefers XDG_RUNTIME_DIR, then TMPDIR",
    { TMPDIR: "/var/tmp", XDG_RUNTIME_DIR: "/run/user/1000" },
    ["/run/user/1000", "/var/tmp", "/tmp"],
  ],
  [
    "passes over a relative or empty path",
    { XDG_RUNTIME_DIR: "run", TMPDIR: "" },
    ["/tmp"],
  ],
  [
    "leaves trailing slashes out",
    { XDG_RUNTIME_DIR: "/run/user/1000//", TMPDIR: "/var/tmp/" },
    ["/run/user/1000", "/var/tmp", "/tmp"],
  ],
  ["names each once", { XDG_RUNTIME_DIR: "/tmp/", TMPDIR: "/tmp" }, ["/tmp"]],
];

for (const [what, env, expected] of CANDIDATES) {
  Deno.test(`runFolderCandidates() ${what}`, () => {
    assertEquals(runFolderCandidates({ get: (name) => env[name] }), expected);
  });
}

Deno.test("runFolderCandidates() passes over a variable that cannot be read", () => {
  for (const error of [new Deno.errors.InvalidData(), new Deno.errors.NotCapable()]) {
    const get = (name: string) => {
      if (name === "XDG_RUNTIME_DIR") throw error;
      return "/var/tmp";
    };
    assertEquals(runFolderCandidates({ get }), ["/var/tmp", "/tmp"]);
  }
});

Deno.test("RunFolder.create() takes a path that leaves just enough room for a worker's socket", async () => {
  await using parent = new Parent();
  await using folder = await RunFolder.create([nestedPath(parent, 67)]);
  const longest = folder.workerPath(9_999_999_999);
  assert(longest.length <= 103, `${longest} has ${longest.length} bytes`);
  Deno.listen({ transport: "unix", path: longest }).close();
});

/** Makes a folder below `parent` whose path has that many bytes. */
function nestedPath(parent: Parent, bytes: number): string {
  const width = bytes - parent.path.length - 1;
  return parent.makeFolder("x".repeat(width));
}

const REPLACEABLE = "others may replace what is in it";

/** What cannot hold a run folder, and why. */
const UNFIT: readonly (readonly [string, (parent: Parent) => string, string])[] = [
  [
    "is too long for a socket",
    (parent) => nestedPath(parent, 68),
    "too long for the path of a socket",
  ],
  [
    "is too long in bytes, not in characters",
    (parent) => parent.makeFolder("병아리".repeat(7)),
    "too long for the path of a socket",
  ],
  ["does not exist", (parent) => `${parent.path}/nowhere`, "no such file or directory"],
  [
    "is a file",
    (parent) => parent.makeFolder("folder", "file") + "/file",
    "not a directory",
  ],
  [
    "others may write, and rename what is in it",
    (parent) => withMode(parent.makeFolder("shared"), 0o777),
    REPLACEABLE,
  ],
  ...ofRoot<(typeof UNFIT)[number]>(
    [
      "is another user's",
      (parent) => ownedBy(OTHER_USER, parent.makeFolder("theirs")),
      REPLACEABLE,
    ],
  ),
];

Deno.test("RunFolder.create() takes a folder that others may write, if they can rename their own only", async () => {
  await using parent = new Parent();
  const shared = withMode(parent.makeFolder("shared"), 0o1777);
  await using folder = await RunFolder.create([shared]);
  assert(folder.hubPath.startsWith(`${shared}/`));
});

for (const [what, make, reason] of UNFIT) {
  Deno.test(`RunFolder.create() passes over a candidate that ${what}`, async () => {
    await using parent = new Parent();
    await using good = new Parent();
    const bad = make(parent);
    await using folder = await RunFolder.create([bad, good.path]);
    assert(folder.hubPath.startsWith(`${good.path}/`));

    const error = await assertRejects(() => RunFolder.create([bad]), OperationalError);
    assertEquals(
      error.message,
      `Cannot make a folder for the workers' sockets (${bad}: ${reason}): ` +
        "set XDG_RUNTIME_DIR or TMPDIR to a folder that can be written",
    );
  });
}

Deno.test({
  name: "RunFolder.create() passes over a candidate that cannot be written",
  // The superuser may write everywhere.
  ignore: Deno.uid() === 0,
  async fn() {
    await using parent = new Parent();
    await using good = new Parent();
    const bad = parent.makeFolder("locked");
    await Deno.chmod(bad, 0o500);
    await using folder = await RunFolder.create([bad, good.path]);
    assert(folder.hubPath.startsWith(`${good.path}/`));
  },
});

Deno.test("RunFolder.create() names every candidate when none will do", async () => {
  await using parent = new Parent();
  const [first, second] = [`${parent.path}/first`, `${parent.path}/second`];
  const error = await assertRejects(() => RunFolder.create([first, second]), OperationalError);
  assertEquals(
    error.message,
    "Cannot make a folder for the workers' sockets " +
      `(${first}: no such file or directory; ${second}: no such file or directory): ` +
      "set XDG_RUNTIME_DIR or TMPDIR to a folder that can be written",
  );
});

/** Creates a run folder in `parent`, removes it, and returns the names that are left. */
async function namesAfterCreate(parent: Parent): Promise<string[]> {
  const folder = await RunFolder.create([parent.path]);
  await folder[Symbol.asyncDispose]();
  return parent.names();
}

/** How makeTempDir names a run folder. */
const RUN_FOLDER = "brood-0123456789abcdef";

Deno.test("RunFolder.create() removes the folder of a server that was killed", async () => {
  await using parent = new Parent();
  parent.makeDead(RUN_FOLDER);
  assertEquals(await namesAfterCreate(parent), []);
});

Deno.test("RunFolder.create() leaves what no server puts there in the folder of one that was killed", async () => {
  await using parent = new Parent();
  const path = parent.makeDead(RUN_FOLDER);
  await Deno.writeTextFile(`${path}/notes.txt`, "");
  assertEquals(await namesAfterCreate(parent), [RUN_FOLDER]);
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), ["notes.txt"]);
});

Deno.test("RunFolder.create() leaves the folder of a live server, however old", async () => {
  await using parent = new Parent();
  const path = parent.makeFolder(RUN_FOLDER);
  using _hub = Deno.listen({ transport: "unix", path: `${path}/hub` });
  makeOld(path, 10 * MINUTE_MS);
  assertEquals(await namesAfterCreate(parent), [RUN_FOLDER]);
});

Deno.test("RunFolder.create() leaves a folder without a hub whose server may be starting", async () => {
  await using parent = new Parent();
  makeOld(parent.makeFolder(RUN_FOLDER), MINUTE_MS / 2);
  assertEquals(await namesAfterCreate(parent), [RUN_FOLDER]);
});

Deno.test("RunFolder.create() removes a folder without a hub that is older than a start takes", async () => {
  await using parent = new Parent();
  makeOld(parent.makeFolder(RUN_FOLDER), MINUTE_MS + 1000);
  assertEquals(await namesAfterCreate(parent), []);
});

Deno.test("RunFolder.create() leaves a folder whose server has bound its hub and may be about to listen", async () => {
  await using parent = new Parent();
  makeOld(parent.makeFolder(RUN_FOLDER, "hub.new"), MINUTE_MS / 2);
  assertEquals(await namesAfterCreate(parent), [RUN_FOLDER]);
});

Deno.test("RunFolder.create() removes the folder of a server that was killed before its hub listened", async () => {
  await using parent = new Parent();
  makeOld(parent.makeFolder(RUN_FOLDER, "hub.new"), MINUTE_MS + 1000);
  assertEquals(await namesAfterCreate(parent), []);
});

Deno.test("RunFolder.create() leaves a folder whose server listens at the last moment, after a minute", async () => {
  await using parent = new Parent();
  const path = parent.makeFolder(RUN_FOLDER);
  using _hub = Deno.listen({ transport: "unix", path: `${path}/hub.new` });
  makeOld(path, MINUTE_MS + 1000);
  const { readDir } = Deno;
  let looks = 0;
  using _ = replaceDeno("readDir", (folder: string) => {
    // The first look is whether it is abandoned, the second to remove what is in it.
    if (folder === path && ++looks === 2) Deno.renameSync(`${path}/hub.new`, `${path}/hub`);
    return readDir(folder);
  });
  assertEquals(await namesAfterCreate(parent), [RUN_FOLDER]);
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), ["hub"]);
});

Deno.test("RunFolder.create() follows no link that a dead server's folder is exchanged for", async () => {
  await using parent = new Parent();
  const path = parent.makeDead(RUN_FOLDER);
  const live = parent.makeFolder("live", "hub");
  using _ = replaceDeno("connect", () => {
    Deno.renameSync(path, parent.join("away"));
    Deno.symlinkSync(live, path);
    return Promise.reject(systemError("ECONNREFUSED"));
  });
  await namesAfterCreate(parent);
  assertEquals([...Deno.readDirSync(live)].map(({ name }) => name), ["hub"]);
});

Deno.test({
  name: "RunFolder.create() leaves what is left of another user's server",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using parent = new Parent();
    const path = ownedBy(OTHER_USER, parent.makeDead(RUN_FOLDER));
    assertEquals(await namesAfterCreate(parent), [RUN_FOLDER]);
    assertEquals([...Deno.readDirSync(path)].length, 2);
  },
});

Deno.test("RunFolder.create() takes a folder that may be written and not listed", async () => {
  await using parent = new Parent();
  const { readDir } = Deno;
  using _ = replaceDeno("readDir", (folder: string) => {
    if (folder === parent.path) throw systemError("EACCES");
    return readDir(folder);
  });
  assertEquals(await namesAfterCreate(parent), []);
});

Deno.test("RunFolder.create() leaves what has another name, or is no folder", async () => {
  await using parent = new Parent();
  const foreign = parent.makeDead("other-0123456789abcdef");
  makeOld(foreign, 10 * MINUTE_MS);
  await Deno.writeTextFile(`${parent.path}/${RUN_FOLDER}`, "a file");
  const link = "brood-fedcba9876543210";
  await Deno.symlink(foreign, `${parent.path}/${link}`);
  assertEquals(await namesAfterCreate(parent), [
    RUN_FOLDER,
    link,
    "other-0123456789abcdef",
  ]);
  assertEquals([...Deno.readDirSync(foreign)].length, 2);
});

Deno.test("RunFolder.create() leaves a user's own folder that begins with the same word", async () => {
  await using parent = new Parent();
  makeOld(parent.makeFolder("brood-notes", "thesis.txt"), 10 * MINUTE_MS);
  assertEquals(await namesAfterCreate(parent), ["brood-notes"]);
});
