import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../../../tools/compile_options.ts";
import { assert, assertEquals, assertStringIncludes } from "../../assert.ts";

const FOLDER = join(ROOT, ".github", "ISSUE_TEMPLATE");

/** A form, as GitHub wants it: without one of these it shows none. */
interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

interface Field {
  readonly type: string;
  readonly id: string;
  readonly attributes: { readonly label: string; readonly description?: string };
  readonly validations?: { readonly required?: boolean };
}

async function read(name: string): Promise<unknown> {
  return parse(await Deno.readTextFile(join(FOLDER, name)));
}

/** What keeps GitHub from showing a form, a line for each. */
function findMistakes({ name, description, body }: Partial<Form>): string[] {
  const mistakes: string[] = [];
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  if (!isText(name)) mistakes.push("no name");
  if (!isText(description)) mistakes.push("no description");
  for (const { type, id, attributes } of body ?? []) {
    if (!["input", "textarea"].includes(type)) mistakes.push(`${id}: type ${type}`);
    if (!/^[\w-]+$/.test(id)) mistakes.push(`${id}: no id`);
    if (!isText(attributes?.label)) mistakes.push(`${id}: no label`);
  }
  const unique = (texts: readonly string[]) => new Set(texts).size === texts.length;
  if (!unique(body?.map(({ id }) => id) ?? [])) mistakes.push("an id twice");
  if (!unique(body?.map(({ attributes }) => attributes?.label) ?? [])) {
    mistakes.push("a label twice");
  }
  if ((body ?? []).length === 0) mistakes.push("no body");
  return mistakes;
}

Deno.test("the form for a bug is one that GitHub shows, and asks for what a bug is found with", async () => {
  const form = await read("bug.yml") as Form;
  assertEquals(findMistakes(form), []);
  const required = form.body.filter(({ validations }) => validations?.required === true);
  assertEquals(required.map(({ id }) => id), ["version", "system", "commands", "expected", "seen"]);
  const log = form.body.find(({ id }) => id === "log");
  assertStringIncludes(log?.attributes.description ?? "", "--log json");
});

Deno.test("a form that GitHub would not show is noticed", async () => {
  const { body, ...form } = await read("bug.yml") as Form;
  const [first, second, ...others] = body;
  assert(first !== undefined && second !== undefined);
  assertEquals(findMistakes({ ...form, body: [] }), ["no body"]);
  assertEquals(findMistakes({ ...form, name: "", body }), ["no name"]);
  const twice = [first, { ...second, id: first.id }, ...others];
  assertEquals(findMistakes({ ...form, body: twice }), ["an id twice"]);
  const wrong = [{ ...first, type: "text", attributes: { label: "" } }, second];
  assertEquals(findMistakes({ ...form, body: wrong }), ["version: type text", "version: no label"]);
});

Deno.test("what is no bug can be written without a form", async () => {
  assertEquals(await read("config.yml"), { blank_issues_enabled: true });
});
