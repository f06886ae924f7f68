/**
 * The version of a release, which stands in several places: it is one if all of them say the same.
 *
 * @module
 */

import { join } from "node:path";
import { OperationalError } from "../../ipc/errors.ts";
import { type Entry, newestEntry } from "./changelog.ts";

/** What each place has for the version; null where it has none. */
export interface Claims {
  /** `version` in `deno.json`, which the others are held against. */
  readonly config: string | null;
  /** What `brood --version` prints: `VERSION` in `main.ts`. */
  readonly program: string | null;
  /** The newest entry of `CHANGELOG.md`. */
  readonly changelog: string | null;
  /** The tag that the release is made of: a `v` and the version. Null where there is none yet. */
  readonly tag: string | null;
}

/** The version that all claim. Throws {@linkcode OperationalError} with a line that names those that differ. */
export function agreedVersion({ config, program, changelog, tag }: Claims): string {
  if (config === null) throw new OperationalError("Cannot release: deno.json has no version");
  const others: readonly (readonly [place: string, claim: string | null, expected: string])[] = [
    ["main.ts", program, config],
    ["the newest entry of CHANGELOG.md", changelog, config],
    ["the tag", tag ?? `v${config}`, `v${config}`],
  ];
  const differing = others.filter(([, claim, expected]) => claim !== expected)
    .map(([place, claim]) => `${place} has ${claim ?? "none"}`);
  if (differing.length === 0) return config;
  throw new OperationalError(
    `Cannot release version ${config} of deno.json: ${differing.join(", ")}`,
  );
}

/** A release that all places agree on. */
export interface Release {
  /** Its number. */
  readonly version: string;
  /** What it changed. */
  readonly notes: string;
}

/** Reads the places in the project's folder. Rejects with {@linkcode OperationalError} if they do not agree. */
export async function readRelease(root: string, tag: string | null): Promise<Release> {
  const read = async (name: string) => await Deno.readTextFile(join(root, name));
  const [, program = null] = /^const VERSION = "([^"]+)";$/m.exec(await read("main.ts")) ?? [];
  const entry: Entry | null = newestEntry(await read("CHANGELOG.md"));
  const { version }: { version?: unknown } = JSON.parse(await read("deno.json"));
  const claims: Claims = {
    config: typeof version === "string" ? version : null,
    program,
    changelog: entry?.version ?? null,
    tag,
  };
  return { version: agreedVersion(claims), notes: entry?.notes ?? "" };
}
