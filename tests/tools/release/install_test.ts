import { createHash } from "node:crypto";
import { join } from "node:path";
import { ROOT } from "../../../tools/compile_options.ts";
import { INSTALLERS, PLACEHOLDER } from "../../../tools/release/installers.ts";
import { PLATFORMS } from "../../../tools/release/platforms.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "../../assert.ts";
import { type Finished, RunningProcess, within } from "../../e2e/process.ts";
import { bytesOf } from "../../support/bytes.ts";
import { writeProgram } from "../../support/program_file.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { findMissingTools } from "../../support/tools.ts";

const SCRIPTS = join(ROOT, "install");

/** What is in the place of the binary. */
const BINARY = "#!/bin/sh\necho 'brood 1.2.3 (deno 4.5.6)'\n";

/** Of Linux for x86-64. */
const NAME = "brood-linux-x86_64";

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What is sent of a file that does not arrive whole. */
const BREAKS = Symbol("the connection breaks midway");
const STOPS = Symbol("nothing more comes midway");

/** The files of a release on the loopback interface, by their names. */
class ReleaseHost implements AsyncDisposable {
  readonly asked: string[] = [];
  /** Resolves when nothing more comes of a file. */
  readonly stopped: Promise<void>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(files: Readonly<Record<string, string | symbol>>) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const name = new URL(request.url).pathname.slice(1);
      this.asked.push(name);
      const file = files[name];
      if (file === undefined) return new Response("<p>There is none.", { status: 404 });
      if (typeof file === "string") return new Response(file);
      return halfOf(BINARY, file === BREAKS ? (body) => body.close() : () => resolve());
    });
  }

  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Half of a file, which says that it is all of it; then `end`. */
function halfOf(
  file: string,
  end: (body: ReadableStreamDefaultController<Uint8Array>) => void,
): Response {
  const bytes = bytesOf(file);
  let isSent = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!isSent) controller.enqueue(bytes.subarray(0, bytes.length / 2));
      else end(controller);
      isSent = true;
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-length": String(bytes.length) } });
}

const RELEASE = { SHA256SUMS: `${sumOf(BINARY)}  ${NAME}\n`, [NAME]: BINARY };

/** A shell, and the programs that the script finds. */
interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  /** Those of busybox that are all there is; null where it finds the machine's. */
  readonly busybox: readonly string[] | null;
}

const BUSYBOX = "awk chmod dirname mkdir mktemp mv rm rmdir sha256sum wget".split(" ");

const SHELLS: readonly Shell[] = [
  { name: "sh", command: ["sh"], busybox: null },
  { name: "busybox", command: ["/usr/bin/busybox", "sh"], busybox: BUSYBOX },
];

/** How the script is run. */
interface Installation {
  /** The home of its user. */
  readonly home: TempFolder;
  /** What `uname -s` and `-m` tell. */
  readonly machine?: readonly [system: string, machine: string];
  readonly env?: Readonly<Record<string, string>>;
  /** What happens while it runs. */
  readonly meanwhile?: (pid: number) => Promise<void>;
}

/** Runs the script to its end, or until `meanwhile` has ended it. */
async function install(
  shell: Shell,
  { address }: ReleaseHost,
  { home, machine: [system, machine] = ["Linux", "x86_64"], env = {}, meanwhile }: Installation,
): Promise<Finished> {
  await using tools = new TempFolder();
  const uname = `#!/bin/sh\ncase $1 in -s) echo ${system} ;; -m) echo ${machine} ;; esac\n`;
  await writeProgram(tools.join("uname"), uname);
  for (const tool of shell.busybox ?? []) await Deno.symlink("/usr/bin/busybox", tools.join(tool));
  const rest = shell.busybox === null ? `:${Deno.env.get("PATH")}` : "";
  await using script = new RunningProcess([...shell.command, join(SCRIPTS, "install.sh")], {
    env: { HOME: home.path, PATH: tools.path + rest, BROOD_RELEASE: address, ...env },
    ownGroup: true,
  });
  await meanwhile?.(script.pid);
  const { code } = await script.ended();
  return { status: code, stdout: script.stdout.text, stderr: script.stderr.text };
}

/** Registers a test with each shell. */
function testInstall(name: string, run: (shell: Shell) => Promise<void>): void {
  for (const shell of SHELLS) {
    const { missing, reason } = findMissingTools(shell.busybox === null ? ["curl"] : ["busybox"]);
    const remark = reason === null ? "" : ` (skipped: ${reason})`;
    Deno.test({
      name: `install.sh with ${shell.name}: ${name}${remark}`,
      ignore: reason !== null,
      async fn() {
        if (missing !== "") throw new Error(`In CI ${missing} must be installed`);
        await run(shell);
      },
    });
  }
}

testInstall("puts the binary into ~/.local/bin, and says how to start it", async (shell) => {
  await using home = new TempFolder();
  await using host = new ReleaseHost(RELEASE);
  const folder = home.join(".local/bin");
  const finished = await install(shell, host, { home });
  const said = `installed ${folder}/brood: brood 1.2.3 (deno 4.5.6)\n` +
    `to start it by its name, add ${folder} to PATH\n`;
  assertEquals(finished, { status: 0, stdout: said, stderr: "" });
  assertEquals(await Deno.readTextFile(`${folder}/brood`), BINARY);
  assertEquals(((await Deno.stat(`${folder}/brood`)).mode ?? 0) & 0o777, 0o755);
  assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["brood"]);
});

