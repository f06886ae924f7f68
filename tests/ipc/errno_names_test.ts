import { constants } from "node:os";
import { errnoName } from "../../ipc/errno_names.ts";
import { assertEquals } from "../assert.ts";

/** Second names of numbers that have one already. */
const SECOND_NAMES: readonly string[] = ["EWOULDBLOCK", "ENOTSUP"];

Deno.test({
  name: "errnoName() gives every error of this system the name that Node gives it",
  ignore: Deno.build.os !== "linux",
  fn() {
    const known = Object.entries(constants.errno).filter(([name]) => !SECOND_NAMES.includes(name));
    assertEquals(known.map(([, errno]) => errnoName(errno)), known.map(([name]) => name));
    assertEquals(known.length > 70, true, `${known.length} names`);
  },
});

Deno.test("errnoName() tells the number of what has no name", () => {
  const numbers = [0, 41, 58, 134, -1];
  assertEquals(numbers.map(errnoName), numbers.map((errno) => `errno ${errno}`));
});

Deno.test("errnoName() knows the names that Node does not", () => {
  assertEquals([64, 109, 112, 133].map(errnoName), [
    "ENONET",
    "ETOOMANYREFS",
    "EHOSTDOWN",
    "EHWPOISON",
  ]);
});
