import { assertEquals } from "../assert.ts";

const CHILD = new URL("lifetime_child.ts", import.meta.url).href;

/** Runs a child that takes these steps (see `lifetime_child.ts`) to its end. */
async function run(steps: readonly string[]) {
  const args = ["run", "--allow-run", CHILD, ...steps];
  const { stdout, signal } = await new Deno.Command(Deno.execPath(), { args }).output();
  return { states: new TextDecoder().decode(stdout).trim().split("\n"), signal };
}

async function assertBecomes(steps: readonly string[], states: readonly string[]) {
  assertEquals<unknown>(await run(steps), { states, signal: null });
}

Deno.test("Lifetime is stopping after the first SIGINT", async () => {
  await assertBecomes(["SIGINT@0"], ["stopping"]);
});

Deno.test("Lifetime is stopping after the first SIGTERM", async () => {
  await assertBecomes(["SIGTERM@0"], ["stopping"]);
});

Deno.test("Lifetime takes a SIGINT soon after the first for the same keystroke", async () => {
  await assertBecomes(["SIGINT@1000", "SIGINT@1199"], ["stopping", "stopping"]);
});

Deno.test("Lifetime is forced by a second SIGINT", async () => {
  await assertBecomes(["SIGINT@1000", "SIGINT@1200"], ["stopping", "forced"]);
});

Deno.test("Lifetime counts from the first SIGINT, so that one key held down is not the same keystroke for ever", async () => {
  const steps = ["SIGINT@0", "SIGINT@100", "SIGINT@150", "SIGINT@200"];
  await assertBecomes(steps, ["stopping", "stopping", "stopping", "forced"]);
});

Deno.test("Lifetime is not forced by SIGTERM, however often it comes", async () => {
  const steps = ["SIGTERM@0", "SIGTERM@5000", "SIGTERM@60000"];
  await assertBecomes(steps, ["stopping", "stopping", "stopping"]);
});

Deno.test("Lifetime is forced by a SIGINT that insists on an earlier SIGTERM", async () => {
  const steps = ["SIGTERM@0", "SIGTERM@1000", "SIGINT@1100"];
  await assertBecomes(steps, ["stopping", "stopping", "forced"]);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`Lifetime gives ${signal} back when it is disposed`, async () => {
    assertEquals((await run([`${signal}@disposed`])).signal, signal);
  });
}

for (const signal of ["SIGALRM", "SIGHUP", "SIGIO", "SIGPROF", "SIGUSR1", "SIGUSR2", "SIGVTALRM"]) {
  Deno.test(`ignoreMeaninglessSignals() lets ${signal} do nothing`, async () => {
    await assertBecomes([`${signal}@ignored`, "SIGTERM@0"], ["running", "stopping"]);
  });

  // Of this one Deno itself does not know the default.
  if (signal === "SIGIO") continue;
  Deno.test(`ignoreMeaninglessSignals() gives ${signal} back when it is disposed`, async () => {
    assertEquals((await run([`${signal}@heeded`])).signal, signal);
  });
}