testInstall("replaces the binary in BROOD_INSTALL", async (shell) => {
  await using home = new TempFolder();
  await using host = new ReleaseHost(RELEASE);
  await Deno.writeTextFile(home.join("brood"), "an old one");
  const { status } = await install(shell, host, { home, env: { BROOD_INSTALL: home.path } });
  assertEquals([status, home.names()], [0, ["brood"]]);
  assertEquals(await Deno.readTextFile(home.join("brood")), BINARY);
});

for (
  const { name, files, told } of [
    {
      name: "a sum that is another one",
      files: { ...RELEASE, [NAME]: BINARY + "#" },
      told: `the SHA-256 sum of ${NAME} is ${sumOf(BINARY + "#")}, expected ${sumOf(BINARY)}`,
    },
    {
      name: "a release without a sum for the binary",
      files: { ...RELEASE, SHA256SUMS: `${sumOf(BINARY)}  ${NAME}.old\n` },
      told: `the release has no sum for ${NAME}`,
    },
    {
      name: "a download that breaks off",
      files: { ...RELEASE, [NAME]: BREAKS },
      // Not every program notices; the sum does.
      told: /^(cannot download http.*|the SHA-256 sum of .* expected .*)$/,
    },
    {
      name: "a release without the binary",
      files: { SHA256SUMS: RELEASE.SHA256SUMS },
      told: /^cannot download http:\/\/127\.0\.0\.1:\d+\/brood-linux-x86_64$/,
    },
    {
      name: "a binary that does not run here",
      files: { SHA256SUMS: `${sumOf("exit 1\n")}  ${NAME}\n`, [NAME]: "exit 1\n" },
      told: `${NAME} does not run on this machine`,
    },
  ]
) {
  testInstall(`tells ${name} in a line, and leaves what was there`, async (shell) => {
    await using home = new TempFolder();
    await using host = new ReleaseHost(files);
    await Deno.writeTextFile(home.join("brood"), "an old one");
    const env = { BROOD_INSTALL: home.path };
    const { status, stdout, stderr } = await install(shell, host, { home, env });
    assertEquals([status, stdout], [1, ""]);
    const [, line = ""] = /^install: (.*)\n$/.exec(stderr) ?? [];
    if (typeof told === "string") assertEquals(line, told, stderr);
    else assertMatch(line, told, stderr);
    assertEquals(home.names(), ["brood"]);
    assertEquals(await Deno.readTextFile(home.join("brood")), "an old one");
  });
}

testInstall("leaves nothing, no new folder either, when Ctrl-C ends a download", async (shell) => {
  await using home = new TempFolder();
  await using host = new ReleaseHost({ ...RELEASE, [NAME]: STOPS });
  const meanwhile = async (pid: number) => {
    await within(host.stopped, () => "download");
    // As a terminal does, which tells the whole process group.
    Deno.kill(-pid, "SIGINT");
  };
  const { stdout } = await install(shell, host, { home, meanwhile });
  assertEquals([stdout, home.names()], ["", []]);
});

testInstall("names a machine that there is no binary for, and asks for none", async (shell) => {
  await using home = new TempFolder();
  await using host = new ReleaseHost(RELEASE);
  const finished = await install(shell, host, { home, machine: ["SunOS", "sparc"] });
  const stderr = "install: there is no binary for SunOS on sparc\n";
  assertEquals(finished, { status: 1, stdout: "", stderr });
  assertEquals([host.asked, home.names()], [[], []]);
});

testInstall("takes the binary of each platform that has one", async (shell) => {
  for (
    const [system, machine, expected] of [
      ["Linux", "x86_64", "brood-linux-x86_64"],
      ["Linux", "aarch64", "brood-linux-arm64"],
      ["Darwin", "x86_64", "brood-macos-x86_64"],
      ["Darwin", "arm64", "brood-macos-arm64"],
    ] as const
  ) {
    await using home = new TempFolder();
    const sums = `${sumOf(BINARY)}  ${expected}\n`;
    await using host = new ReleaseHost({ SHA256SUMS: sums, [expected]: BINARY });
    const { status } = await install(shell, host, { home, machine: [system, machine] });
    assertEquals([status, host.asked], [0, ["SHA256SUMS", expected]], `${system} ${machine}`);
  }
});

testInstall("says where it cannot write", async (shell) => {
  await using home = new TempFolder();
  await using host = new ReleaseHost(RELEASE);
  await Deno.writeTextFile(home.join("file"), "");
  const env = { BROOD_INSTALL: home.join("file/bin") };
  const { status, stderr } = await install(shell, host, { home, env });
  const told = `install: cannot make the folder ${env.BROOD_INSTALL}\n`;
  assertEquals([status, stderr], [1, told]);
});

Deno.test("the scripts that install take the release's binaries, from one address that is replaced", async () => {
  const texts = await Promise.all(INSTALLERS.map((name) => Deno.readTextFile(join(SCRIPTS, name))));
  for (const text of texts) assertEquals(text.split(PLACEHOLDER).length, 2);
  for (const { binary } of PLATFORMS) assertStringIncludes(texts.join(""), binary);
});
