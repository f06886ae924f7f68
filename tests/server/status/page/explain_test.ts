import { explain } from "../../../../server/status/page/explain.ts";
import { LANGUAGES } from "../../../../server/status/page/settings.ts";
import { wordsIn } from "../../../../server/status/page/texts/words.ts";
import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "../../../assert.ts";
import { PlayedServer } from "./played_status.ts";

function played(): PlayedServer {
  const server = new PlayedServer();
  server.connects(1);
  server.connects(2);
  server.sample({
    processes: server.processes([4712]),
    acceptQueue: { length: 0, backlog: 16 },
  });
  return server;
}

const PARTS = [
  ["parent", "ps -o pid,stat,etime,comm -p 4700"],
  ["queue", "ss -ltn 'sport = :9000'"],
  ["grid", "ps -o pid,stat,comm --ppid 4700"],
  ["worker:4711", "ps -o pid,ppid,stat,etime,comm -p 4711"],
  ["worker:4712", "ps -o pid,stat,comm --ppid 4700"],
  ["worker:1", "ps -o pid,stat,comm --ppid 4700"],
  ["wire:4711", "ls -l /proc/4700/fd /proc/4711/fd"],
  ["client:1", "ss -tnp 'sport = :9000 and dport = :51001'"],
  ["client:99", "ss -tan 'sport = :9000'"],
  ["figure:memory", "cat /proc/4700/smaps_rollup"],
  ["figure:workers", "ps -o pid,stat,comm --ppid 4700"],
] as const;

for (const [part, command] of PARTS) {
  Deno.test(`${part} is explained, with a command that has the real numbers`, () => {
    const { state } = played();
    for (const language of LANGUAGES) {
      const explanation = explain(part, { state, words: wordsIn(language) });
      assert(explanation !== null);
      assertEquals(explanation.command, command);
      assert(explanation.text.length > 30);
      assertNotMatch(explanation.title + explanation.text, /\{|undefined|null|NaN/);
    }
  });
}

Deno.test("a child process is explained by what it is at", () => {
  const { state } = played();
  const titles = ["worker:4711", "worker:4712", "worker:1"].map((part) =>
    explain(part, { state, words: wordsIn("en") })?.title
  );
  assertEquals(titles, [
    "child process 4711: serving",
    "child process 4712: zombie",
    "child process 1: reaped",
  ]);
});

Deno.test("the accept queue is explained with the backlog that the kernel has", () => {
  const explanation = explain("queue", { state: played().state, words: wordsIn("en") });
  assertStringIncludes(explanation?.text ?? "", "When 16 wait");
});

Deno.test("a part that there is not has no explanation", () => {
  const { state } = played();
  const words = wordsIn("en");
  assertEquals(explain("figure:none", { state, words }), null);
  assertEquals(explain("", { state, words }), null);
});
