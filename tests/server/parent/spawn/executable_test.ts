import { OperationalError } from "../../../../ipc/errors.ts";
import { executionError, findExecutable } from "../../../../server/parent/spawn/executable.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { writeProgram } from "../../../support/program_file.ts";
import { TempFolder } from "../../../support/temp_folder.ts";

const NOT_IN_PATH = "no such program in PATH";
const NOT_EXECUTABLE = "permission denied (make it executable with chmod +x)";

/** A folder with programs in it. */
class ProgramFolder extends TempFolder {
  /** Writes a file, by default one that may be executed. */
  add(name: string, mode = 0o755): string {
    Deno.mkdirSync(this.join(name).replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(this.join(name), "#!/bin/sh\n");
    Deno.chmodSync(this.join(name), mode);
    return this.join(name);
  }
}

/** An environment whose `PATH` has these folders, or in which there is none. */
function searching(...folders: readonly string[]): Pick<Deno.Env, "get"> {
  const path = folders.length === 0 ? undefined : folders.join(":");
  return { get: (name) => name === "PATH" ? path : undefined };
}

async function assertNotFound(name: string, message: string, env?: Pick<Deno.Env, "get">) {
  const error = await assertRejects(() => findExecutable(name, env), OperationalError);
  assertEquals(error.message, message);
}

Deno.test("findExecutable() finds a name in the first folder of PATH that has it", async () => {
  await using folder = new ProgramFolder();
  const first = folder.add("one/greet");
  const second = folder.add("two/greet");
  const [one, two] = [folder.join("one"), folder.join("two")];
  assertEquals(await findExecutable("greet", searching(one, two)), first);
  const env = searching(folder.join("missing"), `${first}`, two, one);
  assertEquals(await findExecutable("greet", env), second);
});

Deno.test("findExecutable() passes over a folder and over what may not be executed", async () => {
  await using folder = new ProgramFolder();
  Deno.mkdirSync(folder.join("one/greet"), { recursive: true });
  folder.add("two/greet", 0o644);
  const third = folder.add("three/greet");
  const env = searching(...["one", "two", "three"].map((name) => folder.join(name)));
  assertEquals(await findExecutable("greet", env), third);
});

Deno.test("findExecutable() takes a name with a slash as a path, and does not search", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("one/greet");
  assertEquals(await findExecutable(path, searching("/nowhere")), path);
  const message = 'Cannot run "one/greet": no such program';
  await assertNotFound("one/greet", message, searching(folder.path));
});

Deno.test("findExecutable() makes a relative path absolute, for the working folder may change", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("greet");
  const up = Deno.cwd().split("/").filter((name) => name !== "").map(() => "..").join("/");
  const relative = `${up}${path}`;
  assertEquals(await findExecutable(relative), `${Deno.cwd()}/${relative}`);
});

Deno.test("findExecutable() takes a name as it is, whatever it would mean to a shell", async () => {
  await using folder = new ProgramFolder();
  for (const name of ["two words", "$(exit 4)", "it's", '"', "*", "-d", "a\nb"]) {
    const path = folder.add(`bin/${name}`);
    assertEquals(await findExecutable(name, searching(folder.join("bin"))), path);
    assertEquals(await findExecutable(path), path);
  }
});

Deno.test("findExecutable() bears a PATH with what would mean something to a shell", async () => {
  await using folder = new ProgramFolder();
  const path = folder.add("two words [b]/greet");
  folder.add("two words b/greet");
  assertEquals(await findExecutable("greet", searching(folder.join("two words [b]"))), path);
});

Deno.test("findExecutable() looks in the working folder where PATH has an empty name", async () => {
  await assertNotFound(
    "deno.json",
    `Cannot run "deno.json": ${NOT_EXECUTABLE}`,
    searching("", "/"),
  );
  await assertNotFound("no-such-program", `Cannot run "no-such-program": ${NOT_IN_PATH}`, {
    get: () => "",
  });
});

Deno.test("findExecutable() looks where systems have their programs if PATH cannot be read", async () => {
  const throwing = (error: Error) => ({
    get(): never {
      throw error;
    },
  });
  const unreadable = [new Deno.errors.InvalidData(), new Deno.errors.NotCapable()].map(throwing);
  for (const env of [searching(), ...unreadable]) {
    assertMatch(await findExecutable("sh", env), /^(\/usr)?\/bin\/sh$/);
    await assertNotFound("no-such-program", `Cannot run "no-such-program": ${NOT_IN_PATH}`, env);
  }
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
  await assertNotFound(path, `Cannot run "${path}": ${NOT_EXECUTABLE}`);
  const env = searching(folder.join("one"), "/nowhere");
  await assertNotFound("greet", `Cannot run "greet": ${NOT_EXECUTABLE}`, env);
});

Deno.test("findExecutable() says why it cannot look at a path", async () => {
  await using folder = new ProgramFolder();
  Deno.symlinkSync("loop", folder.join("loop"));
  const path = folder.join("loop");
  await assertNotFound(path, `Cannot run "${path}": ELOOP`);
});

/** What starting a program fails with, as Deno tells it. */
function startErrorOf(path: string): unknown {
  try {
    return new Deno.Command(path).spawn();
  } catch (error) {
    return error;
  }
}

Deno.test("executionError() tells what is the matter with a program, and names it", async () => {
  await using folder = new TempFolder();
  const text = folder.join("text");
  await writeProgram(text, "#!/bin/sh\n");
  await Deno.chmod(text, 0o644);
  const orphan = folder.join("orphan");
  await writeProgram(orphan, "#! /no/such/shell -e\n");
  for (
    const [path, reason] of [
      [folder.join("gone"), "no such file or directory"],
      [`${text}/x`, "not a directory"],
      [text, "permission denied"],
      [orphan, "there is no /no/such/shell to interpret it"],
    ] as const
  ) {
    const error = executionError({ path }, startErrorOf(path));
    assert(error instanceof OperationalError);
    assertEquals(error.message, `Cannot execute ${path}: ${reason}`);
  }
});

Deno.test("executionError() leaves a want of this server's what it is, and a bug", () => {
  const bug = new TypeError("a bug");
  const wants = ["EMFILE", "ENOMEM", "EAGAIN"].map((code) => Object.assign(new Error(), { code }));
  for (const error of [bug, ...wants]) {
    assertEquals(executionError({ path: "/bin/cat" }, error), error);
  }
});
