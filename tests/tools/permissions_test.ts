/** The binary and the tasks have the same permissions, each with what it is for. */

import { PERMISSION_FLAGS } from "../../tools/compile.ts";
import { assertEquals } from "../assert.ts";

const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));

function permissionsOf(task: string): string[] {
  return tasks[task].command.split(" ").filter((word: string) => word.startsWith("--allow-"));
}

Deno.test("the server from source may do what the binary may", () => {
  assertEquals(permissionsOf("server").toSorted(), PERMISSION_FLAGS.toSorted());
});

Deno.test("the client from source may do nothing that the binary may not", () => {
  const names = PERMISSION_FLAGS.map((flag) => flag.replace(/=.*/, ""));
  const more = permissionsOf("client").filter((flag) => !names.includes(flag.replace(/=.*/, "")));
  assertEquals(more, []);
});
