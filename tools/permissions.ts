/**
 * The permissions of the server, which are those of the binary too: told once, in `deno.json`'s task `server`. What
 * each is for stands in docs/architecture.md.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** The flags that give them to Deno. */
export const SERVER_PERMISSIONS: readonly string[] = config.tasks.server.command.split(" ")
  .filter((word) => word.startsWith("--allow-"));
