/**
 * `deno task release`: makes what is handed out, `dist/release`: a binary for each platform, the sums of all files, an
 * SBOM, what the version changed, and the scripts that install it.
 *
 * `.github/workflows/release.yml` makes each binary on its own platform, tries it there, and lets this make the rest
 * (`--made`).
 *
 * The sums are written last: a folder without them is not finished.
 *
 * @module
 */

import { join } from "node:path";
import { formatHelp } from "../../cli/help.ts";
import { exitWith } from "../../cli/exit.ts";
import { Lifetime } from "../../cli/lifetime.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import { ROOT } from "../compile_options.ts";
import { NPM_RUNTIME_VERSION, NPM_RUNTIME_WARNING } from "../npm_runtime.ts";
import { makeInOneStep } from "../one_step.ts";
import { readRelease } from "./agreement.ts";
import { makeBinaries, missingIn } from "./binaries.ts";
import { checksumsOf } from "./checksums.ts";
import { installerOf, INSTALLERS } from "./installers.ts";
import { type Platform, PLATFORMS } from "./platforms.ts";
import { parseReleaseOptions, RELEASE_COMMAND, type ReleaseOptions } from "./release_options.ts";
import { sbomOf } from "./sbom.ts";
import { closureOf, importedPackages, type Lock } from "./shipped.ts";

/** The names of what goes with the binaries. */
const SUMS = "SHA256SUMS";
const SBOM = "brood.cdx.json";
const NOTES = "NOTES.md";

async function run(args: readonly string[]): Promise<number> {
  const options = parseReleaseOptions(args);
  if (options === null) {
    console.log(formatHelp(RELEASE_COMMAND));
    return EXIT_STATUS.done;
  }
  const { version, notes } = await readRelease(ROOT, options.tag === "" ? null : options.tag);
  if (options.check) {
    console.log(`the version is ${version} everywhere`);
    return EXIT_STATUS.done;
  }
  using lifetime = new Lifetime();
  const { output: folder, runtime } = options;
  await removeLast(folder, options);
  const missing = options.made
    ? await missingIn(folder)
    : await makeBinaries(folder, { runtime, signal: lifetime.stopping });
  for (const { platform: { binary }, reason } of missing) console.error(`no ${binary}: ${reason}`);
  if (runtime === "npm") {
    console.error(NPM_RUNTIME_WARNING);
  }
  const lacking = new Set(missing.map(({ platform }) => platform));
  const made = PLATFORMS.filter((platform) => !lacking.has(platform));
  await addRest(folder, { options, version, notes, made });
  console.log(
    `made ${folder} for version ${version}: ${made.length} of ${PLATFORMS.length} binaries`,
  );
  return lacking.size === 0 ? EXIT_STATUS.done : EXIT_STATUS.failed;
}

/**
 * Removes what a release before this one has left in the folder: nothing of it may be taken for this one's. Binaries
 * that are made already stay.
 */
export async function removeLast(
  folder: string,
  { made }: Pick<ReleaseOptions, "made">,
): Promise<void> {
  const binaries = made ? [] : PLATFORMS.map(({ binary }) => binary);
  for (const name of [SUMS, SBOM, NOTES, ...INSTALLERS, ...binaries]) {
    try {
      await Deno.remove(join(folder, name));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Writes what goes with the binaries that were made. */
async function addRest(
  folder: string,
  { options, version, notes, made }: {
    readonly options: ReleaseOptions;
    readonly version: string;
    readonly notes: string;
    readonly made: readonly Platform[];
  },
): Promise<void> {
  const { repository, tag } = options;
  const put = async (name: string, text: string) =>
    await makeInOneStep(join(folder, name), async (unfinished) => {
      await Deno.writeTextFile(unfinished, text);
      return true;
    });
  await put(NOTES, `${notes}\n`);
  const lock: Lock = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const direct = await importedPackages(ROOT);
  const packages = closureOf(direct, lock);
  const runtime = options.runtime === "npm" ? NPM_RUNTIME_VERSION : Deno.version.deno;
  await put(SBOM, sbomOf({ version, runtime, direct, packages }));
  const scripts = repository === "" ? [] : INSTALLERS;
  for (const name of scripts) {
    const script = await Deno.readTextFile(join(ROOT, "install", name));
    await put(name, installerOf(script, { repository, tag }));
  }
  const handedOut = [...made.map(({ binary }) => binary), SBOM, ...scripts];
  await put(SUMS, await checksumsOf(folder, handedOut));
}

if (import.meta.main) {
  await exitWith(() => run(Deno.args), { prefix: "release", typed: "deno task" });
}
