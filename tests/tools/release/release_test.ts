import { join } from "node:path";
import { OperationalError, UsageError } from "../../../ipc/errors.ts";
import config from "../../../deno.json" with { type: "json" };
import { ROOT } from "../../../tools/compile_options.ts";
import { installerOf, INSTALLERS, PLACEHOLDER } from "../../../tools/release/installers.ts";
import { PLATFORMS } from "../../../tools/release/platforms.ts";
import { removeLast } from "../../../tools/release/release.ts";
import { parseReleaseOptions } from "../../../tools/release/release_options.ts";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "../../assert.ts";
import { type Finished, runToEnd } from "../../e2e/process.ts";
import { TempFolder } from "../../support/temp_folder.ts";

const TAG = `v${config.version}`;

/** `deno task release` with these arguments. */
async function release(...args: readonly string[]): Promise<Finished> {
  const script = join(ROOT, "tools", "release", "release.ts");
  return await runToEnd([Deno.execPath(), "run", "-A", script, ...args]);
}

/** A folder with something in the place of each binary. */
async function folderWithBinaries(): Promise<TempFolder> {
  const folder = new TempFolder();
  for (const { binary } of PLATFORMS) await Deno.writeTextFile(folder.join(binary), binary);
  return folder;
}

Deno.test("release makes sums that sha256sum takes, an SBOM, notes and installers of the binaries that are made", async () => {
  await using folder = await folderWithBinaries();
  const { status, stdout, stderr } = await release(
    ...["--made", "--tag", TAG, "--repository", "someone/brood", "--output", folder.path],
  );
  assertEquals([status, stderr], [0, ""]);
  assertEquals(stdout, `made ${folder.path} for version ${config.version}: 5 of 5 binaries\n`);
  const handedOut = [...PLATFORMS.map(({ binary }) => binary), "brood.cdx.json", ...INSTALLERS];
  assertEquals(folder.names(), [...handedOut, "NOTES.md", "SHA256SUMS"].toSorted());
  const sums = await runToEnd(
    ["sh", "-c", 'cd "$1" && sha256sum --strict -c SHA256SUMS', "sh", folder.path],
  );
  assertEquals(sums.stdout, handedOut.toSorted().map((name) => `${name}: OK\n`).join(""));
  const { components } = JSON.parse(await Deno.readTextFile(folder.join("brood.cdx.json")));
  assert(components.length > 5);
  for (const name of INSTALLERS) {
    const address = `https://github.com/someone/brood/releases/download/${TAG}`;
    assertStringIncludes(await Deno.readTextFile(folder.join(name)), address);
  }
  assertStringIncludes(await Deno.readTextFile(folder.join("NOTES.md")), "- ");
});

Deno.test("release tells which binary is missing, and its status says that not all was made", async () => {
  await using folder = await folderWithBinaries();
  const missing = "brood-macos-arm64";
  await Deno.remove(folder.join(missing));
  await Deno.writeTextFile(folder.join("install.sh"), "of the release before this one");
  const { status, stdout, stderr } = await release("--made", "--output", folder.path);
  assertEquals([status, folder.names().includes("install.sh")], [1, false]);
  assertEquals(stderr, `no ${missing}: it is not in ${folder.path}\n`);
  assertStringIncludes(stdout, "4 of 5 binaries");
  const sums = await Deno.readTextFile(folder.join("SHA256SUMS"));
  assertEquals(sums.match(/^[\da-f]{64} {2}brood-/gm)?.length, 4);
});

Deno.test("nothing of the release before stays but binaries that are made already", async () => {
  await using folder = await folderWithBinaries();
  const binaries = folder.names();
  const others = ["NOTES.md", "SHA256SUMS", "brood.cdx.json", ...INSTALLERS];
  for (const name of [...others, "mine.txt"]) await Deno.writeTextFile(folder.join(name), "old");
  await removeLast(folder.path, { made: true });
  assertEquals(folder.names(), [...binaries, "mine.txt"].toSorted());
  await removeLast(folder.path, { made: false });
  assertEquals(folder.names(), ["mine.txt"]);
});

Deno.test("release stops with one line, and changes nothing, where the tag is of another version", async () => {
  await using folder = await folderWithBinaries();
  const before = folder.names();
  const { status, stdout, stderr } = await release("--tag", "v9.9.9", "--output", folder.path);
  assertEquals([status, stdout], [1, ""]);
  assertEquals(
    stderr,
    `release: Cannot release version ${config.version} of deno.json: the tag has v9.9.9\n`,
  );
  assertEquals(folder.names(), before);
});

Deno.test("release --check makes nothing", async () => {
  await using folder = new TempFolder();
  const checked = await release("--check", "--tag", TAG, "--output", folder.join("new"));
  const stdout = `the version is ${config.version} everywhere\n`;
  assertEquals(checked, { status: 0, stdout, stderr: "" });
  assertEquals(folder.names(), []);
});

for (
  const [args, message] of [
    [["--repository", "someone", "--tag", TAG], '--repository "someone": expected OWNER/NAME'],
    [["--repository", "a/b?c", "--tag", TAG], '--repository "a/b?c": expected OWNER/NAME'],
    [["--repository", "someone/brood"], "--repository needs --tag"],
    [["x"], 'surplus argument "x"'],
  ] satisfies [string[], string][]
) {
  Deno.test(`parseReleaseOptions() refuses ${args.join(" ")}`, () => {
    const error = assertThrows(() => parseReleaseOptions(args), UsageError, message);
    assertEquals(error.command, "release");
  });
}

Deno.test("parseReleaseOptions() makes dist/release by default, and returns null for --help", () => {
  assertEquals(parseReleaseOptions([])?.output, join(ROOT, "dist", "release"));
  assertEquals(parseReleaseOptions(["--help"]), null);
});

Deno.test("installerOf() refuses a script that has the address not once", () => {
  const address = { repository: "someone/brood", tag: "v1.0.0" };
  const own = "https://github.com/someone/brood/releases/download/v1.0.0";
  assertEquals(installerOf(`a ${PLACEHOLDER} b`, address), `a ${own} b`);
  for (const script of ["", `${PLACEHOLDER} ${PLACEHOLDER}`]) {
    assertThrows(() => installerOf(script, address), OperationalError, "it has not one");
  }
});
