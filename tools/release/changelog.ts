/**
 * Reads `CHANGELOG.md`, which has the form of Keep a Changelog: an entry for each version, the newest first.
 *
 * @module
 */

/** What a version changed. */
export interface Entry {
  /** Its number, or `Unreleased`. */
  readonly version: string;
  /** What stands below its heading. */
  readonly notes: string;
}

/** The newest entry: the first under a heading such as `## [0.1.0] - 2026-01-31`. Null if there is none. */
export function newestEntry(changelog: string): Entry | null {
  const [, heading, notes = ""] = /^## ([^\n]+)\n(.*?)(?=^## |^\[[^\]\n]+\]: |(?![^]))/ms
    .exec(changelog) ?? [];
  if (heading === undefined) return null;
  const [, version = heading] = /^\[([^\]]+)\]( - \d{4}-\d{2}-\d{2})?$/.exec(heading) ?? [];
  return { version, notes: notes.trim() };
}
