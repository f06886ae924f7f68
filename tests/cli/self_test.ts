import { selfCommand } from "../../cli/self.ts";
import { WORKER_COMMAND } from "../../server/child/worker.ts";
import { assertEquals, assertMatch } from "../assert.ts";

Deno.test("selfCommand() runs the hidden command's module with this Deno when the program is its source", () => {
  const module = new URL("../../server/child/worker.ts", import.meta.url).href;
  const { path, args } = selfCommand(WORKER_COMMAND, ["--socket=/tmp/a b"]);
  assertEquals(path, Deno.execPath());
  assertEquals(args[0], "run");
  assertEquals(args.slice(-2), [module, "--socket=/tmp/a b"]);
});

Deno.test("selfCommand() is a command that starts this program from any folder", async () => {
  const { path, args } = selfCommand(WORKER_COMMAND, ["--nonsense"]);
  const command = new Deno.Command(path, { args: [...args], cwd: "/", stdin: "null" });
  const { stderr, code } = await command.output();
  // The worker itself answers, and reports what its parent cannot have meant as a bug.
  assertMatch(new TextDecoder().decode(stderr), /Cannot read the argument "--nonsense"/);
  assertEquals(code, 70);
});
