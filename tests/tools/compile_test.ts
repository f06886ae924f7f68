import { basename, dirname, isAbsolute, join } from "node:path";
import { OperationalError, UsageError } from "../../ipc/errors.ts";
import { isRuntimeMissing } from "../../tools/compile.ts";
import { defaultName, parseCompileOptions, withSuffix } from "../../tools/compile_options.ts";
import { failureReason } from "../../tools/deno_command.ts";
import { elfPart } from "../../tools/elf.ts";
import { NPM_RUNTIME_TARGET, verify } from "../../tools/npm_runtime.ts";
import { makeInOneStep } from "../../tools/one_step.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../assert.ts";
import { COMPILED_BINARY } from "../e2e/program.ts";
import { bytesOf } from "../support/bytes.ts";
import { TempFolder } from "../support/temp_folder.ts";

const LINUX = "x86_64-unknown-linux-gnu";
const MAC = "aarch64-apple-darwin";
const WINDOWS = "x86_64-pc-windows-msvc";

/** A 64-byte ELF header, then a section table of `sections` entries of 64 bytes, then a payload of 10 bytes. */
function elfFile(sections: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(64 + sections * 64 + 10);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  const header = new DataView(file.buffer);
  header.setBigUint64(0x28, 64n, true);
  header.setUint16(0x3a, 64, true);
  header.setUint16(0x3c, sections, true);
  file.fill(0xff, file.length - 10);
  return file;
}

Deno.test("elfPart() ends with the section table and leaves the payload out", () => {
  const file = elfFile(3);
  assertEquals(elfPart(file), file.subarray(0, 64 + 3 * 64));
});

Deno.test("elfPart() reads the header of a file that is a view into a larger buffer", () => {
  const larger = new Uint8Array([...new Uint8Array(7), ...elfFile(2)]);
  assertEquals(elfPart(larger.subarray(7)).length, 64 + 2 * 64);
});

Deno.test("elfPart() rejects a file that is not ELF for 64 bits", () => {
  const script = bytesOf("#!/bin/sh\n".repeat(10));
  assertThrows(() => elfPart(script), OperationalError, "not a 64-bit little-endian ELF file");
  assertThrows(() => elfPart(new Uint8Array()), OperationalError, "not a 64-bit");
  const elf32 = elfFile(1);
  elf32[4] = 1;
  assertThrows(() => elfPart(elf32), OperationalError, "not a 64-bit");
});

Deno.test("elfPart() rejects a truncated file", () => {
  const end = 64 + 3 * 64;
  assertEquals(elfPart(elfFile(3).subarray(0, end)).length, end);
  assertThrows(() => elfPart(elfFile(3).subarray(0, end - 1)), OperationalError, "truncated");
});

Deno.test("elfPart() rejects a file without a section table", () => {
  assertThrows(() => elfPart(elfFile(0)), OperationalError, "no section table");
});

Deno.test("verify() gives what is taken of a file, and refuses other bytes than those pinned", async () => {
  const file = {
    package: "@example/tool",
    version: "1.0.0",
    path: "bin/tool",
    extract: (content: Uint8Array<ArrayBuffer>) => content.subarray(0, 3),
    // Of "abc", the first example in FIPS 180-2.
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    name: "tool",
  };
  assertEquals(await verify(file, bytesOf("abc and more")), bytesOf("abc"));
  const error = await assertRejects(
    () => verify(file, bytesOf("abd")),
    OperationalError,
    "bin/tool of @example/tool@1.0.0",
  );
  assertStringIncludes(error.message, file.sha256);
});

Deno.test("the binary is called brood, and after its platform where that is another one", () => {
  assertEquals(defaultName(LINUX, LINUX), "brood");
  assertEquals(defaultName(WINDOWS, WINDOWS), "brood");
  assertEquals(defaultName(MAC, LINUX), `brood-${MAC}`);
});

