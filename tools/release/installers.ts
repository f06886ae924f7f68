/**
 * The scripts of `install/`, which a release carries with the address of its own files in them.
 *
 * @module
 */

import { OperationalError } from "../../ipc/errors.ts";

/** Where the scripts in the project would look: the address that is replaced. */
export const PLACEHOLDER = "https://github.com/OWNER/brood/releases/latest/download";

/** Their names in `install/` and in a release. */
export const INSTALLERS: readonly string[] = ["install.sh", "install.ps1"];

/** Of which release. */
export interface ReleaseAddress {
  /** `OWNER/NAME` on GitHub. */
  readonly repository: string;
  /** Its tag. */
  readonly tag: string;
}

/** A script with the address of the release, whose files it takes then, also when there is a newer one. */
export function installerOf(script: string, { repository, tag }: ReleaseAddress): string {
  const address = `https://github.com/${repository}/releases/download/${tag}`;
  const [before, behind, ...more] = script.split(PLACEHOLDER);
  if (behind !== undefined && more.length === 0) return before + address + behind;
  throw new OperationalError(`Cannot put ${address} into a script: it has not one ${PLACEHOLDER}`);
}
