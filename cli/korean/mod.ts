/**
 * What the program says, in English and Korean. `cli/translation.ts` tells how an entry is found; a test compares the
 * entries with what the sources say.
 *
 * @module
 */

import type { Messages } from "../messages.ts";
import { COMMAND_LINE } from "./command_line.ts";
import { COMPARISON } from "./comparison.ts";
import { FAILURES } from "./failures.ts";
import { HELP } from "./help.ts";
import { REASONS } from "./reasons.ts";
import { SERVER } from "./server.ts";

/** All of it. */
export const KOREAN: Messages = {
  ...COMMAND_LINE,
  ...COMPARISON,
  ...FAILURES,
  ...HELP,
  ...REASONS,
  ...SERVER,
};
