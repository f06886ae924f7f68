import { constants } from "node:os";
import { decodeWaitStatus, signalNumber } from "../../../../ipc/posix/processes/wait_status.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("decodeWaitStatus() tells an exit status", () => {
  const exited = { signal: null, coreDumped: false };
  assertEquals(decodeWaitStatus(0), { ...exited, success: true, code: 0 });
  assertEquals(decodeWaitStatus(0x0100), { ...exited, success: false, code: 1 });
  assertEquals(decodeWaitStatus(0xff00), { ...exited, success: false, code: 255 });
});

Deno.test("decodeWaitStatus() tells a signal, and whether it left an image of the memory", () => {
  const killed = { success: false, code: 137, signal: "SIGKILL" as const, coreDumped: false };
  assertEquals(decodeWaitStatus(9), killed);
  const crashed = { success: false, code: 139, signal: "SIGSEGV" as const, coreDumped: true };
  assertEquals(decodeWaitStatus(0x80 | 11), crashed);
});

Deno.test("decodeWaitStatus() has a number for a signal without a name", () => {
  assertEquals(String(decodeWaitStatus(34).signal), "SIG34");
});

Deno.test({
  name: "decodeWaitStatus() names every signal of this system",
  ignore: Deno.build.os !== "linux",
  fn() {
    const others = ["SIGIOT", "SIGPOLL", "SIGUNUSED"];
    for (const [name, number] of Object.entries(constants.signals)) {
      if (!others.includes(name)) assertEquals(String(decodeWaitStatus(number).signal), name);
    }
  },
});

Deno.test("signalNumber() has the number of every signal that decodeWaitStatus() names", () => {
  for (let number = 1; number < 64; number++) {
    assertEquals(signalNumber(String(decodeWaitStatus(number).signal)), number);
  }
  assertEquals(signalNumber("SIGNONE"), null);
});
