import { join } from "node:path";
import { OperationalError } from "../../../ipc/errors.ts";
import type { CompileOptions } from "../../../tools/compile_options.ts";
import type { DenoResult } from "../../../tools/deno_command.ts";
import { NPM_RUNTIME_TARGET } from "../../../tools/npm_runtime.ts";
import { makeBinaries, missingIn } from "../../../tools/release/binaries.ts";
import { PLATFORMS } from "../../../tools/release/platforms.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { TempFolder } from "../../support/temp_folder.ts";

const MAC = "aarch64-apple-darwin";
const MADE: DenoResult = { code: 0, stderr: "" };

/** Makes the binaries with what `make` says of each. Tells the compilations, and why the others were not made. */
async function makeWith(
  make: (target: string) => DenoResult,
  { runtime = "deno", signal = new AbortController().signal }: {
    readonly runtime?: CompileOptions["runtime"];
    readonly signal?: AbortSignal;
  } = {},
): Promise<{ readonly compilations: CompileOptions[]; readonly missing: string[] }> {
  const compilations: CompileOptions[] = [];
  const missing = await makeBinaries("/out", {
    runtime,
    signal,
    make(options) {
      compilations.push(options);
      return Promise.resolve().then(() => make(options.target));
    },
  });
  const lines = missing.map(({ platform, reason }) => `${platform.binary}: ${reason}`);
  return { compilations, missing: lines };
}

Deno.test("makeBinaries() makes the binary of each platform under its name", async () => {
  const { compilations, missing } = await makeWith(() => MADE);
  assertEquals(missing, []);
  assertEquals(
    compilations.map(({ target, output }) => `${target} ${output}`),
    PLATFORMS.map(({ target, binary }) => `${target} ${join("/out", binary)}`),
  );
});

Deno.test("makeBinaries() goes on where one cannot be made, and tells which and why", async () => {
  const { compilations, missing } = await makeWith((target) => {
    if (target === MAC) throw new OperationalError("no runtime");
    return target.includes("windows") ? { code: 1, stderr: "error: A mistake.\n" } : MADE;
  });
  assertEquals(compilations.length, PLATFORMS.length);
  assertEquals(missing, ["brood-macos-arm64: no runtime", "brood-windows-x86_64.exe: A mistake."]);
});

Deno.test("makeBinaries() makes with the runtime from npm only what that is for", async () => {
  const { compilations, missing } = await makeWith(() => MADE, { runtime: "npm" });
  const targets = compilations.map(({ target, runtime }) => [target, runtime]);
  assertEquals(targets, [[NPM_RUNTIME_TARGET, "npm"]]);
  assertEquals(missing.length, PLATFORMS.length - 1);
});

Deno.test("makeBinaries() ends where it is asked to, and at a bug", async () => {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
    throw new OperationalError("Stopped");
  };
  const { signal } = controller;
  await assertRejects(() => makeWith(stop, { signal }), OperationalError, "Stopped");
  const fail = () => {
    throw new RangeError("a bug");
  };
  await assertRejects(() => makeWith(fail), RangeError, "a bug");
});

Deno.test("missingIn() tells which binaries are not in a folder", async () => {
  await using folder = new TempFolder();
  const [first, ...others] = PLATFORMS;
  for (const { binary } of others) await Deno.writeTextFile(folder.join(binary), "");
  const missing = await missingIn(folder.path);
  assertEquals(missing.map(({ platform }) => platform), first === undefined ? [] : [first]);
  assertEquals(missing.map(({ reason }) => reason), [`it is not in ${folder.path}`]);
  assertEquals((await missingIn(folder.join("no-such-folder"))).length, PLATFORMS.length);
});