Deno.test("withSuffix() adds .exe for Windows, once", () => {
  assertEquals(withSuffix("dist/brood", LINUX), "dist/brood");
  assertEquals(withSuffix("dist/brood", WINDOWS), "dist/brood.exe");
  assertEquals(withSuffix("dist/brood.exe", WINDOWS), "dist/brood.exe");
});

Deno.test("parseCompileOptions() compiles for this platform into dist by default", () => {
  const options = parseCompileOptions([]);
  assert(options !== null);
  assertEquals(options.target, Deno.build.target);
  assertEquals(options.runtime, "deno");
  assert(isAbsolute(options.output));
  assertStringIncludes(options.output, join("dist", "brood"));
});

Deno.test("parseCompileOptions() takes a platform and a file", () => {
  const other = Deno.build.target === MAC ? WINDOWS : MAC;
  const named = parseCompileOptions(["--target", other]);
  assertEquals(named?.target, other);
  assertEquals(basename(named?.output ?? ""), withSuffix(`brood-${other}`, other));
  const placed = parseCompileOptions(["--target", LINUX, "--output=out/b", "--runtime", "npm"]);
  assertEquals(placed, { target: LINUX, output: join(Deno.cwd(), "out", "b"), runtime: "npm" });
});

Deno.test("parseCompileOptions() returns null for --help", () => {
  assertEquals(parseCompileOptions(["--help"]), null);
});

for (
  const [args, message] of [
    [["--tarhet", LINUX], "unknown flag --tarhet"],
    [["-o", "x"], "unknown flag -o"],
    [["--target"], "--target needs a value"],
    [["--output="], "--output needs a value"],
    [["--runtime", "--output", "x"], '--runtime "--output": expected deno or npm'],
    [["--runtime", "jsr"], '--runtime "jsr": expected deno or npm'],
    [["--runtime", "npm", "--target", MAC], `for ${LINUX} only, not for ${MAC}`],
    [["x"], 'surplus argument "x"'],
    [["--", "--help"], 'surplus argument "--help"'],
  ] satisfies [string[], string][]
) {
  Deno.test(`parseCompileOptions() refuses ${args.join(" ")}`, () => {
    const error = assertThrows(() => parseCompileOptions(args), UsageError, message);
    assertEquals(error.command, "compile");
  });
}

const DOWNLOAD_FAILED = `Compile main.ts to dist/brood
Download https://example.org/denort.zip
error: Writing deno compile executable to temporary file 'dist/brood.tmp-1'

Caused by:
    0: Setting up base binary.
    1: error sending request for url (https://example.org/denort.zip): client error (Connect): dns error
    2: client error (Connect)
`;

Deno.test("isRuntimeMissing() tells a failed download of the runtime from other failures", () => {
  assert(isRuntimeMissing(DOWNLOAD_FAILED));
  assert(!isRuntimeMissing("error: Type checking failed.\n"));
});

Deno.test("failureReason() finds the failed request, else the error, in one line", () => {
  assertEquals(
    failureReason(DOWNLOAD_FAILED),
    "error sending request for url (https://example.org/denort.zip): client error (Connect): dns error",
  );
  assertEquals(
    failureReason("Check main.ts\nerror: Type checking failed.\n"),
    "Type checking failed.",
  );
  assertEquals(failureReason(""), "it gave no reason");
});

Deno.test("makeInOneStep() puts a file in its place when it is whole, also where no folder was", async () => {
  await using folder = new TempFolder();
  for (const name of ["brood", "new/folder/brood"]) {
    const path = folder.join(name);
    await makeInOneStep(path, async (unfinished) => {
      assertEquals(basename(unfinished), "brood");
      assertMatch(basename(dirname(unfinished)), /^\.brood-/);
      await Deno.writeTextFile(unfinished, "new", { mode: 0o755 });
      assert(!folder.names().includes("brood") || name !== "brood");
      return true;
    });
    assertEquals(await Deno.readTextFile(path), "new");
    assertEquals((await Deno.stat(path)).mode ?? 0, 0o100_755);
  }
  assertEquals(folder.names(), ["brood", "new"]);
});

