import { systemClock } from "../../../../ipc/clock.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { EventBus } from "../../../../server/events.ts";
import {
  loadModuleHere,
  openHandlerModule,
} from "../../../../server/parent/modules/handler_module.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { FakeClock } from "../../../support/fake_clock.ts";
import { systemError } from "../../../support/system_error.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { replaceDeno } from "../../replaced_deno.ts";

/** Writes a module into the folder. Returns its path. */
function write(folder: TempFolder, source: string, name = "handler.ts"): string {
  Deno.writeTextFileSync(folder.join(name), source);
  return folder.join(name);
}

const NEVER = new AbortController().signal;

async function open(file: string): Promise<string> {
  const trial = { clock: systemClock, events: new EventBus(), signal: NEVER };
  return await openHandlerModule(file, trial);
}

async function assertRefused(file: string, reason: string) {
  const error = await assertRejects(() => open(file), OperationalError);
  assertEquals(error.message, `Cannot load the handler ${JSON.stringify(file)}: ${reason}`);
}

const EMPTY = "export default () => Promise.resolve();\n";

Deno.test("openHandlerModule() resolves to the URL of a module that loads", async () => {
  await using folder = new TempFolder();
  const typed = "const serve = (_: { id: number }): Promise<void> => Promise.resolve();\n";
  const path = write(folder, `${typed}export default serve;\n`);
  assertEquals(await open(path), `file://${path}`);
});

Deno.test("openHandlerModule() takes a path from the current folder, whatever characters it has", async () => {
  await using folder = new TempFolder();
  const path = write(folder, EMPTY, "a #b%20c?.js");
  const up = Deno.cwd().split("/").filter((name) => name !== "").map(() => "..").join("/");
  const url = await open(`${up}${path}`);
  assertEquals(url, `file://${folder.path}/a%20%23b%2520c%3F.js`);
});

Deno.test("openHandlerModule() lets a module import another, by a relative path too", async () => {
  await using folder = new TempFolder();
  write(folder, EMPTY, "other.ts");
  const path = write(folder, 'export { default } from "./other.ts";\n');
  assertEquals(await open(path), `file://${path}`);
});

Deno.test("openHandlerModule() does not let the module that it tries into this process", async () => {
  await using folder = new TempFolder();
  const path = write(folder, `globalThis.triedHere = true;\n${EMPTY}`);
  await open(path);
  assertEquals("triedHere" in globalThis, false);
});

Deno.test("openHandlerModule() bears a module that prints what looks like a failure, and leaves a timer behind", async () => {
  await using folder = new TempFolder();
  const prints = 'console.log("Cannot load the handler: no"); setInterval(() => {}, 1000);\n';
  const path = write(folder, prints + EMPTY);
  assertEquals(await open(path), `file://${path}`);
});

Deno.test("openHandlerModule() refuses a file that does not exist", async () => {
  await using folder = new TempFolder();
  await assertRefused(folder.join("gone.ts"), "no such file or directory");
});

Deno.test("openHandlerModule() carries the operating system's error as its cause", async () => {
  await using folder = new TempFolder();
  const error = await assertRejects(() => open(folder.join("gone.ts")), Error);
  assertEquals(error.cause instanceof Deno.errors.NotFound, true);
});

const NO_FUNCTION = "its default export is not a function";

const REFUSED: readonly (readonly [what: string, source: string, reason: string])[] = [
  ["without a default export", "export const handler = () => {};\n", NO_FUNCTION],
  ["whose default export is no function", "export default { serve() {} };\n", NO_FUNCTION],
  [
    "that throws when it is loaded",
    'throw new RangeError("not today\\nnor tomorrow");\n',
    "not today",
  ],
  ["that throws what is no error", 'throw "a word";\n', "a word"],
];

for (const [what, source, reason] of REFUSED) {
  Deno.test(`openHandlerModule() refuses a module ${what}, and says so in a line`, async () => {
    await using folder = new TempFolder();
    await assertRefused(write(folder, source), reason);
  });
}

