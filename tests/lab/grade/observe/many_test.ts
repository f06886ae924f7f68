import { systemClock } from "../../../../ipc/clock.ts";
import { observeGrowth } from "../../../../lab/grade/observe/many.ts";
import { ProcessView } from "../../../../lab/grade/observe/process_view.ts";
import { Scene } from "../../../../lab/grade/observe/scene.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { RunningProcess } from "../../../e2e/process.ts";
import { posixTest } from "../../../ipc/posix/opened.ts";
import { BlindSubject } from "../blind_subject.ts";
import { SOME } from "../judge/seen.ts";

/** A server in another process, which echoes. */
const ECHO = `const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log("port " + listener.addr.port);
for await (const conn of listener) conn.readable.pipeTo(conn.writable).catch(() => {});
`;

/** The memory at each look at that server: megabytes, of which the last stays. */
async function looksAt(...megabytes: readonly number[]): Promise<number> {
  await using server = new RunningProcess([Deno.execPath(), "eval", ECHO]);
  const [, port = ""] = await server.stdout.match(/port (\d+)/);
  const view = ProcessView.find({ port: Number(port), keeper: null });
  assert(view !== null);
  let looks = 0;
  view.possessions = () => {
    const memory = (megabytes[looks] ?? megabytes.at(-1) ?? 0) * 1_000_000;
    looks += 1;
    return { ...SOME, memory };
  };
  const subject = Object.assign(new BlindSubject(Number(port)), { view, blind: null });
  const { signal } = new AbortController();
  const deadlineMs = systemClock.now() + 60_000;
  using scene = new Scene(subject, { clock: systemClock, signal, deadlineMs, patience: 2 });
  const seen = await observeGrowth(scene, false);
  assertEquals(seen.failed, 0);
  assertEquals(seen.looks.length, looks);
  return looks;
}

posixTest("a parent's growth is looked at again as long as it looks like a leak", async () => {
  assertEquals(await looksAt(10), 3);
  assertEquals(await looksAt(10, 30, 60, 61), 4);
});
