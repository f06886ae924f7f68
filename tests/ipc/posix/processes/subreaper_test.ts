import { assertEquals } from "../../../assert.ts";
import { runScript } from "../child_script.ts";
import { posixTest } from "../opened.ts";

/** Starts a shell that leaves a process behind, in a session of its own, and says whose child that is then. */
const SCRIPT = `
const { processStat } = await load("proc/processes");
const script = "setsid sleep 600 >&- 2>&- & echo $!";
const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
const pid = Number(new TextDecoder().decode(stdout));
console.log(processStat(pid)?.parentPid === Deno.pid);
Deno.kill(pid, "SIGKILL");`;

posixTest(
  "adoptOrphans() makes a process the parent of what its children leave behind",
  async () => {
    const adopted = await runScript(`const { adoptOrphans } = await load("processes/subreaper");
adoptOrphans();${SCRIPT}`);
    assertEquals(adopted, "true\n");
  },
);

posixTest("without adoptOrphans() it is not", async () => {
  assertEquals(await runScript(SCRIPT), "false\n");
});
