import { systemClock } from "../../ipc/clock.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { EventBus } from "../../server/events.ts";
import { openHandlerModule } from "../../server/handler_module.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";

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
