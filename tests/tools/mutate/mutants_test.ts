import { applyMutant, describeMutant, mutantsOf } from "../../../tools/mutate/mutants.ts";
import { assertEquals } from "../../assert.ts";

/** The source with each of its mistakes. */
function mutated(source: string): string[] {
  return mutantsOf(source).map((mutant) => applyMutant(source, mutant));
}

for (
  const [what, source, expected] of [
    ["a condition", "if (a) b;", ["if (true) b;", "if (false) b;", "if (a) ;"]],
    ["a choice", "x = a ? b : c;", [";", "x = true ? b : c;", "x = false ? b : c;"]],
    ["a loop", "while (a) b;", ["while (false) b;", "while (a) ;"]],
    ["a bound", "export const a = b < c;", ["export const a = b <= c;"]],
    ["a comparison", "export const a = b === c;", ["export const a = b !== c;"]],
    ["a sum", "export const a = b + c;", ["export const a = b - c;"]],
    ["a joined text", 'export const a = "b" + c;', ['export const a = "" + c;']],
    ["a number", "export const a = 0;", ["export const a = 1;"]],
    ["a truth", "export const a = true;", ["export const a = false;"]],
    ["a text", 'export const a = "b";', ['export const a = "";']],
    ["an empty text", 'export const a = "";', ['export const a = "mutant";']],
    ["a template", "export const a = `b${c}`;", ['export const a = "";']],
    ["a list", "export const a = [b];", ["export const a = [];"]],
    ["a conjunction", "export const a = b && c;", ["export const a = b || c;"]],
    ["a fallback", "export const a = b ?? c;", ["export const a = b;"]],
    ["a negation", "export const a = !b;", ["export const a = b;"]],
    ["a call", "a();", [";"]],
    ["an awaited call", "await a();", ["a();", ";"]],
    ["a step", "a += b;", [";", "a -= b;"]],
    ["a count", "a++;", [";", "a--;"]],
    ["a throw", "throw a;", [";"]],
    ["an ending", "try { a } finally { b }", [
      "try { ; } finally { b }",
      "try { a } finally {}",
      "try { a } finally { ; }",
    ]],
    ["a rescue", "try { } catch { b }", ["try { } catch {}", "try { } catch { ; }"]],
    ["an owner", "using a = b;", ["const a = b;"]],
    ["an owner that is awaited", "await using a = b;", ["const a = b;"]],
    ["a promise's end", "export const a = b.finally(c);", ["export const a = b;"]],
    ["a quantifier", "export const a = b.some(c);", ["export const a = b.every(c);"]],
  ] satisfies [string, string, string[]][]
) {
  Deno.test(`mutantsOf() mistakes ${what}`, () => {
    assertEquals(mutated(source), expected);
  });
}

Deno.test("mutantsOf() leaves types, names of modules and directives alone", () => {
  assertEquals(
    mutated(
      '"use strict"; import { type A } from "a"; export type B = "b" | 0; export * from "c";',
    ),
    [],
  );
});

Deno.test("mutantsOf() forgets the await of what is returned only where it makes a difference", () => {
  const of = (body: string) => mutated(`async function f() { ${body} }`).length;
  assertEquals(of("return await a;"), 0);
  assertEquals(of("if (b) return await a;"), 2);
  assertEquals(of("try { return await a; } catch { }"), 1);
  assertEquals(of("using b = c; return await a;"), 2);
});

Deno.test("mutantsOf() leaves alone what stands for an element that is never missing", () => {
  assertEquals(mutated("const [a = 0] = b; export const c = a[1] ?? 0;"), [
    "const [a = 0] = b; export const c = a[2] ?? 0;",
  ]);
});

Deno.test("mutantsOf() finds its places in a source with types, and in texts of any language", () => {
  assertEquals(
    mutated('const a: string = "안녕 😀"; export function b<T extends 0>(c: T): c is T { d(); }'),
    [
      'const a: string = ""; export function b<T extends 0>(c: T): c is T { d(); }',
      'const a: string = "안녕 😀"; export function b<T extends 0>(c: T): c is T { ; }',
    ],
  );
});

Deno.test("describeMutant() shows the lines that change, each as one", () => {
  const source = "a;\n  if (b) {\n    c();\n  }\nd;\n";
  const texts = mutantsOf(source).map((mutant) => describeMutant(source, mutant));
  assertEquals(texts.slice(1, 4), [
    { line: 2, original: "if (b) {", mutated: "if (true) {" },
    { line: 2, original: "if (b) {", mutated: "if (false) {" },
    { line: 3, original: "c();", mutated: ";" },
  ]);
  const rescue = "try {\n  a;\n} catch {\n  b;\n}";
  assertEquals(
    mutantsOf(rescue).map((mutant) => describeMutant(rescue, mutant).mutated)[1],
    "} catch {}",
  );
});
