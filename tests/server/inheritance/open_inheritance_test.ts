import { OperationalError } from "../../../ipc/errors.ts";
import {
  type InheritanceOptions,
  openInheritance,
} from "../../../server/inheritance/open_inheritance.ts";
import { findExecutable } from "../../../server/parent/spawn/executable.ts";
import type { SessionCommand } from "../../../server/parent/spawn/session.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { findMissingTools } from "../../support/tools.ts";

const NOTHING: InheritanceOptions = {
  env: [],
  noEnv: false,
  chdir: "",
  limit: [],
  transport: "socket",
};

const COMMAND: SessionCommand = { path: "/bin/cat", args: ["-u"], env: { PROTO: "TCP" } };

/** The command of a program that inherits that. */
async function prepared(options: Partial<InheritanceOptions>): Promise<SessionCommand> {
  return (await openInheritance({ ...NOTHING, ...options }))(COMMAND);
}

const SET = { name: "A", value: "1" };
const OWN = { name: "PATH", value: null };

Deno.test("a program inherits everything unless something is asked for", async () => {
  assertEquals(await prepared({}), COMMAND);
  assertEquals(await prepared({ env: [OWN] }), COMMAND);
});

Deno.test("a variable is set, and cannot take the place of one of the connection", async () => {
  const env = [SET, { name: "PROTO", value: "UDP" }];
  assertEquals((await prepared({ env })).env, { A: "1", PROTO: "TCP" });
});

Deno.test("over a socket the named variables are inherited, over a pipe they are set", async () => {
  const env = [SET, OWN, { name: "BROOD_HAS_NO_SUCH_VARIABLE", value: null }];
  assertEquals(await prepared({ env, noEnv: true }), {
    ...COMMAND,
    env: { A: "1", PROTO: "TCP" },
    inherits: new Set(["PATH", "BROOD_HAS_NO_SUCH_VARIABLE"]),
  });
  assertEquals(await prepared({ env, noEnv: true, transport: "pipe" }), {
    ...COMMAND,
    env: { A: "1", PATH: Deno.env.get("PATH") ?? "", PROTO: "TCP" },
    inherits: new Set<string>(),
  });
});

Deno.test("the folder is the program's working folder", async () => {
  assertEquals(await prepared({ chdir: "/" }), { ...COMMAND, cwd: "/" });
  await assertRejects(
    () => prepared({ chdir: "/no/folder" }),
    OperationalError,
    "Cannot start programs in /no/folder",
  );
});

const { reason } = findMissingTools(["prlimit"]);

Deno.test({
  name: "limits are set by prlimit, which becomes the program; of two the last one counts",
  ignore: reason !== null,
  async fn() {
    const limit = [
      { name: "memory", value: 1 },
      { name: "open-files", value: 64 },
      { name: "memory", value: 2 ** 28 },
      { name: "cpu", value: 5 },
      { name: "processes", value: 200 },
    ] as const;
    assertEquals(await prepared({ limit, chdir: "/" }), {
      ...COMMAND,
      path: await findExecutable("prlimit"),
      args: ["--as=268435456", "--nofile=64", "--cpu=5:6", "--nproc=200", "/bin/cat", "-u"],
      cwd: "/",
    });
  },
});
