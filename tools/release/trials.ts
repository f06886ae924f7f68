/**
 * What a binary must do on the platform that it was made for, each thing tried by itself.
 *
 * @module
 */

import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { OperationalError } from "../../ipc/errors.ts";
import { RunningProcess, runToEnd } from "../../tests/e2e/process.ts";
import { ROOT } from "../compile_options.ts";
import { tryInstallation } from "./installation.ts";

/** Something to try. */
export interface Trial {
  /** What the binary should do: "serve a client". */
  readonly what: string;
  /** Rejects if it does not. */
  readonly attempt: () => Promise<void>;
}

/** What is tried of a binary, in this order. */
export function trialsOf(
  binary: string,
  { grade }: {
    /** Whether it grades servers too. */
    readonly grade: boolean;
  },
): readonly Trial[] {
  return [
    { what: "tell its version", attempt: () => tryVersion(binary) },
    { what: "serve a client", attempt: () => tryServer(binary, []) },
    {
      what: "serve a client over pipes",
      attempt: () => tryServer(binary, ["--transport", "pipe"]),
    },
    { what: "let itself be installed", attempt: () => tryInstallation(binary) },
    ...grade ? gradings(binary) : [],
  ];
}

async function tryVersion(binary: string): Promise<void> {
  const { status, stdout } = await runToEnd([binary, "--version"]);
  const isRight = stdout.startsWith(`brood ${config.version} (deno `);
  expect(status === 0 && isRight, `status ${status}, ${JSON.stringify(stdout)}`);
}

/** A server on a free port, a client that is answered, and a stop that is asked for. */
async function tryServer(binary: string, flags: readonly string[]): Promise<void> {
  await using server = new RunningProcess([binary, "server", ...flags, "0"]);
  const [, port = ""] = await server.stdout.match(/ listening on 127\.0\.0\.1:(\d+) /);
  const input = "hello\nand a second line\n";
  const { status, stdout } = await runToEnd([binary, "client", port], { input });
  expect(status === 0 && stdout === input, `status ${status}, ${JSON.stringify(stdout)}`);
  // Windows has no signal that a program could be asked with.
  if (Deno.build.os === "windows") return;
  server.signal("SIGTERM");
  const { code } = await server.ended();
  expect(code === 0, `its server ended with status ${code} when it was asked to stop`);
}

/** The lecture's servers, and the tests that each fails. */
const LECTURE: readonly (readonly [name: string, failures: readonly string[]])[] = [
  ["fork_server_sigchld", []],
  ["fork_server", ["reaps/burst"]],
];

function gradings(binary: string): readonly Trial[] {
  return LECTURE.map(([name, failures]) => ({
    what: `grade ${name}.c`,
    attempt: () => tryGrade(binary, { name, failures }),
  }));
}

async function tryGrade(
  binary: string,
  { name, failures }: { readonly name: string; readonly failures: readonly string[] },
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "brood_smoke_" });
  try {
    const source = join(ROOT, "examples", "c", `${name}.c`);
    const server = join(folder, name);
    const built = await runToEnd(["cc", "-D_GNU_SOURCE", "-o", server, source]);
    expect(built.status === 0, `cc: ${built.stderr}`);
    const { stdout } = await runToEnd([binary, "grade", "--json", "--", server, "{port}"]);
    const { tests }: { tests: readonly { readonly name: string; readonly result: string }[] } = JSON
      .parse(stdout);
    const failed = tests.filter(({ result }) => result !== "pass").map(({ name }) => name);
    expect(`${failed}` === `${failures}`, `not passed were ${failed}, expected ${failures}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function expect(isSo: boolean, seen: string): void {
  if (!isSo) throw new OperationalError(seen);
}
