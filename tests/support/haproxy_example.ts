/** What examples/haproxy says: the balancer's file, and in its comments how a server is started. */

import { assert } from "../assert.ts";

/** The file. */
export const EXAMPLE = decodeURIComponent(
  new URL("../../examples/haproxy/haproxy.cfg", import.meta.url).pathname,
);

/** What it tells an operator to write behind `brood server` on the first server's machine. */
export async function readServerArgs(): Promise<string[]> {
  const text = await Deno.readTextFile(EXAMPLE);
  const [, command] = /brood server ([^]*?)\n#\n/.exec(text) ?? [];
  assert(command !== undefined);
  return command.replaceAll("\\\n#", "").trim().split(/ +/);
}
