import { LeashedProgram } from "../../cli/leash.ts";
import { assertEquals, assertMatch } from "../assert.ts";
import { isRunning, killProcess } from "../e2e/process.ts";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** A program on a leash, and its temporary folder, in which it leaves a file. */
async function start(
  script: string,
): Promise<{ readonly program: LeashedProgram; readonly folder: string }> {
  const begin = 'echo "$TMPDIR"; touch "$TMPDIR/left"; ';
  const program = await LeashedProgram.start(["sh", "-c", begin + script]);
  return { program, folder: await program.readLine() ?? "" };
}

Deno.test("a leashed program is known by its own process, and its output can be read", async () => {
  await using program = await LeashedProgram.start(["sh", "-c", "echo $$; echo wrong >&2"]);
  assertEquals(await program.readLine(), String(program.pid));
  assertEquals(await program.readToEnd(), "wrong");
  assertEquals(await program.readLine(), null);
});

Deno.test("a leashed program ends by SIGTERM, and its folder is removed", async () => {
  const { program, folder } = await start(
    'trap "echo ends; exit" TERM; echo on; while :; do sleep 0.01; done',
  );
  assertEquals(await program.readLine(), "on");
  assertMatch(folder, /brood-leash-/);
  assertEquals(await exists(folder), true);
  const told = program.readLine();
  await program[Symbol.asyncDispose]();
  assertEquals(await told, "ends");
  assertEquals(await exists(folder), false);
});

Deno.test("a leashed program that takes no notice is killed, and what it has started too", async () => {
  const { program, folder } = await start('trap "" TERM; sleep 600 & echo $!; wait; sleep 600');
  const child = Number(await program.readLine());
  await program[Symbol.asyncDispose]();
  assertEquals(await exists(folder), false);
  assertEquals(await isRunning(child), false);
});

Deno.test("a leashed program that has ended by itself leaves nothing either", async () => {
  const { program, folder } = await start("exit 3");
  assertEquals(await program.readToEnd(), null);
  await program[Symbol.asyncDispose]();
  assertEquals(await exists(folder), false);
});

Deno.test("a leash that was killed ends its program all the same, and removes its folder", async () => {
  const { program, folder } = await start("echo on; exec sleep 600");
  assertEquals(await program.readLine(), "on");
  const stat = await Deno.readTextFile(`/proc/${program.pid}/stat`);
  const [, , leash] = stat.slice(stat.lastIndexOf(")")).split(" ");
  killProcess(Number(leash));
  // Only the leash: its program goes on.
  while (await isRunning(Number(leash)));
  assertEquals(await isRunning(program.pid), true);
  await program[Symbol.asyncDispose]();
  assertEquals([await isRunning(program.pid), await exists(folder)], [false, false]);
});

Deno.test("a program that cannot be started says why in its output", async () => {
  await using program = await LeashedProgram.start(["/nowhere/at/all"]);
  assertMatch(await program.readToEnd() ?? "", /\/nowhere\/at\/all.*not found/);
});

Deno.test("a program that gets no folder is not started", async () => {
  const script = `
    import { LeashedProgram } from "${new URL("../../cli/leash.ts", import.meta.url)}";
    await LeashedProgram.start(["true"]);`;
  const { stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    env: { TMPDIR: "/nowhere", NO_COLOR: "1" },
  }).output();
  assertEquals(success, false);
  assertMatch(new TextDecoder().decode(stderr), /Cannot start true: mktemp: .*\/nowhere/);
});
