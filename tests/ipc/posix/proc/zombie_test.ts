import { parseZombie, zombieStatus } from "../../../../ipc/posix/proc/zombie.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { runScript } from "../child_script.ts";
import { posixTest } from "../opened.ts";
import { LivingChild, NO_NUMBERS, NO_PID } from "./children.ts";

/** The line of a process in that state, with its exit code, the last field. */
function lineOf(state: string, exitCode: number): string {
  const between = Array.from({ length: 48 }, (_, at) => at).join(" ");
  return `4242 (a) Z (b) ${state} ${between} ${exitCode}\n`;
}

Deno.test("parseZombie() reads how a process ended", () => {
  const { code, signal } = parseZombie(lineOf("Z", 3 << 8)) ?? {};
  assertEquals([code, signal], [3, null]);
  const killed = parseZombie(lineOf("Z", 9));
  assertEquals([killed?.code, killed?.signal], [137, "SIGKILL"]);
});

Deno.test("parseZombie() is null for a process that has not ended, and a line that is cut off", () => {
  assertEquals(parseZombie(lineOf("S", 0)), null);
  assertEquals(parseZombie(lineOf("Z", 0).slice(0, -3)), null);
  assertEquals(parseZombie(""), null);
});

posixTest("zombieStatus() tells how a child ended, and leaves it to be waited for", async () => {
  await using child = LivingChild.sleeping();
  assertEquals(zombieStatus(child.pid), null);
  child.endUnreaped();
  const status = zombieStatus(child.pid);
  assertEquals([status?.code, status?.signal], [137, "SIGKILL"]);
  assertEquals(zombieStatus(child.pid), status);
});

posixTest("zombieStatus() tells an exit status", async () => {
  // The shell is a child of the script, which waits for it only when it was asked for.
  const text = await runScript(`
const { zombieStatus } = await load("proc/zombie");
const { spawn } = await load("processes/spawn");
const pid = spawn("/bin/sh", { args: ["-c", "exit 7"], env: {}, descriptors: new Map() });
let status;
while ((status = zombieStatus(pid)) === null);
console.log(status.code, status.signal);`);
  assertEquals(text, "7 null\n");
});

posixTest("zombieStatus() is null where there is no such process, and refuses what is none", () => {
  assertEquals(zombieStatus(NO_PID), null);
  for (const pid of NO_NUMBERS) assertThrows(() => zombieStatus(pid), RangeError);
});
