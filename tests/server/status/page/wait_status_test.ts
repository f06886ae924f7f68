import { waitStatusLines } from "../../../../server/status/page/wait_status.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("a wait status is told by the macros that a C program asks", () => {
  const exited = { status: 3, signal: null };
  assertEquals(waitStatusLines(exited), ["WIFEXITED → true", "WEXITSTATUS = 3"]);
  const killed = { status: null, signal: "SIGKILL" };
  assertEquals(waitStatusLines(killed), ["WIFSIGNALED → true", "WTERMSIG = 9 (SIGKILL)"]);
});

Deno.test("a signal without a number that is known is told by its name", () => {
  const killed = { status: null, signal: "SIGRTMIN" };
  assertEquals(waitStatusLines(killed), ["WIFSIGNALED → true", "WTERMSIG = SIGRTMIN"]);
});
