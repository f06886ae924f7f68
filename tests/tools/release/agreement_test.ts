import { OperationalError } from "../../../ipc/errors.ts";
import { ROOT } from "../../../tools/compile_options.ts";
import { agreedVersion, readRelease } from "../../../tools/release/agreement.ts";
import { newestEntry } from "../../../tools/release/changelog.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { TempFolder } from "../../support/temp_folder.ts";

const CHANGELOG = `# Changelog

## [0.2.0] - 2026-02-03

### Added

- This, and [that].

## [0.1.0] - 2026-01-02

- The first.

[0.2.0]: https://example.org/0.2.0
`;

Deno.test("newestEntry() gives the first version of a changelog, and what stands below it", () => {
  const notes = "### Added\n\n- This, and [that].";
  assertEquals(newestEntry(CHANGELOG), { version: "0.2.0", notes });
});

Deno.test("newestEntry() ends an entry at the links below, or at the end", () => {
  const only = CHANGELOG.replace(/^## \[0\.2\.0\].*?(?=^## )/ms, "");
  const first = { version: "0.1.0", notes: "- The first." };
  assertEquals(newestEntry(only), first);
  assertEquals(newestEntry(only.replace(/\n\[.*\n$/, "")), first);
});

Deno.test("newestEntry() takes what is not released yet for the newest entry", () => {
  const changelog = CHANGELOG.replace("## [0.2.0]", "## [Unreleased]\n\n- More.\n\n## [0.2.0]");
  assertEquals(newestEntry(changelog), { version: "Unreleased", notes: "- More." });
  assertEquals(newestEntry("# Changelog\n"), null);
});

const AGREED = { config: "0.2.0", program: "0.2.0", changelog: "0.2.0", tag: null };

Deno.test("agreedVersion() gives the version that all places have, with a tag or without", () => {
  assertEquals(agreedVersion(AGREED), "0.2.0");
  assertEquals(agreedVersion({ ...AGREED, tag: "v0.2.0" }), "0.2.0");
});

for (
  const [differing, message] of [
    [{ program: "0.1.0" }, "main.ts has 0.1.0"],
    [{ program: null }, "main.ts has none"],
    [{ changelog: "Unreleased" }, "the newest entry of CHANGELOG.md has Unreleased"],
    [{ tag: "v0.2.1" }, "the tag has v0.2.1"],
    [{ tag: "0.2.0" }, "the tag has 0.2.0"],
    [
      { program: "0.1.0", tag: "v0.3.0" },
      "main.ts has 0.1.0, the tag has v0.3.0",
    ],
  ] as const
) {
  Deno.test(`agreedVersion() names what differs: ${message}`, () => {
    const { message: told } = assertThrows(
      () => agreedVersion({ ...AGREED, ...differing }),
      OperationalError,
    );
    assertEquals(told, `Cannot release version 0.2.0 of deno.json: ${message}`);
  });
}

Deno.test("readRelease() reads the places where a version stands", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("deno.json"), '{ "version": "0.2.0" }');
  await Deno.writeTextFile(folder.join("main.ts"), 'const VERSION = "0.2.0";\n');
  await Deno.writeTextFile(folder.join("CHANGELOG.md"), CHANGELOG);
  const { version, notes } = await readRelease(folder.path, "v0.2.0");
  assertEquals([version, notes], ["0.2.0", "### Added\n\n- This, and [that]."]);
  await Deno.writeTextFile(folder.join("main.ts"), "");
  await assertRejects(() => readRelease(folder.path, null), OperationalError, "main.ts has none");
  await Deno.writeTextFile(folder.join("deno.json"), "{}");
  await assertRejects(
    () => readRelease(folder.path, null),
    OperationalError,
    "Cannot release: deno.json has no version",
  );
});

Deno.test("the project's own versions agree, and its changelog tells of the newest", async () => {
  const { version, notes } = await readRelease(ROOT, null);
  assertEquals((await readRelease(ROOT, `v${version}`)).version, version);
  assert(notes.length > 0);
});
