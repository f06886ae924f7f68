import { join } from "node:path";
import config from "../../../deno.json" with { type: "json" };
import { OperationalError } from "../../../ipc/errors.ts";
import { ROOT } from "../../../tools/compile_options.ts";
import { trialsOf } from "../../../tools/release/trials.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../assert.ts";
import { type Finished, runToEnd } from "../../e2e/process.ts";
import { COMPILED_BINARY } from "../../e2e/program.ts";
import { writeProgram } from "../../support/program_file.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { findMissingTools } from "../../support/tools.ts";

/** `deno task smoke` with these arguments. */
async function smoke(...args: readonly string[]): Promise<Finished> {
  const script = join(ROOT, "tools", "release", "smoke.ts");
  return await runToEnd([Deno.execPath(), "run", "-A", script, ...args]);
}

/** The binary, but for what `replaced` does, a pattern of `case` with the commands in its place. */
async function binaryWith(folder: TempFolder, replaced: string): Promise<string> {
  const path = folder.join("brood");
  const script = `#!/bin/sh\ncase "$*" in\n${replaced} ;;\nesac\nexec '${COMPILED_BINARY}' "$@"\n`;
  await writeProgram(path, script);
  return path;
}

const ALWAYS = [
  "tell its version",
  "serve a client",
  "serve a client over pipes",
  "let itself be installed",
];

/** Tries one thing with the binary, but for what is replaced. */
async function attempt(what: string, replaced: string): Promise<void> {
  await using folder = new TempFolder();
  const trials = trialsOf(await binaryWith(folder, replaced), { tls: true, grade: true });
  const trial = trials.find((trial) => trial.what === what);
  assert(trial !== undefined, what);
  await trial.attempt();
}

Deno.test("smoke finds that the binary works", async () => {
  const stdout = ALWAYS.map((what) => `ok: ${what}\n`).join("");
  assertEquals(await smoke(COMPILED_BINARY), { status: 0, stdout, stderr: "" });
});

Deno.test("smoke ends with a line that names the first thing that the binary does not do", async () => {
  await using folder = new TempFolder();
  const binary = await binaryWith(folder, "server*) exit 3");
  const { status, stdout, stderr } = await smoke(binary);
  assertEquals([status, stdout], [1, "ok: tell its version\n"]);
  assertMatch(stderr, /^smoke: [^\n]*brood does not serve a client: [^\n]+\n$/);
});

Deno.test({
  name: "smoke tries TLS where it is asked to",
  ignore: findMissingTools(["openssl"]).reason !== null,
  async fn() {
    await attempt("serve a client over TLS", "never) ");
    const inTheClear = `server*) exec '${COMPILED_BINARY}' server 0`;
    await assertRejects(
      () => attempt("serve a client over TLS", inTheClear),
      OperationalError,
      "status 1",
    );
  },
});

for (
  const [what, replaced, told] of [
    ["tell its version", "--version) echo brood 9.9.9; exit", 'status 0, "brood 9.9.9'],
    ["tell its version", `--version) echo "brood ${config.version} (deno 1)"; exit 1`, "status 1"],
    ["serve a client", "client*) echo hallo; exit", 'status 0, "hallo'],
    ["serve a client over pipes", "*pipe*) exit 3", "The output ended"],
    ["let itself be installed", "--version) exit 1", "does not run on this machine"],
  ] as const
) {
  Deno.test(`smoke notices a binary that does not ${what}: ${told}`, async () => {
    await assertRejects(() => attempt(what, replaced), Error, told);
  });
}

Deno.test("smoke notices a server that does not stop well when it is asked to", async () => {
  const stops = `server*) '${COMPILED_BINARY}' "$@" &
    trap 'kill $!; wait $!; exit 4' TERM; wait; exit`;
  const told = "its server ended with status 4 when it was asked to stop";
  await assertRejects(() => attempt("serve a client", stops), OperationalError, told);
});

const tools = findMissingTools(["cc"]);

Deno.test({
  name: "smoke expects of each server of the lecture that it fails the tests that it does fail",
  ignore: tools.reason !== null,
  async fn() {
    const reports = (failed: readonly string[]) => {
      const tests = failed.map((name) => ({ name, result: "fail" }));
      const report = { tests: [...tests, { name: "talks/line", result: "pass" }] };
      return `grade*) echo '${JSON.stringify(report)}'; exit`;
    };
    await attempt("grade fork_server_sigchld.c", reports([]));
    await attempt("grade fork_server.c", reports(["reaps/burst"]));
    await assertRejects(
      () => attempt("grade fork_server_sigchld.c", reports(["talks/nul-bytes"])),
      OperationalError,
      "not passed were talks/nul-bytes, expected",
    );
    await assertRejects(
      () => attempt("grade fork_server.c", reports([])),
      OperationalError,
      "expected reaps/burst",
    );
  },
});
