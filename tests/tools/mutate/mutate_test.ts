import { OperationalError, UsageError } from "../../../ipc/errors.ts";
import { ACCEPTED } from "../../../tools/mutate/accepted_mutants.ts";
import { formatScore } from "../../../tools/mutate/mutate.ts";
import { parseMutateOptions } from "../../../tools/mutate/mutate_options.ts";
import { type MutationSandbox, runMutants } from "../../../tools/mutate/mutation_run.ts";
import { sampleOf, type Subject } from "../../../tools/mutate/mutation_subjects.ts";
import { describeMutant, mutantsOf } from "../../../tools/mutate/mutants.ts";
import { type Outcome, Sandbox } from "../../../tools/mutate/sandbox.ts";
import { type ModuleGraph, startedModules, Users } from "../../../tools/mutate/test_graph.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { TempFolder } from "../../support/temp_folder.ts";

function subject(path: string, source: string, tests: Partial<Subject["tests"]> = {}): Subject {
  const mutants = mutantsOf(source);
  return { path, source, mutants, tests: { near: ["near_test.ts"], far: [], ...tests } };
}

/** Runs no test: the test of this file says how each ends. */
class FakeSandbox implements MutationSandbox {
  /** The source at each run, and the test that ran. */
  readonly runs: (readonly [source: string, command: string])[] = [];
  readonly #outcome: (source: string, command: string) => Outcome;
  #source = "unmutated";

  constructor(outcome: (source: string, command: string) => Outcome) {
    this.#outcome = outcome;
  }

