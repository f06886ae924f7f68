import { flattenModule, ModuleError } from "../../../../server/parent/modules/module_graph.ts";
import { assertEquals, assertMatch, assertRejects } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";

/** Writes modules into the folder, by name. Returns the path of the first. */
function write(folder: TempFolder, modules: Readonly<Record<string, string>>): string {
  for (const [name, source] of Object.entries(modules)) {
    Deno.writeTextFileSync(folder.join(name), source);
  }
  return folder.join(Object.keys(modules)[0] ?? "");
}

/** What the flattened module exports by default. */
async function defaultOf(path: string): Promise<unknown> {
  const url = await flattenModule(path);
  assertMatch(url, /^data:text\/javascript,/);
  return (await import(url)).default;
}

async function assertRefused(path: string, reason: RegExp): Promise<void> {
  const { message } = await assertRejects(() => flattenModule(path), ModuleError);
  assertMatch(message, reason);
}

Deno.test("flattenModule() leaves JavaScript that imports no file as it is", async () => {
  await using folder = new TempFolder();
  const source =
    `import "node:path"; import "npm:x"; // import "./no.js"\nexport default 'import "./no.js"';\n`;
  const path = write(folder, { "a b.js": source });
  assertEquals(await flattenModule(path), `file://${folder.path}/a%20b.js`);
});

Deno.test("flattenModule() strips types", async () => {
  await using folder = new TempFolder();
  for (const name of ["h.ts", "h.mts"]) {
    assertEquals(await defaultOf(write(folder, { [name]: "export default 5 as number;" })), 5);
  }
});

Deno.test("flattenModule() takes in what a module imports from files, and what that imports", async () => {
  await using folder = new TempFolder();
  const path = write(folder, {
    "h.js": `import { b } from './b.ts'; import j from "./j.json" with { type: "json" };
      export * from "${folder.path}/c.js"; import "file://${folder.path}/c.js";
      export default [b, j, (await import('./c.js')).c];`,
    "b.ts": `import { c } from "./c.js"; export const b: string = "it's" + c;`,
    "c.js": `export const c = "\`c\` %";`,
    "j.json": `{ "j": "'" }`,
  });
  assertEquals(await defaultOf(path), ["it's`c` %", { j: "'" }, "`c` %"]);
});

Deno.test("flattenModule() loads a module once, however many import it", async () => {
  await using folder = new TempFolder();
  const path = write(folder, {
    "h.js": `import a from "./a.js"; import b from "./b.js"; export default a === b;`,
    "a.js": `export { default } from "./one.js";`,
    "b.js": `export { default } from "./one.js";`,
    "one.js": "export default {};",
  });
  assertEquals(await defaultOf(path), true);
});

Deno.test("flattenModule() leaves an error of syntax to be told when the module is tried", async () => {
  await using folder = new TempFolder();
  const path = write(folder, { "h.js": 'import "./a.js"; export default (' });
  assertEquals(await flattenModule(path), `file://${path}`);
});

const ADVICE = "; bundle it to JavaScript first: deno bundle -o handler\\.js /.*/h\\.\\w+$";

const REFUSED:
  readonly (readonly [what: string, modules: Record<string, string>, reason: RegExp])[] = [
    [
      "imports itself by way of another",
      { "h.js": 'import "./a.js";', "a.js": 'import "./h.js";' },
      new RegExp(`^/.*/h\\.js imports itself, directly or by way of others${ADVICE}`),
    ],
    ["imports itself", { "h.js": 'import "./h.js";' }, /^\/.*\/h\.js imports itself/],
    [
      "has more than types",
      { "h.ts": "enum A { b }" },
      new RegExp(`^its types cannot be stripped \\(.*\\)${ADVICE}`),
    ],
    [
      "imports one that has more than types",
      { "h.js": 'import "./a.ts";', "a.ts": "enum A { b }" },
      /^the types of \/.*\/a\.ts cannot be stripped/,
    ],
    [
      "imports one that is not there",
      { "h.js": 'import "./a.js";' },
      /\/a\.js: no such file or directory$/,
    ],
    [
      "is too long for an argument",
      { "h.ts": `export default "${"x".repeat(130_000)}" as string;` },
      new RegExp(`^it is too long with what it imports${ADVICE}`),
    ],
  ];

for (const [what, modules, reason] of REFUSED) {
  Deno.test(`flattenModule() refuses a module that ${what}`, async () => {
    await using folder = new TempFolder();
    await assertRefused(write(folder, modules), reason);
  });
}

Deno.test("flattenModule() takes JavaScript of any length", async () => {
  await using folder = new TempFolder();
  const path = write(folder, { "h.js": `export default "${"x".repeat(500_000)}";` });
  assertEquals(await flattenModule(path), `file://${path}`);
});
