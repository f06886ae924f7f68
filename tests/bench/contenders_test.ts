import { assertEquals } from "../assert.ts";
import { unknownWord } from "../../bench/contenders.ts";

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
