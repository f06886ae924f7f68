import { OperationalError } from "../../../../ipc/errors.ts";
import { findFolder } from "../../../../server/parent/spawn/folder.ts";
import { executionError } from "../../../../server/parent/spawn/executable.ts";
import { assert, assertEquals, assertThrows } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";

Deno.test("findFolder() finds a folder by an absolute path, and by one from here", () => {
  assertEquals(findFolder("/"), "/");
  assertEquals(findFolder("."), `${Deno.cwd()}/.`);
});

Deno.test("findFolder() throws for what is no folder, and for a file", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("file"), "");
  for (
    const [name, reason] of [["none", "no such file or directory"], ["file", "not a directory"]]
  ) {
    const path = folder.join(name ?? "");
    const { message } = assertThrows(() => findFolder(path), OperationalError);
    assertEquals(message, `Cannot start programs in ${path}: ${reason}`);
  }
});

Deno.test("executionError() tells of a folder that is gone, and of the program where it is there", () => {
  const cause = Object.assign(new Error("not found"), { code: "ENOENT" });
  const messageIn = (cwd: string) => {
    const error = executionError({ path: "/no/program", cwd }, cause);
    assert(error instanceof OperationalError);
    return error.message;
  };
  const reason = "no such file or directory";
  assertEquals(messageIn("/no/folder"), `Cannot start programs in /no/folder: ${reason}`);
  assertEquals(messageIn("/"), `Cannot execute /no/program: ${reason}`);
});
