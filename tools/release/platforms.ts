/**
 * The platforms that Brood is handed out for, and what its binary is called on each.
 *
 * @module
 */

/** A platform that has a binary of its own. */
export interface Platform {
  /** Deno's name for it. */
  readonly target: string;
  /** The file in a release. */
  readonly binary: string;
}

/** All of them. `.github/workflows/release.yml` has a machine for each, `install/` picks one by these names. */
export const PLATFORMS: readonly Platform[] = [
  { target: "x86_64-unknown-linux-gnu", binary: "brood-linux-x86_64" },
  { target: "aarch64-unknown-linux-gnu", binary: "brood-linux-arm64" },
  { target: "x86_64-apple-darwin", binary: "brood-macos-x86_64" },
  { target: "aarch64-apple-darwin", binary: "brood-macos-arm64" },
  { target: "x86_64-pc-windows-msvc", binary: "brood-windows-x86_64.exe" },
];
