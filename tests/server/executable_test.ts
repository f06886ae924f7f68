import { OperationalError } from "../../ipc/errors.ts";
import { findExecutable, lookUpExecutable } from "../../server/executable.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";

/** A folder with programs in it, which is searched first. */
class ProgramFolder extends TempFolder {
  readonly #path = Deno.env.get("PATH") ?? "";

  /** Puts these folders in front of `PATH`. */
  search(...folders: readonly string[]): void {
    Deno.env.set("PATH", [...folders, this.#path].join(":"));
  }

  /** Writes a file, by default one that may be executed. */
  add(name: string, mode = 0o755): string {
    Deno.mkdirSync(this.join(name).replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(this.join(name), "#!/bin/sh\n");
    Deno.chmodSync(this.join(name), mode);
    return this.join(name);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    Deno.env.set("PATH", this.#path);
    await super[Symbol.asyncDispose]();
  }
}

async function assertNotFound(name: string, message: string) {
  const error = await assertRejects(() => findExecutable(name), OperationalError);
  assertEquals(error.message, message);
}

Deno.test("findExecutable() finds a name in the first folder of PATH that has it", async () => {
  await using folder = new ProgramFolder();
  const first = folder.add("one/greet");
  const second = folder.add("two/greet");
  folder.search(folder.join("one"), folder.join("two"));
  assertEquals(await findExecutable("greet"), first);
  folder.search(folder.join("missing"), folder.join("two"), folder.join("one"));
  assertEquals(await findExecutable("greet"), second);
});

Deno.test("findExecutable() passes over a folder and over what may not be executed", async () => {
  await using folder = new ProgramFolder();
  Deno.mkdirSync(folder.join("one/greet"), { recursive: true });
  folder.add("two/greet", 0o644);
  const third = folder.add("three/greet");
  folder.search(folder.join("one"), folder.join("two"), folder.join("three"));
  assertEquals(await findExecutable("greet"), third);
});

Deno.test("findExecutable() takes a name with a slash as a path, and does not search", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("one/greet");
  folder.search(folder.path);
  assertEquals(await findExecutable(path), path);
  await assertNotFound("one/greet", 'Cannot run "one/greet": no such program');
});

Deno.test("findExecutable() takes a name as it is, whatever it would mean to a shell", async () => {
  await using folder = new ProgramFolder();
  for (const name of ["two words", "$(exit 4)", "it's", '"', "*", "-d", "a\nb"]) {
    const path = folder.add(`bin/${name}`);
    folder.search(folder.join("bin"));
    assertEquals(await findExecutable(name), path);
    assertEquals(await findExecutable(path), path);
  }
});

Deno.test("findExecutable() bears a PATH with what would mean something to a shell", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("two words [b]/greet");
  folder.add("two words b/greet");
  folder.search(folder.join("two words [b]"));
  assertEquals(await findExecutable("greet"), path);
});

Deno.test("findExecutable() throws for a name that is in no folder of PATH", async () => {
  await assertNotFound("no-such-program", 'Cannot run "no-such-program": no such program in PATH');
  await assertNotFound("no\nsuch", 'Cannot run "no\\nsuch": no such program in PATH');
});

Deno.test("findExecutable() throws for a path that does not exist", async () => {
  await using folder = new ProgramFolder();
  const path = folder.join("gone");
  await assertNotFound(path, `Cannot run "${path}": no such program`);
});

Deno.test("findExecutable() throws for a folder", async () => {
  await using folder = new ProgramFolder();
  await assertNotFound(folder.path, `Cannot run "${folder.path}": it is a folder`);
});

Deno.test("findExecutable() throws for a file that may not be executed, and says what to do", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("one/greet", 0o644);
  const reason = "permission denied (make it executable with chmod +x)";
  await assertNotFound(path, `Cannot run "${path}": ${reason}`);
  folder.search(folder.join("one"));
  await assertNotFound("greet", `Cannot run "greet": ${reason}`);
});

Deno.test("lookUpExecutable() resolves to a path, or to null where there is no such program", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("one/greet");
  folder.search(folder.join("one"));
  assertEquals(await lookUpExecutable("greet"), path);
  assertEquals(await lookUpExecutable("no-such-program"), null);
});
