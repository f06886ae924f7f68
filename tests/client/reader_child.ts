/**
 * A reader that starts with every permission, as one of the compiled binary does with those of the binary. Every write
 * puts the permissions that are left at that moment, in brackets, in front of what is printed.
 *
 * @module
 */

import { runReader } from "../../client/reader.ts";

const NAMES = ["run", "read", "write", "net", "env", "sys", "ffi", "import"] as const;

const print = Deno.stdout.writeSync.bind(Deno.stdout);
Deno.stdout.write = (bytes) => {
  const left = NAMES.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
  print(new TextEncoder().encode(`[${left.join(" ")}] `));
  return Promise.resolve(print(bytes));
};

Deno.exit(await runReader());
