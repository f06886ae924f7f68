/**
 * The hidden command that starts a status process, for who starts one: the process itself loads much more.
 *
 * @module
 */

import { host, integer } from "../../../cli/flags.ts";
import type { HiddenCommand } from "../../../cli/self.ts";

/** The hidden command that starts a status process. Its port is permitted besides (`status_process.ts`). */
export const STATUS_COMMAND: HiddenCommand = {
  name: "_status",
  module: new URL("./status.ts", import.meta.url).href,
  permissions: [],
  // The page's files are imported as texts, which Deno 2.6 has to be told.
  flags: ["--unstable-raw-imports"],
};

/** What the server tells a status process. */
export const STATUS_FLAGS = {
  host: host({ placeholder: "ADDR", fallback: "127.0.0.1", help: "where to listen" }),
  port: integer({ placeholder: "PORT", fallback: 0, min: 0, max: 65_535, help: "0: a free one" }),
};
