/** What the sources say and the table of messages are the same: nothing is missing, and nothing is left over. */

import { type AnyNode, parse, type TaggedTemplateExpression } from "acorn";
import { full } from "acorn-walk";
import amaro from "amaro";
import { COMPLETIONS_COMMAND } from "../../../cli/completions.ts";
import { type CommandSpec, flagsOf } from "../../../cli/command_line.ts";
import type { FlagTable } from "../../../cli/flags.ts";
import { COMMAND_LINE } from "../../../cli/korean/command_line.ts";
import { COMPARISON } from "../../../cli/korean/comparison.ts";
import { FAILURES } from "../../../cli/korean/failures.ts";
import { HELP } from "../../../cli/korean/help.ts";
import { KOREAN } from "../../../cli/korean/mod.ts";
import { REASONS } from "../../../cli/korean/reasons.ts";
import { SERVER } from "../../../cli/korean/server.ts";
import { placesIn } from "../../../cli/messages.ts";
import { translatorBy } from "../../../cli/translation.ts";
import { CLIENT_COMMAND } from "../../../client/command.ts";
import { COMPARE_COMMAND } from "../../../lab/compare/command.ts";
import { GRADE_COMMAND } from "../../../lab/grade/command.ts";
import { GUIDE_COMMAND } from "../../../lab/guide/command.ts";
import { SERVER_COMMAND } from "../../../server/command.ts";
import { assertEquals, assertMatch } from "../../assert.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The folders whose sources speak to users of the program. */
const FOLDERS = ["cli/", "client/", "ipc/", "lab/", "server/"];

const COMMANDS = [
  SERVER_COMMAND,
  CLIENT_COMMAND,
  GRADE_COMMAND,
  COMPARE_COMMAND,
  GUIDE_COMMAND,
  COMPLETIONS_COMMAND,
] as readonly CommandSpec<FlagTable>[];

/** Errors whose messages users read. */
const ERRORS: ReadonlySet<string> = new Set([
  "OperationalError",
  "UsageError",
  "ValueError",
  "OutputError",
  "InputError",
  "ModuleError",
]);

async function* sourcesBelow(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* sourcesBelow(url);
    else if (name.endsWith(".ts")) yield url;
  }
}

async function sources(): Promise<URL[]> {
  const found = [new URL("main.ts", ROOT)];
  for (const folder of FOLDERS) {
    found.push(...await Array.fromAsync(sourcesBelow(new URL(folder, ROOT))));
  }
  return found;
}

/** Every node of a source, its types left out. */
function nodesOf(source: string): AnyNode[] {
  const { code } = amaro.transformSync(source, { mode: "strip-only" });
  const nodes: AnyNode[] = [];
  const visit = (node: unknown) => nodes.push(node as AnyNode);
  full(parse(code, { ecmaVersion: "latest", sourceType: "module" }), visit);
  return nodes;
}

/** A sentence with `{}` where it has values. */
function shapeOf({ quasi }: TaggedTemplateExpression): string {
  return quasi.quasis.map(({ value }) => value.cooked ?? "").join("{}");
}

function shapeOfMessage(message: string): string {
  return message.replace(/\{\w+\}/g, "{}");
}

function isSaid(node: AnyNode): node is TaggedTemplateExpression {
  return node.type === "TaggedTemplateExpression" && node.tag.type === "Identifier" &&
    node.tag.name === "say";
}

/** What the sources mark as said, and where they make an error whose text is not marked. */
const { said, unmarked } = await (async () => {
  const said = new Set<string>();
  const unmarked: string[] = [];
  for (const url of await sources()) {
    const source = await Deno.readTextFile(url);
    if (!source.includes("say`") && !/new \w+Error\(/.test(source)) continue;
    for (const node of nodesOf(source)) {
      if (isSaid(node)) said.add(shapeOf(node));
      if (node.type !== "NewExpression" || node.callee.type !== "Identifier") continue;
      const [message] = node.arguments;
      const isText = message?.type === "Literal" || message?.type === "TemplateLiteral";
      if (ERRORS.has(node.callee.name) && isText) {
        unmarked.push(`${url.pathname}: ${source.slice(node.start, node.end)}`);
      }
    }
  }
  return { said, unmarked };
})();

/** What `--help` says of a command. */
function helpOf(spec: CommandSpec<FlagTable>): string[] {
  const { summary, notes, glossary } = spec;
  const rows =
    glossary?.rows.map(([, meaning]) => meaning).filter((text) => !text.includes("brood ")) ?? [];
  return [
    summary,
    ...notes,
    ...glossary === undefined ? [] : [glossary.heading, ...rows],
    ...flagsOf(spec).map(([, { help }]) => help),
  ];
}

const HELP_TEXTS = COMMANDS.flatMap(helpOf);

Deno.test("every sentence that the sources say is in the table", () => {
  const known = new Set(Object.keys(KOREAN).map(shapeOfMessage));
  assertEquals([...said].filter((shape) => !known.has(shape)), []);
});

Deno.test("what --help says is in the table", () => {
  const translate = translatorBy(KOREAN);
  assertEquals(HELP_TEXTS.filter((text) => translate(text) === text), []);
});

Deno.test("the table has no message that nobody says", () => {
  const help = new Set(HELP_TEXTS);
  /** Values in `--help`, names of streams and processes that messages have as values. */
  const values = [
    "none",
    "all",
    "standard output",
    "standard error",
    "the guard",
    "the keeper",
    "the process of the status page",
    "its default export is not a function",
  ];
  // A message may be a case of another: `expected {first} or {second}` of `expected {words}`.
  const cases = [...said].map((shape) =>
    new RegExp(`^${shape.split("{}").map((part) => RegExp.escape(part)).join("(.+)")}$`)
  ).filter(({ source }) => /\w{5}/.test(source));
  const left = Object.keys(KOREAN).filter((message) =>
    !said.has(shapeOfMessage(message)) && !help.has(message) && !values.includes(message) &&
    !cases.some((pattern) => pattern.test(message))
  );
  assertEquals(left, []);
});

Deno.test("a message has the same values in both languages", () => {
  for (const [english, korean] of Object.entries(KOREAN)) {
    assertEquals(placesIn(korean).toSorted(), placesIn(english).toSorted(), english);
    assertEquals(new Set(placesIn(english)).size, placesIn(english).length, english);
  }
});

Deno.test("a message is in Korean, and in one part of the table", () => {
  const tables = [COMMAND_LINE, COMPARISON, FAILURES, HELP, REASONS, SERVER];
  const messages = tables.flatMap((table) => Object.keys(table));
  assertEquals(messages.length, Object.keys(KOREAN).length);
  for (const [english, korean] of Object.entries(KOREAN)) {
    // What has no words but values and units is the same.
    if (/[a-z]{3}/i.test(english.replace(/\{\w+\}/g, ""))) assertMatch(korean, /[가-힣]/, english);
  }
});

Deno.test("an error that users read has a text that is marked", () => {
  assertEquals(unmarked, []);
});
