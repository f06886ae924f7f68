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
  { tls, grade }: {
    /** Whether it serves over TLS too. */
    readonly tls: boolean;
    /** Whether it grades servers too. */
    readonly grade: boolean;
  },
): readonly Trial[] {
  return [
    { what: "tell its version", attempt: () => tryVersion(binary) },
    { what: "serve a client", attempt: () => tryServer(binary) },
    {
      what: "serve a client over pipes",
      attempt: () => tryServer(binary, { server: ["--transport", "pipe"] }),
    },
    ...tls ? [{ what: "serve a client over TLS", attempt: () => tryTls(binary) }] : [],
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
async function tryServer(
  binary: string,
  flags: { readonly server?: readonly string[]; readonly client?: readonly string[] } = {},
): Promise<void> {
  await using server = new RunningProcess([binary, "server", ...flags.server ?? [], "0"]);
  const [, port = ""] = await server.stdout.match(/ listening on 127\.0\.0\.1:(\d+) /);
  const input = "hello\nand a second line\n";
  const { status, stdout } = await runToEnd([binary, "client", ...flags.client ?? [], port], {
    input,
  });
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

/** A certificate of this machine's own, which the client is told to trust. */
async function tryTls(binary: string): Promise<void> {
  await inFolder(async (folder) => {
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    const extensions = ["subjectAltName=IP:127.0.0.1", "basicConstraints=critical,CA:FALSE"];
    const made = await runToEnd([
      ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=smoke"],
      ...extensions.flatMap((extension) => ["-addext", extension]),
      ...["-keyout", key, "-out", cert],
    ]);
    expect(made.status === 0, `openssl: ${made.stderr}`);
    await tryServer(binary, {
      server: ["--tls-cert", cert, "--tls-key", key],
      client: ["--tls", "--tls-ca", cert],
    });
  });
}

async function tryGrade(
  binary: string,
  { name, failures }: { readonly name: string; readonly failures: readonly string[] },
): Promise<void> {
  await inFolder(async (folder) => {
    const source = join(ROOT, "examples", "c", `${name}.c`);
    const server = join(folder, name);
    const built = await runToEnd(["cc", "-D_GNU_SOURCE", "-o", server, source]);
    expect(built.status === 0, `cc: ${built.stderr}`);
    const { stdout } = await runToEnd([binary, "grade", "--json", "--", server, "{port}"]);
    const { tests }: { tests: readonly { readonly name: string; readonly result: string }[] } = JSON
      .parse(stdout);
    const failed = tests.filter(({ result }) => result !== "pass").map(({ name }) => name);
    expect(`${failed}` === `${failures}`, `not passed were ${failed}, expected ${failures}`);
  });
}

/** Works in a folder that is removed at the end. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "brood_smoke_" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function expect(isSo: boolean, seen: string): void {
  if (!isSo) throw new OperationalError(seen);
}
