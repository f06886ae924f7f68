/** A server that is told something wrong on its command line. */

import { assertEquals, assertMatch } from "../assert.ts";
import { runToEnd } from "./process.ts";
import type { Program } from "./program.ts";

/** Flags, and what is said of them. */
export type WrongUsage = readonly [flags: readonly string[], message: RegExp];

/** Each is told in one line, with status 2. */
export async function assertRefused(
  { path, args }: Program,
  wrong: readonly WrongUsage[],
): Promise<void> {
  for (const [flags, message] of wrong) {
    const { status, stdout, stderr } = await runToEnd([path, ...args, "server", ...flags, "0"]);
    assertEquals([status, stdout], [2, ""], flags.join(" "));
    assertMatch(stderr, message);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
}
