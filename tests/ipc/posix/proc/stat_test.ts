import { parseStat } from "../../../../ipc/posix/proc/stat.ts";
import { assertEquals } from "../../../assert.ts";

/** The line of a process of this name. */
function lineOf(name: string): string {
  return `4242 (${name}) S 17 18 19 34816 18 4194560 101 202 3 4 150 27 5 6 20 0 9 0 98765 3133440 390 0\n`;
}

const EXPECTED = {
  name: "sleep",
  state: "S",
  parentPid: 17,
  groupId: 18,
  sessionId: 19,
  threads: 9,
  cpuTicks: 177,
  reapedTicks: 11,
  startTicks: 98_765,
};

Deno.test("parseStat() reads what a process is and does", () => {
  assertEquals(parseStat(lineOf("sleep")), EXPECTED);
});

Deno.test("parseStat() takes a name for a name, whatever is in it", () => {
  const names = [
    "a) R (b",
    ") Z 1 1 1 1",
    "(",
    ")",
    "",
    "tmux: server",
    "a\nb",
    "a) R 1 (",
    "\x1b[31m",
    "예",
  ];
  for (const name of names) assertEquals(parseStat(lineOf(name)), { ...EXPECTED, name });
});

Deno.test("parseStat() is null for a line that is cut off anywhere before what it reads is whole", () => {
  const line = lineOf("a) R (b");
  for (let end = 0; end <= line.indexOf("98765") + 5; end++) {
    assertEquals(parseStat(line.slice(0, end)), null, line.slice(0, end));
  }
});

Deno.test("parseStat() is null for what is no line of a process", () => {
  const wrong = [
    "",
    "\n",
    "cpu  1 2 3",
    "x (a) S 1 1 1",
    ")(",
    lineOf("a").replace(" S ", " SS "),
    lineOf("a").replace(" S ", " 1 "),
    lineOf("a").replace(" 17 ", " a "),
    lineOf("a").replace("98765", "9876x"),
    lineOf("a").replace("4242", ""),
  ];
  for (const text of wrong) assertEquals(parseStat(text), null, text);
});
