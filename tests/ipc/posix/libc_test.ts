import { OperationalError } from "../../../ipc/errors.ts";
import { checkLibc, type Machine, openLibc } from "../../../ipc/posix/libc.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { hasLibc, posixTest } from "./opened.ts";

const LINUX: Machine = { os: "linux", arch: "x86_64", dlopen: Deno.dlopen };

function failWith(error: unknown): typeof Deno.dlopen {
  return () => {
    throw error;
  };
}

function messageOn(machine: Partial<Machine>): string {
  return assertThrows(() => openLibc(["close"], { ...LINUX, ...machine }), OperationalError)
    .message;
}

Deno.test("openLibc() tells in one line where it does not work", () => {
  assertEquals(
    [messageOn({ os: "darwin" }), messageOn({ os: "windows" }), messageOn({ arch: "riscv64" })],
    [
      "Cannot call the C library: this works on Linux alone, and here is darwin",
      "Cannot call the C library: this works on Linux alone, and here is windows",
      "Cannot call the C library: this works on x86_64 and aarch64, and here is riscv64",
    ],
  );
});

Deno.test("openLibc() opens nothing where it does not work", () => {
  const dlopen = failWith(new RangeError("It was called"));
  messageOn({ os: "darwin", dlopen });
  messageOn({ arch: "riscv64", dlopen });
});

Deno.test("openLibc() tells in one line that there is no glibc", () => {
  const cause = new Error("Could not open library: libc.so.6: cannot open shared object file");
  const dlopen = failWith(cause);
  const error = assertThrows(() => openLibc([], { ...LINUX, dlopen }), OperationalError);
  assertEquals(error.cause, cause);
  assertEquals(
    error.message,
    "Cannot call the C library: this machine has no glibc that can be loaded " +
      "(Could not open library: libc.so.6: cannot open shared object file)",
  );
});

Deno.test({
  name: "openLibc() and checkLibc() tell in one line that FFI may not be used",
  ignore: !hasLibc,
  permissions: { ffi: false },
  fn() {
    for (const open of [() => openLibc(["close"]), () => checkLibc()]) {
      const error = assertThrows(open, OperationalError);
      assertEquals(
        error.message,
        "Cannot call the C library: it may not be loaded (see --allow-ffi)",
      );
      assertEquals(error.cause instanceof Deno.errors.NotCapable, true);
    }
  },
});

posixTest("checkLibc() opens nothing that stays open", () => {
  // The sanitizers would say so.
  checkLibc();
});
