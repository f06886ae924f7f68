import { commandFor } from "../../../../lab/grade/subject/command_for.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("commandFor() puts the port in the place of {port}, wherever it is in an argument", () => {
  assertEquals(commandFor(["socat", "TCP-LISTEN:{port},fork", "{port}"], 9000), [
    "socat",
    "TCP-LISTEN:9000,fork",
    "9000",
  ]);
});

Deno.test("commandFor() puts the port behind arguments that have no place for it", () => {
  assertEquals(commandFor(["./server"], 9000), ["./server", "9000"]);
  assertEquals(commandFor(["./{port}", "-v"], 9000), ["./{port}", "-v", "9000"]);
});
