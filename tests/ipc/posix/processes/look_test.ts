import { Children, waitFor } from "../../../../ipc/posix/processes/children.ts";
import { lookAt } from "../../../../ipc/posix/processes/look.ts";
import { PosixError } from "../../../../ipc/posix/posix_error.ts";
import { processStat } from "../../../../ipc/posix/proc/processes.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { posixTest } from "../opened.ts";

for (
  const [script, code, signal] of [
    ["exit 0", 0, null],
    ["exit 3", 3, null],
    ["kill -9 $$", 137, "SIGKILL"],
    ["kill -15 $$", 143, "SIGTERM"],
  ] as const
) {
  posixTest(
    `lookAt() tells how a child ended that ran "${script}", and leaves it a zombie`,
    async () => {
      await using children = new Children(lookAt);
      const options = { args: ["-c", script], env: {}, descriptors: new Map() };
      const { pid, status } = children.start("/bin/sh", options);
      const ended = { success: code === 0, code, signal, coreDumped: false };
      assertEquals(await status, ended);
      assertEquals(processStat(pid)?.state, "Z");
      assertEquals(lookAt(pid), ended);
      assertEquals(waitFor(pid), ended);
      assertThrows(() => lookAt(pid), PosixError);
    },
  );
}

posixTest("lookAt() has nothing to tell of a child that runs", async () => {
  await using children = new Children();
  const child = children.start("/bin/sleep", {
    args: ["60"],
    env: {},
    descriptors: new Map(),
  });
  assertEquals(lookAt(child.pid), null);
  child.kill("SIGKILL");
  assertEquals((await child.status).signal, "SIGKILL");
});

posixTest("lookAt() takes no number that stands for several", () => {
  for (const pid of [0, -1, 1.5, NaN]) assertThrows(() => lookAt(pid), RangeError);
});
