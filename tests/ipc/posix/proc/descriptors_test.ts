import { descriptorsOf, ownDescriptors } from "../../../../ipc/posix/proc/descriptors.ts";
import { parseLink } from "../../../../ipc/posix/proc/links.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { runScript } from "../child_script.ts";
import { posixTest } from "../opened.ts";
import { Pair, targetOf } from "../sockets.ts";
import { LivingChild, NO_NUMBERS, NO_PID, waitUntilAsleep } from "./children.ts";

posixTest("descriptorsOf() tells what a child has open", async () => {
  await using folder = new TempFolder();
  using pair = new Pair();
  const script = `exec sleep 600 5</dev/zero 6>${folder.path}/file 7<>${folder.path}/fifo`;
  new Deno.Command("mkfifo", { args: [folder.join("fifo")] }).outputSync();
  await using child = new LivingChild("/bin/sh", {
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    descriptors: new Map([[4, pair.other]]),
  });
  waitUntilAsleep(child.pid);
  const opened = descriptorsOf(child.pid);
  const targets = opened?.map(({ number }) => [number, targetOf(number, child.pid) ?? ""] as const);
  assertEquals(opened, targets?.map(([number, target]) => ({ number, ...parseLink(target) })));
  const names = Array.from(Deno.readDirSync(`/proc/${child.pid}/fd`), ({ name }) => Number(name));
  assertEquals(opened?.map(({ number }) => number), names);
  const given = opened?.find(({ number }) => number === 4);
  assertEquals([given?.kind, `socket:[${given?.inode}]`], ["socket", targetOf(pair.other.number)]);
  assertEquals(opened?.find(({ number }) => number === 6)?.path, folder.join("file"));
});

posixTest("descriptorsOf() tells that a file was removed", async () => {
  await using folder = new TempFolder();
  const path = folder.join("file");
  using _file = Deno.createSync(path);
  Deno.removeSync(path);
  const paths = descriptorsOf(Deno.pid)?.map((descriptor) => descriptor.path) ?? [];
  assertEquals(paths.includes(`${path} (deleted)`), true);
});

posixTest(
  "descriptorsOf() has all of many, and of this process not the one that it takes",
  async () => {
    const text = await runScript(`
const { descriptorsOf, ownDescriptors } = await load("proc/descriptors");
const files = Array.from({ length: 3000 }, () => Deno.openSync("/dev/zero"));
for (const opened of [descriptorsOf(Deno.pid), ownDescriptors()]) {
  const paths = opened.map(({ path }) => path);
  console.log(paths.filter((path) => path === "/dev/zero").length, paths.some((path) => path?.endsWith("/fd")));
}
Deno.exit();`);
    assertEquals(text, "3000 false\n3000 false\n");
  },
);

posixTest("descriptorsOf() leaves nothing open", () => {
  const count = () => ownDescriptors().length;
  const before = count();
  for (let round = 0; round < 200; round++) descriptorsOf(round % 2 === 0 ? Deno.pid : NO_PID);
  assertEquals(count() < before + 100, true);
});

posixTest(
  "descriptorsOf() is null where there is no such process, and empty where it has ended",
  async () => {
    assertEquals(descriptorsOf(NO_PID), null);
    for (const pid of NO_NUMBERS) assertThrows(() => descriptorsOf(pid), RangeError);
    await using child = LivingChild.sleeping();
    child.endUnreaped();
    assertEquals(descriptorsOf(child.pid), []);
    await child.end();
    assertEquals(descriptorsOf(child.pid), null);
  },
);

Deno.test({
  name: "descriptorsOf() is null for another user's process",
  // Root may look at every process.
  ignore: Deno.build.os !== "linux" || Deno.uid() === 0,
  fn() {
    assertEquals(descriptorsOf(1), null);
  },
});
