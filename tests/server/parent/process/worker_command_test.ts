import {
  workerCommand,
  type WorkerOptions,
} from "../../../../server/parent/process/worker_command.ts";
import { assertEquals, assertMatch, assertNotEquals } from "../../../assert.ts";

/** What Deno itself is told. */
function denoFlagsOf(handlerUrl: string | null): string[] {
  const { args } = workerCommand({ transport: "pipe", handlerUrl });
  return args.slice(
    0,
    args.findIndex((argument) => !argument.startsWith("-") && argument !== "run"),
  );
}

Deno.test("workerCommand() starts a worker that echoes without deno.json and without V8's threads", () => {
  const flags = denoFlagsOf(null);
  assertEquals(flags.filter((flag) => /config|v8/.test(flag)), [
    "--no-config",
    "--v8-flags=--single-threaded",
  ]);
});

Deno.test("workerCommand() leaves both to a worker with a handler", () => {
  const flags = denoFlagsOf("file:///handler.ts").filter((flag) => /config|v8/.test(flag));
  const { pathname } = new URL("../../../../deno.json", import.meta.url);
  const config = (flag: string) => Deno.realPathSync(flag.replace(/^--config=/, ""));
  assertEquals(flags.map(config), [Deno.realPathSync(pathname)]);
});

Deno.test("workerCommand() gives each worker with a handler an address of its own, by which Deno keeps stores", () => {
  const [first = "", second = ""] = [1, 2].map(() =>
    denoFlagsOf("file:///handler.ts").find((flag) => flag.startsWith("--location="))
  );
  assertMatch(first, /^--location=http:\/\/[-\da-f]+\.invalid$/);
  assertNotEquals(first, second);
});

/** What a worker may from source, until it gives that up. */
function permissionsOf(options: WorkerOptions): string[] {
  return workerCommand(options).args.filter((argument) => argument.startsWith("--allow"));
}

for (const handlerUrl of [null, "file:///handler.ts"]) {
  const whose = handlerUrl === null ? "the echo" : "a handler";
  Deno.test(`workerCommand() permits a worker with ${whose} its own sockets, and nothing else`, () => {
    const sockets = { socket: "/tmp/a b/w7", control: "/tmp/a b/hub" };
    assertEquals(permissionsOf({ transport: "unix", handlerUrl, ...sockets }), [
      "--allow-read=/tmp/a b/w7,/tmp/a b/hub",
      "--allow-write=/tmp/a b/w7,/tmp/a b/hub",
      "--allow-net=unix:/tmp/a b/w7,unix:/tmp/a b/hub",
    ]);
    assertEquals(permissionsOf({ transport: "pipe", handlerUrl }), []);
    assertEquals(permissionsOf({ transport: "none", handlerUrl }), []);
  });
}

Deno.test("workerCommand() permits more where Deno cannot be told the path of a socket", () => {
  const sockets = { socket: "/tmp/a,b/w7", control: "/tmp/a,b/hub" };
  assertEquals(permissionsOf({ transport: "unix", handlerUrl: null, ...sockets }), [
    "--allow-read",
    "--allow-write",
    "--allow-net",
  ]);
});

Deno.test("workerCommand() fills in what a transport does not need", () => {
  const { args } = workerCommand({ transport: "pipe", handlerUrl: "file:///handler.ts" });
  assertEquals(args.slice(-12), [
    "--transport=pipe",
    "--socket=-",
    "--control=-",
    "--handler=file:///handler.ts",
    "--worker=1",
    "--connections=1",
    "--parentPid=0",
    "--idleTimeoutMs=0",
    "--reportsMessages=false",
    "--reportsTraffic=false",
    "--outlivesParent=false",
    "--fault=-",
  ]);
});
