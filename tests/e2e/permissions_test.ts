/** What the server's own process may do: what deno.json says, from source and compiled. */

import { assertEquals } from "../assert.ts";
import { readAll } from "../support/bytes.ts";
import { fixture, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

const { tasks } = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
);

/** A task's permissions by name, each with what it is limited to. */
function permissionsOf(task: string): ReadonlyMap<string, readonly string[]> {
  const flags = [...tasks[task].command.matchAll(/--allow-([a-z]+)(?:=(\S+))?/g)];
  return new Map(flags.map(([, name = "", limits = ""]) => [name, limits.split(",")]));
}

/** All that Deno knows, but for `import`, of which some is granted whatever is said. */
const NAMES = ["net", "read", "write", "run", "sys", "ffi"];

testProgram("a server may do what deno.json says, and nothing more", async (program) => {
  // In iterative mode a module is in the server's process.
  const flags = ["--mode", "iterative", "--handler", fixture("tells_permissions.ts")];
  await using server = await TestServer.start(program, { flags: [...flags, "--log", "json"] });
  const permissions = permissionsOf("server");
  const allowed = permissions.get("env") ?? [];
  const variables = [...allowed, "HOME"].map((name) => `env=${name}`);
  using conn = await Deno.connect({ port: server.port });
  await conn.write(new TextEncoder().encode([...NAMES, ...variables, ""].join("\n")));
  await conn.closeWrite();
  const stateOf = (isGranted: boolean) => isGranted ? "granted" : "denied";
  const expected = [
    ...NAMES.map((name) => `${name}: ${stateOf(permissions.has(name))}\n`),
    ...allowed.map((name) => `env=${name}: granted\n`),
    "env=HOME: denied\n",
  ];
  assertEquals((await readAll(conn)).replaceAll("prompt", "denied"), expected.join(""));
});

Deno.test("the client from source may do nothing that the server may not", () => {
  const more = [...permissionsOf("client").keys()].filter((name) =>
    !permissionsOf("server").has(name)
  );
  assertEquals(more, []);
});
