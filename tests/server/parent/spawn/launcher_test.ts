import {
  encodeLauncher,
  installLauncher,
  NOT_EXECUTED,
} from "../../../../server/parent/spawn/launcher.ts";
import { assertEquals } from "../../../assert.ts";
import { writeProgram } from "../../../support/program_file.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { findMissingTools } from "../../../support/tools.ts";

/** How a launcher of each machine is run here: this machine's own by itself, the other's by qemu(1), if it is there. */
const RUNS: readonly { readonly arch: typeof Deno.build.arch; readonly emulator: string | null }[] =
  (["x86_64", "aarch64"] as const).map((arch) => ({
    arch,
    emulator: arch === Deno.build.arch ? null : `qemu-${arch}`,
  }));

for (const { arch, emulator } of RUNS) {
  const { missing, reason } = findMissingTools(emulator === null ? [] : [emulator]);
  const remark = reason === null ? "" : ` (skipped: ${reason})`;
  const test = (name: string, run: (launch: Launch) => Promise<void>) =>
    Deno.test({
      name: `The launcher for ${arch} ${name}${remark}`,
      ignore: Deno.build.os !== "linux" || reason !== null,
      async fn() {
        if (missing !== "") throw new Error(`In CI ${missing} must be installed`);
        await using folder = new TempFolder();
        const launcher = folder.join("launch");
        await writeProgram(launcher, encodeLauncher(arch));
        const command = emulator === null ? [launcher] : [emulator, launcher];
        await run({ folder, run: (...args) => runToEnd([...command, ...args]) });
      },
    });

  test("executes a program with its arguments and environment", async ({ run }) => {
    const { stdout, code } = await run(
      "/bin/sh",
      "-c",
      'printf "%s|" "$PATH" "$@"; exit 3',
      "sh",
      "a  b",
      "",
    );
    assertEquals(stdout, `${Deno.env.get("PATH")}|a  b||`);
    assertEquals(code, 3);
  });

  test("puts it into a session and group of its own", async ({ run }) => {
    // pid, name, state, parent, group, session: proc_pid_stat(5)
    const { stdout } = await run("/bin/sh", "-c", "read -r stat < /proc/$$/stat; echo $stat");
    const [pid, , , , group, session] = stdout.split(" ");
    assertEquals([group, session], [pid, pid]);
  });

  test("leaves a script without an interpreter's name to the shell", async ({ folder, run }) => {
    const script = folder.join("script");
    await writeProgram(script, 'printf "%s|" "$@"');
    assertEquals((await run(script, "a  b", "c")).stdout, "a  b|c|");
  });

  test("ends itself by a signal where nothing can be executed, and hands none of it to the shell", async ({ folder, run }) => {
    const [script, orphan] = [folder.join("script"), folder.join("orphan")];
    await Deno.writeTextFile(script, "echo executed", { mode: 0o644 });
    await Deno.writeTextFile(orphan, "#!/no/such/shell\necho executed", { mode: 0o755 });
    for (const program of [folder.join("gone"), folder.path, script, orphan]) {
      assertEquals(await run(program), {
        code: 128 + 16,
        signal: NOT_EXECUTED,
        stdout: "",
        stderr: "",
      });
    }
  });
}

Deno.test("installLauncher() resolves to false where nothing can be written", async () => {
  await using folder = new TempFolder();
  assertEquals(await installLauncher(folder.join("no/such/folder")), false);
});

/** A launcher to be run. */
interface Launch {
  readonly folder: TempFolder;
  readonly run: (...args: string[]) => Promise<
    { code: number; signal: Deno.Signal | null; stdout: string; stderr: string }
  >;
}

async function runToEnd([program = "", ...args]: string[]) {
  const { code, signal, stdout, stderr } = await new Deno.Command(program, { args }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, signal, stdout: decode(stdout), stderr: decode(stderr) };
}
