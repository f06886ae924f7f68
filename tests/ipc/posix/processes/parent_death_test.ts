import { assertEquals } from "../../../assert.ts";
import { runScript } from "../child_script.ts";
import { posixTest } from "../opened.ts";

posixTest(
  "dieWithParent() ends a process whose parent is killed, also one that loops for ever",
  async () => {
    // The shell is its parent. The script writes to the pipe that this test reads to its end, for as long as it lives.
    const text = await runScript(
      `const { dieWithParent } = await load("processes/parent_death");
console.log(dieWithParent(Deno.ppid));
Deno.kill(Deno.ppid, "SIGKILL");
while (true);`,
      { shell: '(sh -c \'"$@"; true\' sh "$@"); echo ended' },
    );
    assertEquals(text, "true\nended\n");
  },
);

posixTest(
  "dieWithParent() tells that the parent it was told of is not there any more",
  async () => {
    const text = await runScript(`const { dieWithParent } = await load("processes/parent_death");
console.log(dieWithParent(Deno.ppid + 1));`);
    assertEquals(text, "false\n");
  },
);
