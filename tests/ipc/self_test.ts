import { selfCommand } from "../../ipc/self.ts";
import { assertEquals, assertMatch } from "../assert.ts";

Deno.test("selfCommand() runs main.ts with this Deno when the program is its source", () => {
  const { path, args } = selfCommand(["_worker", "--socket=/tmp/a b"]);
  const main = new URL("../../main.ts", import.meta.url).href;
  const at = args.indexOf(main);

  assertEquals(path, Deno.execPath());
  assertEquals(args[0], "run");
  assertEquals(args.slice(at + 1), ["_worker", "--socket=/tmp/a b"]);
});

Deno.test("selfCommand() gives a worker no more than what it opens sockets and files with", () => {
  const { args } = selfCommand([]);
  assertEquals(args.slice(1, -1), ["--no-prompt", "--allow-net", "--allow-read", "--allow-write"]);
});

Deno.test("selfCommand() is a command that starts this program from any folder", async () => {
  const { path, args } = selfCommand(["--version"]);
  const command = new Deno.Command(path, { args: [...args], cwd: "/", stdin: "null" });
  const { stdout, stderr, code } = await command.output();

  assertEquals(new TextDecoder().decode(stderr), "");
  assertMatch(new TextDecoder().decode(stdout), /^brood \d+\.\d+\.\d+/);
  assertEquals(code, 0);
});