Deno.test("openHandlerModule() refuses a module with an error of syntax, in a line that says where", async () => {
  await using folder = new TempFolder();
  const file = write(folder, "export default (;\n");
  await assertRefused(file, `SyntaxError: Expression expected at file://${file}:1:17`);
});

Deno.test("openHandlerModule() says why it cannot try a module", async () => {
  await using folder = new TempFolder();
  using _ = replaceDeno(
    "Command",
    class extends Deno.Command {
      readonly #isTrial: boolean;
      constructor(path: string, options: Deno.CommandOptions) {
        super(path, options);
        this.#isTrial = options.args?.includes("--transport=none") ?? false;
      }
      override spawn(): Deno.ChildProcess {
        if (this.#isTrial) throw systemError("EMFILE");
        return super.spawn();
      }
    },
  );
  await assertRefused(
    write(folder, EMPTY),
    "the process that tries it cannot be started: " +
      "too many open files in this process (see ulimit -n)",
  );
});

const NEVER_LOADS: readonly (readonly [how: string, source: string])[] = [
  ["loops", "while (true);\n"],
  ["awaits", "setInterval(() => {}, 1000); await new Promise(() => {});\n"],
];

for (const [how, source] of NEVER_LOADS) {
  Deno.test(`openHandlerModule() waits 10 s for a module that ${how} for ever`, async () => {
    await using folder = new TempFolder();
    const file = write(folder, source);
    const clock = new FakeClock();
    const opening = openHandlerModule(file, { clock, events: new EventBus(), signal: NEVER });
    const refused = assertRejects(() => opening, OperationalError);
    await clock.pass(10_000);
    const reason = "it did not finish loading within 10 s";
    const what = `Cannot load the handler ${JSON.stringify(file)}: ${reason}`;
    assertEquals((await refused).message, what);
  });

  Deno.test(`openHandlerModule() does not wait for a module that ${how} when nobody wants it any more`, async () => {
    await using folder = new TempFolder();
    const file = write(folder, source);
    const clock = new FakeClock();
    const stop = new AbortController();
    const opening = openHandlerModule(file, {
      clock,
      events: new EventBus(),
      signal: stop.signal,
    });
    const refused = assertRejects(() => opening, DOMException);
    await clock.sleeps(10_000);
    stop.abort();
    assert(await refused === stop.signal.reason);
    assertEquals(clock.sleeping, 0);
  });
}

/** A module that awaits what the test resolves in the end: else the runtime would complain of it. */
function awaitingModule(): { readonly url: string; readonly finish: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const name = `test-${crypto.randomUUID()}`;
  Reflect.set(globalThis, name, promise);
  const code = `await globalThis["${name}"]; export default () => {};`;
  const finish = () => {
    Reflect.deleteProperty(globalThis, name);
    resolve();
  };
  return { url: `data:text/javascript,${encodeURIComponent(code)}`, finish };
}

Deno.test("loadModuleHere() waits 10 s for a module that awaits for ever", async () => {
  const clock = new FakeClock();
  const { url, finish } = awaitingModule();
  const loading = loadModuleHere(url, { clock, signal: NEVER });
  const refused = assertRejects(() => loading, OperationalError);
  await clock.pass(10_000);
  const reason = "it did not finish loading within 10 s";
  assertEquals((await refused).message, `Cannot load the handler: ${reason}`);
  finish();
});

Deno.test("loadModuleHere() does not wait when nobody wants the module any more", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const { url, finish } = awaitingModule();
  const loading = loadModuleHere(url, { clock, signal: stop.signal });
  const refused = assertRejects(() => loading, DOMException);
  await clock.sleeps(10_000);
  stop.abort();
  assert(await refused === stop.signal.reason);
  finish();
});

Deno.test("openHandlerModule() keeps little of what a module prints while it is tried", async () => {
  await using folder = new TempFolder();
  const prints = 'for (let i = 0; i < 40; i++) console.error("x".repeat(1e5));\n';
  const file = write(folder, `${prints}throw new Error("at the end");\n`);
  await assertRefused(file, "at the end");
});
