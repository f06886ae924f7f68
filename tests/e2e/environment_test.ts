/** Odd environments: no PATH, names that are no UTF-8, a working folder that is removed. */

import { assertEquals } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { runToEnd, TestFolder } from "./process.ts";
import { fixture, type Program, testProgram } from "./program.ts";
import { type ServerStart, TestServer } from "./server.ts";

/** Starts a server, has a line echoed, and stops it. */
async function assertServes(program: Program, start: ServerStart): Promise<void> {
  await using server = await TestServer.start(program, start);
  using client = await server.connect();
  assertEquals(await client.roundTrip(), "ping\n");
}

/** The program behind what a shell does before. */
function shell(script: string): string[] {
  return ["sh", "-c", `${script}; exec "$@"`, "sh"];
}

const CAT = ["/bin/cat"];

for (const what of ["unset PATH", "PATH=", "PATH=/nowhere"]) {
  testProgram(`a server serves after ${what}`, async (program) => {
    for (const command of [undefined, CAT]) {
      await assertServes(program, { wrapper: shell(what), command });
    }
  });
}

testProgram("a program is looked for in the system's folders without PATH", async (program) => {
  // From source Deno has put a folder of its own into the PATH that was not there.
  if (program.form === "compiled") {
    await assertServes(program, { wrapper: shell("unset PATH"), command: ["cat"] });
  }
  const server = [program.path, ...program.args, "server", "0", "--", "cat"];
  const { status, stderr } = await runToEnd([...shell("PATH=/nowhere"), ...server]);
  assertEquals([status, stderr], [1, 'brood: Cannot run "cat": no such program in PATH\n']);
});

testProgram("a server serves where XDG_RUNTIME_DIR is no UTF-8", async (program) => {
  const script = `XDG_RUNTIME_DIR=$(printf '/tmp/\\377')`;
  await assertServes(program, { wrapper: shell(script) });
});

/** What needs a process for a connection. */
const SERVINGS: readonly (readonly [string, ServerStart])[] = [
  ["a worker", {}],
  ["a worker over pipes", { flags: ["--transport", "pipe"] }],
  ["a module", { flags: ["--handler", fixture("echo_handler.js")] }],
  ["a program", { command: CAT }],
  ["a program over pipes", { command: CAT, flags: ["--transport", "pipe"] }],
  ["a worker over the socket", { flags: ["--transport", "socket"] }],
];

/** Takes from the superuser what lets it enter every folder. */
const LIKE_A_USER = [
  "setpriv",
  "--bounding-set=-dac_override,-dac_read_search",
  "--inh-caps=-dac_override,-dac_read_search",
];

for (const [what, start] of SERVINGS) {
  testProgram(
    `${what} is started also where the working folder may not be entered`,
    async (program) => {
      await using folder = new TempFolder();
      const working = folder.join("working");
      await Deno.mkdir(working, { mode: 0o000 });
      const asUser = Deno.uid() === 0 ? LIKE_A_USER : [];
      const wrapper = [...shell(`cd ${working}`), ...asUser];
      await assertServes(program, { ...start, wrapper });
    },
    {
      needs: ["setpriv"],
      impossible: Deno.uid() === 0 ? undefined : "only the superuser can be in such a folder",
    },
  );

  testProgram(`${what} is started also when the working folder was removed`, async (program) => {
    await using folder = new TempFolder();
    const working = folder.join("working");
    await Deno.mkdir(working);
    const wrapper = shell(`cd ${working}`);
    await using server = await TestServer.start(program, { ...start, wrapper });
    await Deno.remove(working);
    for (let i = 0; i < 2; i++) {
      using client = await server.connect();
      assertEquals(await client.roundTrip(), "ping\n");
    }
  });
}

testProgram("a program in the working folder is found there to the end", async (program) => {
  await using folder = new TestFolder();
  const script = folder.join("greet");
  await Deno.writeTextFile(script, "#!/bin/sh\nexec cat\n", { mode: 0o755 });
  await assertServes(program, { wrapper: shell(`cd ${folder.path}`), command: ["./greet"] });
  await Deno.remove(script);
});
