/**
 * A load generator that starts with every permission, as one of the compiled binary does with those of the binary.
 * Every write tells on standard error the permissions that are left at that moment.
 *
 * @module
 */

import { runGenerator } from "../../../../client/load/processes/generator.ts";

const NAMES = ["run", "read", "write", "net", "env", "sys", "ffi", "import"] as const;

const write = Deno.stdout.write.bind(Deno.stdout);
Deno.stdout.write = (bytes) => {
  const left = NAMES.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
  console.error(left.join(" "));
  return write(bytes);
};

Deno.exit(await runGenerator(Deno.args));