  change(_path: string, text: string): Promise<AsyncDisposable> {
    this.#source = text;
    const restore = () => Promise.resolve(void (this.#source = "unmutated"));
    return Promise.resolve({ [Symbol.asyncDispose]: restore });
  }

  run(args: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<Outcome> {
    signal.throwIfAborted();
    const command = args[0] === "test" ? args.at(-1) ?? "" : "check";
    this.runs.push([this.#source, command]);
    return Promise.resolve(this.#outcome(this.#source, command));
  }
}

async function tryAll(
  subjects: readonly Subject[],
  outcome: (source: string, command: string) => Outcome,
  options: { readonly e2e?: boolean; readonly signal?: AbortSignal } = {},
) {
  const sandbox = new FakeSandbox(outcome);
  const survivors: string[] = [];
  const { e2e = false, signal = new AbortController().signal } = options;
  const score = await runMutants(subjects, {
    sandboxes: [sandbox],
    e2e,
    signal,
    onSurvived: (path, { mutated }) => void survivors.push(`${path}: ${mutated}`),
  });
  return { score, survivors, runs: sandbox.runs };
}

Deno.test("runMutants() tells the mutants with which every test passes", async () => {
  const { score, survivors } = await tryAll(
    [subject("a.ts", "a(); b();"), subject("b.ts", "c();")],
    (source) => source === "; b();" ? "failed" : "succeeded",
  );
  assertEquals(score, { noticed: 1, survived: 2 });
  assertEquals(survivors, ["a.ts: a(); ;", "b.ts: ;"]);
});

Deno.test("runMutants() counts a test that does not end as noticing", async () => {
  const { score } = await tryAll(
    [subject("a.ts", "a();")],
    (source) => source === "unmutated" ? "succeeded" : "timed out",
  );
  assertEquals(score, { noticed: 1, survived: 0 });
});

Deno.test("runMutants() runs first the tests near by, then the others, the e2e tests and the types", async () => {
  const tests = { near: ["near_test.ts"], far: ["far_test.ts"] };
  const { runs } = await tryAll([subject("a.ts", "a();", tests)], () => "succeeded", { e2e: true });
  const order = ["near_test.ts", "far_test.ts", "tests/e2e", "check"];
  assertEquals(runs, [
    ...order.map((command) => ["unmutated", command] as const),
    ...order.map((command) => [";", command] as const),
  ]);
});

Deno.test("runMutants() goes on to the next mutant as soon as one is noticed", async () => {
  const tests = { near: ["near_test.ts"], far: ["far_test.ts"] };
  const outcome = (source: string) => source === "unmutated" ? "succeeded" : "failed";
  const { runs } = await tryAll([subject("a.ts", "a(); b();", tests)], outcome);
  assertEquals(runs.slice(3), [["; b();", "near_test.ts"], ["a(); ;", "near_test.ts"]]);
});

Deno.test("runMutants() refuses to judge by tests that fail without a mistake", async () => {
  const error = await assertRejects(
    () => tryAll([subject("a.ts", "a();")], () => "failed"),
    OperationalError,
  );
  assertEquals(
    error.message,
    "Cannot tell who notices a mistake in a.ts: without one this fails, too: " +
      "deno test -A --no-check --fail-fast near_test.ts",
  );
});

Deno.test("runMutants() ends with the signal", async () => {
  const signal = AbortSignal.abort(new RangeError("interrupted"));
  await assertRejects(
    () => tryAll([subject("a.ts", "a();")], () => "succeeded", { signal }),
    RangeError,
  );
});

Deno.test("formatScore() makes one line of a score", () => {
  assertEquals(
    formatScore({ noticed: 2, survived: 1 }),
    "3 mutants, 2 noticed, 1 survived (score 66.7 %)",
  );
  assertEquals(
    formatScore({ noticed: 0, survived: 0 }),
    "0 mutants, 0 noticed, 0 survived (score 100.0 %)",
  );
});

Deno.test("sampleOf() takes so many mutants of all sources, the same ones for a seed", () => {
  const subjects = [subject("a.ts", "a();".repeat(50)), subject("b.ts", "b();".repeat(50))];
  const places = (sample: number, seed: number) =>
    sampleOf(subjects, { sample, seed }).map(({ path, mutants }) => [path, mutants]);
  const count = (sample: number) =>
    sampleOf(subjects, { sample, seed: 1 }).flatMap(({ mutants }) => mutants).length;
  assertEquals([count(10), count(100), count(1000), count(0)], [10, 100, 100, 100]);
  assertEquals(places(10, 7), places(10, 7));
  assert(JSON.stringify(places(10, 7)) !== JSON.stringify(places(10, 8)));
});

Deno.test("Users.of() finds who imports a module, also by others, the nearest first", () => {
  const imports: Readonly<Record<string, readonly string[]>> = {
    far_test: ["b"],
    near_test: ["a"],
    b: ["a"],
    other_test: ["c"],
  };
  const graph: ModuleGraph = {
    modules: Object.entries(imports).map(([specifier, used]) => ({
      specifier,
      dependencies: used.map((specifier) => ({ code: { specifier } })),
    })),
  };
  assertEquals(new Users(graph).of("a"), ["near_test", "b", "far_test"]);
});

Deno.test("Users.of() leaves out who imports types alone, and ends where modules import each other", () => {
  const users = new Users({ modules: [{ specifier: "typed_test", dependencies: [{}] }] });
  users.add("a", "b");
  users.add("b", "a");
  assertEquals(users.of("a"), ["b"]);
});

Deno.test("startedModules() finds modules that are started as programs", () => {
  assertEquals(
    startedModules(
      "file:///p/server/a.ts",
      'new URL("./worker.ts", import.meta.url).href; new URL("data.json", import.meta.url); ' +
        'new URL(\n  "../main.ts",\n  import.meta.url,\n)',
    ),
    ["file:///p/server/worker.ts", "file:///p/main.ts"],
  );
});

/** A project of one file, copied. */
async function copyProject(stack: AsyncDisposableStack): Promise<Sandbox> {
  const project = stack.use(new TempFolder());
  await Deno.mkdir(project.join("sub"));
  await Deno.mkdir(project.join(".git"));
  await Deno.writeTextFile(project.join("sub/a.ts"), "console.log(1);");
  return stack.use(await Sandbox.copy(project.path));
}

const bounds = { timeoutMs: 60_000, signal: new AbortController().signal };

Deno.test("Sandbox copies the sources, takes a change back, and is removed", async () => {
  let root = "";
  {
    await using stack = new AsyncDisposableStack();
    const sandbox = await copyProject(stack);
    root = sandbox.root;
    const read = () => Deno.readTextFileSync(`${root}/sub/a.ts`);
    assertEquals(Array.from(Deno.readDirSync(root), ({ name }) => name), ["sub"]);
    {
      await using _ = await sandbox.change("sub/a.ts", "mutated");
      assertEquals(read(), "mutated");
    }
    assertEquals(read(), "console.log(1);");
  }
  await assertRejects(() => Deno.stat(root), Deno.errors.NotFound);
});

Deno.test("Sandbox.run() tells success from failure", async () => {
  await using stack = new AsyncDisposableStack();
  const sandbox = await copyProject(stack);
  assertEquals(await sandbox.run(["eval", ""], bounds), "succeeded");
  assertEquals(await sandbox.run(["eval", "throw 1"], bounds), "failed");
});

Deno.test("Sandbox.run() ends what takes too long, and what is interrupted", async () => {
  await using stack = new AsyncDisposableStack();
  const sandbox = await copyProject(stack);
  const endless = ["eval", "while (true);"];
  assertEquals(await sandbox.run(endless, { ...bounds, timeoutMs: 100 }), "timed out");
  const interrupt = new AbortController();
  const running = sandbox.run(endless, { ...bounds, signal: interrupt.signal });
  interrupt.abort(new RangeError("interrupted"));
  await assertRejects(() => running, RangeError);
});

Deno.test({
  name: "Sandbox.run() leaves no process, not even one in a session of its own",
  // Only Linux has /proc.
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using stack = new AsyncDisposableStack();
    const sandbox = await copyProject(stack);
    const script = `
      const child = new Deno.Command("sleep", { args: ["1000"], detached: true }).spawn();
      Deno.writeTextFileSync("pid", String(child.pid));
      Deno.exit();`;
    assertEquals(await sandbox.run(["eval", script], bounds), "succeeded");
    const pid = Number(await Deno.readTextFile(`${sandbox.root}/pid`));
    const commandLine = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    assertEquals(commandLine, "");
  },
});

Deno.test("parseMutateOptions() tries a sample of all sources unless told", () => {
  const options = parseMutateOptions([]);
  assertEquals(options?.paths, ["cli", "client", "ipc", "server"]);
  assertEquals([options?.sample, options?.seed, options?.e2e], [100, 1, false]);
  const told = parseMutateOptions(["cli/flags.ts", "--sample", "0", "server", "--e2e"]);
  assertEquals(told?.paths, ["cli/flags.ts", "server"]);
  assertEquals([told?.sample, told?.e2e], [0, true]);
  assertEquals(parseMutateOptions(["--help"]), null);
  assertThrows(() => parseMutateOptions(["--jobs", "0"]), UsageError, "from 1 to 64");
});

Deno.test("every accepted mutant is one, and has its reason", async () => {
  const root = new URL("../../../", import.meta.url);
  for (const { path, original, mutated, reason } of ACCEPTED) {
    const source = await Deno.readTextFile(new URL(path, root));
    const texts = mutantsOf(source).map((mutant) => describeMutant(source, mutant));
    const isThere = texts.some((text) => text.original === original && text.mutated === mutated);
    assert(isThere && reason !== "", `${path}: ${original} → ${mutated}`);
  }
});
