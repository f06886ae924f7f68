import { workerCommand } from "../../server/worker_command.ts";
import { assertEquals } from "../assert.ts";

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
  assertEquals(denoFlagsOf("file:///handler.ts").filter((flag) => /config|v8/.test(flag)), []);
});

Deno.test("workerCommand() fills in what a transport does not need", () => {
  const { args } = workerCommand({ transport: "pipe", handlerUrl: "file:///handler.ts" });
  assertEquals(args.slice(-6), [
    "--transport=pipe",
    "--socket=-",
    "--control=-",
    "--handler=file:///handler.ts",
    "--worker=1",
    "--connections=1",
  ]);
});
