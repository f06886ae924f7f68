/** Two servers on one port, so that one takes the place of the other and no client is refused. */

import { assert, assertEquals, assertStringIncludes } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import {
  childrenOf,
  type Finished,
  RunningProcess,
  runToEnd,
  TestFolder,
  until,
} from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { TestClient, TestServer } from "./server.ts";

/** Clients that come to a port, three at a time, until they are to end: each has to be served. */
class Visits {
  readonly #port: number;
  readonly #coming: Promise<unknown>;
  #served = 0;
  #onServed = () => {};
  #isOver = false;

  constructor(port: number) {
    this.#port = port;
    this.#coming = Promise.all([this.#visit(), this.#visit(), this.#visit()]);
    this.#coming.catch(() => {});
  }

  async #visit(): Promise<void> {
    while (!this.#isOver) {
      using client = await TestClient.connect({ hostname: "127.0.0.1", port: this.#port });
      assertEquals(await client.roundTrip(), "ping\n");
      await client.closeWrite();
      assertEquals(await client.disconnected(), "end of file");
      this.#served += 1;
      this.#onServed();
    }
  }

  /** Resolves when one more was served. Rejects where one was not. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onServed = resolve;
    await Promise.race([promise, this.#coming]);
  }

  /** Resolves to how many were served. Rejects where one was not. */
  async end(): Promise<number> {
    this.#isOver = true;
    await this.#coming;
    return this.#served;
  }
}

for (const transport of ["socket", "unix"]) {
  testProgram(
    `a server with --reuse-port takes another's place, and no client fails: ${transport}`,
    async (program) => {
      const flags = [
        ...["--reuse-port", "--log", "json", "--no-messages", "--drain-delay", "0.5"],
        ...["--mode", "prefork", "--workers", "4", "--transport", transport],
      ];
      await using old = await TestServer.start(program, { flags });
      const { port } = old;
      const visits = new Visits(port);
      await using next = await TestServer.start(program, { flags, port });
      // Both are there for a while.
      await next.event("connection_closed");
      await old.stop();
      const atStop = next.events.length;
      await next.event("connection_closed", {}, atStop);
      const served = await visits.end();
      const { connectionsAccepted } = await old.event("stopped");
      assert(served >= Number(connectionsAccepted));
    },
  );
}

/** The flags of a server that has enough workers for all who visit it. */
const OLD = [
  ...["--reuse-port", "--no-messages"],
  ...["--mode", "prefork", "--workers", "3", "--transport", "socket"],
];

/** A module that loads for a while, and then not at all. */
const BROKEN = `await new Promise((resolve) => setTimeout(resolve, 200));
throw new Error("it never works");
`;

/** How the start of a new server fails: its flags, where BROKEN stands for a module's file, and what it says. */
const FAILING: readonly (readonly [flags: readonly string[], reason: string])[] = [
  [["--transport", "socket", "--handler", "BROKEN"], "Cannot load the handler"],
  [["--transport", "unix", "--handler", "BROKEN"], "Cannot load the handler"],
  [["--mode", "prefork", "--handler", "BROKEN"], "Cannot load the handler"],
  [["--mode", "iterative", "--handler", "BROKEN"], "Cannot load the handler"],
  [["--mode", "prefork", "--limit", "open-files=8"], "ended before it was ready"],
  [["--transport", "socket", "--limit", "open-files=8"], "ended before it was ready"],
  [["--status", "PORT"], "address already in use"],
  [["--tls-cert", "BROKEN", "--tls-key", "BROKEN"], "Cannot "],
];

/** Starts a server whose start has to fail, besides others on that port. */
async function failBeside(
  { path, args }: Program,
  { port, flags }: { readonly port: number; readonly flags: readonly string[] },
): Promise<Finished> {
  await using folder = new TempFolder();
  await using own = new TestFolder();
  const words: Readonly<Record<string, string>> = {
    BROKEN: folder.join("broken.js"),
    PORT: String(port),
  };
  await Deno.writeTextFile(folder.join("broken.js"), BROKEN);
  const given = flags.map((flag) => words[flag] ?? flag);
  const command = [path, ...args, "server", "--reuse-port", ...given, String(port)];
  return await runToEnd(command, { env: { TMPDIR: own.path, XDG_RUNTIME_DIR: "" } });
}

for (const [flags, reason] of FAILING) {
  testProgram(
    `a server that cannot start takes no client from the one that is there: ${flags.join(" ")}`,
    async (program) => {
      await using old = await TestServer.start(program, { flags: OLD });
      const visits = new Visits(old.port);
      const { status, stdout, stderr } = await failBeside(program, { port: old.port, flags });
      await visits.next();
      await visits.end();
      assertEquals([status, stdout], [1, ""]);
      assertStringIncludes(stderr, reason);
    },
  );
}

testProgram(
  "a server that is stopped while its handler loads has taken no client",
  async (program) => {
    await using old = await TestServer.start(program, { flags: OLD });
    await using folder = new TempFolder();
    const handler = folder.join("loads_for_ever.js");
    await Deno.writeTextFile(
      handler,
      "setInterval(() => {}, 1000);\nawait new Promise(() => {});\n",
    );
    const visits = new Visits(old.port);
    const { path, args } = program;
    const flags = ["--reuse-port", "--handler", handler];
    await using next = new RunningProcess([path, ...args, "server", ...flags, String(old.port)]);
    await until(
      async () => (await childrenOf(next.pid)).length > 0,
      "process that tries the handler",
    );
    await visits.next();
    next.signal("SIGTERM");
    const { code } = await next.ended();
    await visits.next();
    await visits.end();
    assertEquals([code, next.stdout.text, next.stderr.text], [0, "", ""]);
  },
);

testProgram("a port is shared only by those who say so", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--reuse-port"] });
  const { path, args } = program;
  const { status, stderr } = await runToEnd([path, ...args, "server", String(server.port)]);
  assertEquals(status, 1);
  assertStringIncludes(stderr, "address already in use");
});

testProgram("that a port is not shared is told before the handler is tried", async (program) => {
  await using server = await TestServer.start(program);
  const flags = ["--handler", "BROKEN"];
  const { status, stderr } = await failBeside(program, { port: server.port, flags });
  assertEquals(status, 1);
  assertStringIncludes(stderr, "address already in use");
});
