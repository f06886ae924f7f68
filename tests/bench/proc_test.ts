import { assert, assertEquals } from "../assert.ts";
import { cpuMsOf, descendantsOf, parseCpuMs, parsePss, pssOf } from "../../bench/proc.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test("parseCpuMs() adds a process's own time and its children's, whatever its name", () => {
  const fields = "S 1 2 3 0 -1 4194304 100 200 0 0 7 5 20 10 20 0 1 0 12345";
  assertEquals(parseCpuMs(`42 (a) b (c) ${fields}`), 420);
  assertEquals(parseCpuMs(""), 0);
});

Deno.test("parsePss() reads the line of that name", () => {
  const rollup = "00400000-7ffd r--p 00000000 00:00 0 [rollup]\nRss:  2000 kB\nPss:     1024 kB\n" +
    "Pss_Anon:  7 kB\n";
  assertEquals(parsePss(rollup), 1024 * 1024);
  assertEquals(parsePss(""), 0);
});

Deno.test({
  name: "descendantsOf() finds a child, which has memory; a process that has ended has neither",
  ...onLinux,
  async fn() {
    const child = new Deno.Command("cat", { stdin: "piped", stdout: "null" }).spawn();
    assert((await descendantsOf(Deno.pid)).includes(child.pid));
    assert(await pssOf(child.pid) > 0);
    assert(await cpuMsOf(Deno.pid) > 0);
    await child.stdin.close();
    await child.status;
    assertEquals(await descendantsOf(child.pid), []);
    assertEquals(await pssOf(child.pid), 0);
  },
});
