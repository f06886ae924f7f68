import { formatWaitStatus } from "../../../server/log/wait_status_text.ts";
import { assertEquals } from "../../assert.ts";

Deno.test("formatWaitStatus() tells an exit status as the macros do", () => {
  assertEquals(
    formatWaitStatus({ status: 3, signal: null }),
    "WIFEXITED(status) is true, WEXITSTATUS(status) is 3",
  );
});

Deno.test("formatWaitStatus() tells a signal by its number on Linux, and by its name elsewhere", () => {
  const killed = { status: null, signal: "SIGUSR1" };
  assertEquals(
    formatWaitStatus(killed, "linux"),
    "WIFSIGNALED(status) is true, WTERMSIG(status) is 10 (SIGUSR1)",
  );
  assertEquals(
    formatWaitStatus(killed, "darwin"),
    "WIFSIGNALED(status) is true, WTERMSIG(status) is SIGUSR1",
  );
});
