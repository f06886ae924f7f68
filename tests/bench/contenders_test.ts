import { assertEquals } from "../assert.ts";
import { findOwn, unknownWord } from "../../bench/contenders.ts";

const HELP = `Options:
  --mode per-connection|iterative|prefork  how connections meet processes (per-connection)
  --workers N                              processes of prefork mode (8)`;

Deno.test("unknownWord() finds nothing where the help tells every flag and value", () => {
  assertEquals(unknownWord(["--mode", "prefork", "--workers", "16"], HELP), null);
});

Deno.test("unknownWord() names the flag that the server does not have", () => {
  assertEquals(unknownWord(["--mode", "iterative", "--spare", "8"], HELP), "--spare");
});

Deno.test("unknownWord() names the value that a flag does not take", () => {
  assertEquals(unknownWord(["--mode", "threads"], HELP), "threads");
});

const NEW_HELP = `${HELP}
  --transport unix|pipe|socket             how a worker gets the bytes of its connection (unix)
  --max-connections N                      connections served at once (40)
  --spare N                                workers started ahead (0)

PROGRAM is started for each connection.`;

function ownOf(help: string) {
  return findOwn({ name: "ours", command: ["brood"], help });
}

function commandOf(id: string, help = NEW_HELP): string | undefined {
  return ownOf(help).present.find((contender) => contender.id === id)?.command(9000).join(" ");
}

Deno.test("findOwn() puts a program behind the port", () => {
  assertEquals(
    commandOf("program"),
    "brood server --transport socket --max-connections 200 --quiet 0 -- cat",
  );
  assertEquals(commandOf("pipe"), "brood server --transport pipe --quiet 0");
});

Deno.test("findOwn() knows a guard, which serves nobody, from idle workers, which do", () => {
  const idle = ownOf(NEW_HELP).present.map((contender) => {
    const { id, idleChildren, idleChildrenServe } = contender;
    return [id, idleChildren, idleChildrenServe];
  });
  assertEquals(idle, [
    ["iterative", 0, true],
    ["per-connection", 0, true],
    ["spare", 8, true],
    ["prefork", 16, true],
    ["prefork-socket", 16, true],
    ["program", 1, false],
    ["program-pipe", 1, false],
    ["pipe", 1, false],
  ]);
});

Deno.test("findOwn() leaves out what the server does not have yet, and says what that is", () => {
  const { leftOut } = ownOf(HELP);
  assertEquals(leftOut.map(({ name, reason }) => `${name}: ${reason}`), [
    "brood --spare 8: this server has no --spare",
    "brood prefork of 16, socket: this server has no --transport",
    "brood -- cat, socket: this server has no --transport",
    "brood -- cat, pipes: this server has no --transport",
    "brood --transport pipe: this server has no --transport",
  ]);
  assertEquals(commandOf("program", NEW_HELP.replace("PROGRAM", "It")), undefined);
});