Deno.test("makeInOneStep() leaves what was there, and nothing else, when the file is not made", async () => {
  await using folder = new TempFolder();
  const path = folder.join("brood");
  await Deno.writeTextFile(path, "old");
  const makeHalf = async (unfinished: string) => {
    await Deno.writeTextFile(unfinished, "ne");
    assertEquals(await Deno.readTextFile(path), "old");
    return false;
  };
  await makeInOneStep(path, makeHalf);
  const fail = async (unfinished: string) => {
    await makeHalf(unfinished);
    throw new RangeError("a bug");
  };
  await assertRejects(() => makeInOneStep(path, fail), RangeError, "a bug");
  assertEquals([await Deno.readTextFile(path), folder.names()], ["old", ["brood"]]);
});

Deno.test("makeInOneStep() says so where there can be no such file", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("file"), "");
  await Deno.mkdir(folder.join("folder"));
  const make = async (unfinished: string) => {
    await Deno.writeTextFile(unfinished, "new");
    return true;
  };
  for (const name of ["file/brood", "folder"]) {
    const message = `Cannot make ${folder.join(name)}: `;
    await assertRejects(() => makeInOneStep(folder.join(name), make), OperationalError, message);
  }
  assertEquals(folder.names(), ["file", "folder"]);
});

const COMPILE = new URL("../../tools/compile.ts", import.meta.url).href;

interface CompilationOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A compilation, with a binary in its place that the new one would replace: `deno compile` removes such a one. */
class Compilation {
  readonly #output: string;
  readonly #before: Deno.FileInfo;
  readonly #child: Deno.ChildProcess;
  readonly #folder: TempFolder;

  constructor(folder: TempFolder, options: CompilationOptions = {}) {
    const { flags = [], env = {} } = options;
    this.#folder = folder;
    this.#output = folder.join("brood");
    Deno.copyFileSync(COMPILED_BINARY, this.#output);
    this.#before = Deno.statSync(this.#output);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", COMPILE, ...flags, "--output", this.#output],
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Resolves to null when it has ended by itself. */
  async ended(): Promise<null> {
    await this.#child.status;
    return null;
  }

  /** Waits for its end, and checks that it has told why it made nothing, and changed nothing. */
  async assertUnchanged(reason: RegExp): Promise<void> {
    const { code, stdout, stderr } = await this.#child.output();
    const told = new TextDecoder().decode(stderr);
    assertMatch(told, reason);
    assertEquals([code, stdout.length], [1, 0], told);
    assertEquals(this.#folder.names(), ["brood"]);
    const { ino, size, mtime } = await Deno.stat(this.#output);
    assertEquals([ino, size, mtime], [this.#before.ino, this.#before.size, this.#before.mtime]);
  }
}

const RUNTIME = Deno.build.target === NPM_RUNTIME_TARGET ? ["--runtime", "npm"] : [];

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`compile leaves the binary that was there when ${signal} stops it midway`, async () => {
    await using folder = new TempFolder();
    using watcher = Deno.watchFs(folder.path);
    const compilation = new Compilation(folder, { flags: RUNTIME });
    // Deno writes to a file of another name first, `brood.tmp-0123456789abcdef`.
    const begins = async () => {
      for await (const { kind, paths } of watcher) {
        if (kind === "create" && paths.some((path) => path.includes("/brood."))) return;
      }
    };
    if (await Promise.race([begins(), compilation.ended()]) !== null) compilation.signal(signal);
    await compilation.assertUnchanged(
      /^compile: Stopped "deno compile" before its end: nothing was changed\n$/,
    );
  });
}

Deno.test("compile leaves the binary that was there when it fails", async () => {
  await using folder = new TempFolder();
  const runtime = folder.join("no-such-runtime");
  const compilation = new Compilation(folder, { env: { DENORT_BIN: runtime } });
  await compilation.assertUnchanged(new RegExp(runtime));
});
