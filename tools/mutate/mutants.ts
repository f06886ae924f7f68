/**
 * The small mistakes that somebody could make in a source: each a mutant, which the tests ought to notice.
 *
 * The types are blanked out (`amaro`), which leaves every position as it is; what is left is parsed as JavaScript
 * (`acorn`). So a mutant is a place in the TypeScript source, and what stands there instead.
 *
 * @module
 */

import { type AnyNode, type Node, parse } from "acorn";
import { fullAncestor } from "acorn-walk";
import amaro from "amaro";

/** A mistake: what stands from `start` to before `end`, as `String.slice` counts, is replaced. */
export interface Mutant {
  /** Where it begins. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  /** What stands there instead. */
  readonly replacement: string;
}

/** A mutant as people see it. */
export interface MutantText {
  /** The line where it begins, counted from 1. */
  readonly line: number;
  /** The lines that it changes, as they are, as one line. */
  readonly original: string;
  /** The same lines with the mistake. */
  readonly mutated: string;
}

/** A node, what it stands in, the nearest first, and how the source reads. */
interface Place<Type extends AnyNode = AnyNode> {
  readonly node: Type;
  readonly around: readonly AnyNode[];
  /** The source with the types blanked out. */
  readonly code: string;
}

type Operator<Type extends AnyNode> = (place: Place<Type>) => Iterable<Mutant>;

/** What is done with a node of each type. */
type Operators = { readonly [Type in AnyNode as Type["type"]]?: Operator<Type> };

/** For each operator another that is easily mistaken for it. */
const MISTAKEN: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&": "|",
  "|": "&",
  "<<": ">>",
  ">>": "<<",
  ">>>": "<<",
  "&&": "||",
  "||": "&&",
  "+=": "-=",
  "-=": "+=",
  "??=": "=",
  "++": "--",
  "--": "++",
};

/** Calls that can be forgotten: what they are made on is left. */
const FORGOTTEN: ReadonlySet<string> = new Set([
  "catch",
  "filter",
  "finally",
  "slice",
  "sort",
  "trim",
  "trimEnd",
]);

const OPERATORS: Operators = {
  IfStatement: ({ node: { test } }) => [replace(test, "true"), replace(test, "false")],
  ConditionalExpression: ({ node: { test } }) => [replace(test, "true"), replace(test, "false")],
  WhileStatement: ({ node: { test } }) => [replace(test, "false")],
  DoWhileStatement: ({ node: { test } }) => [replace(test, "false")],
  ForStatement: ({ node: { test } }) => test ? [replace(test, "false")] : [],

  BinaryExpression: (place) => isOfText(place.node) ? [] : mistakeOperator(place),
  *LogicalExpression(place) {
    yield* mistakeOperator(place);
    if (place.node.operator === "??" && !isIndexed(place.node.left)) {
      yield replace(place.node, textOf(place.node.left, place));
    }
  },
  AssignmentExpression: (place) => mistakeOperator(place),
  *UpdateExpression({ node, code }) {
    const replacement = MISTAKEN[node.operator] ?? "";
    const start = code.indexOf(node.operator, node.prefix ? node.start : node.argument.end);
    yield { start, end: start + node.operator.length, replacement };
  },
  *UnaryExpression(place) {
    const { operator, argument } = place.node;
    if (operator === "!" || operator === "-" || operator === "~") {
      yield replace(place.node, textOf(argument, place));
    }
  },

  *Literal({ node, around }) {
    if (isFixed(around) || isForTypesOnly(around)) return;
    if (typeof node.value === "boolean") yield replace(node, String(!node.value));
    if (typeof node.value === "number") yield replace(node, String(node.value + 1));
    if (typeof node.value === "string") yield replace(node, node.value === "" ? '"mutant"' : '""');
  },
  *TemplateLiteral({ node, around: [parent] }) {
    if (parent?.type !== "TaggedTemplateExpression") yield replace(node, '""');
  },
  *ArrayExpression({ node }) {
    if (node.elements.length > 0) yield replace(node, "[]");
  },

  *ExpressionStatement({ node }) {
    if (node.directive === undefined) yield replace(node, ";");
  },
  ThrowStatement: ({ node }) => [replace(node, ";")],
  BreakStatement: ({ node }) => [replace(node, ";")],
  ContinueStatement: ({ node }) => [replace(node, ";")],
  *TryStatement({ node: { handler, finalizer } }) {
    if (handler && handler.body.body.length > 0) yield replace(handler.body, "{}");
    if (finalizer) yield replace(finalizer, "{}");
  },
  *AwaitExpression(place) {
    if (!isReturnedAnyway(place)) yield replace(place.node, textOf(place.node.argument, place));
  },
  *VariableDeclaration({ node }) {
    const [, using] = /^((?:await )?using) /.exec(node.kind + " ") ?? [];
    if (using === undefined) return;
    yield { start: node.start, end: node.start + using.length, replacement: "const" };
  },
  *CallExpression(place) {
    const { callee } = place.node;
    if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
    const { name } = callee.property;
    if (FORGOTTEN.has(name)) yield replace(place.node, textOf(callee.object, place));
    if (name === "some") yield replace(callee.property, "every");
    if (name === "every") yield replace(callee.property, "some");
    if (name === "min") yield replace(callee.property, "max");
    if (name === "max") yield replace(callee.property, "min");
  },
};

function replace(node: Node, replacement: string): Mutant {
  return { start: node.start, end: node.end, replacement };
}

/** A node's text, without types. */
function textOf(node: Node, { code }: Pick<Place, "code">): string {
  return code.slice(node.start, node.end);
}

/** Puts another operator between two operands. */
function* mistakeOperator({ node, code }: {
  readonly node: {
    readonly operator: string;
    readonly left: Node;
    readonly right: Node;
  };
  readonly code: string;
}): Generator<Mutant> {
  const { operator, left, right } = node;
  const replacement = MISTAKEN[operator];
  if (replacement === undefined) return;
  const start = code.indexOf(operator, left.end);
  if (start < right.start) yield { start, end: start + operator.length, replacement };
}

/** Whether two texts are joined, which cannot be subtracted. */
function isOfText(node: AnyNode): boolean {
  if (node.type === "BinaryExpression") {
    return node.operator === "+" && (isOfText(node.left) || isOfText(node.right));
  }
  return node.type === "TemplateLiteral" ||
    (node.type === "Literal" && typeof node.value === "string");
}

/** Whether a literal in this place is the name of a module, or a directive. */
function isFixed([parent]: readonly AnyNode[]): boolean {
  if (parent?.type === "ExpressionStatement") return parent.directive !== undefined;
  return parent?.type === "ImportDeclaration" || parent?.type === "ExportAllDeclaration" ||
    parent?.type === "ExportNamedDeclaration" || parent?.type === "ImportExpression";
}

/**
 * Whether a literal in this place stands for what is never missing, such as the 0 in `bytes[i] ?? 0` or in `[a = 0]`:
 * TypeScript cannot know that.
 */
function isForTypesOnly([parent, grandparent]: readonly AnyNode[]): boolean {
  if (parent?.type === "AssignmentPattern") return grandparent?.type === "ArrayPattern";
  return parent?.type === "LogicalExpression" && parent.operator === "??" && isIndexed(parent.left);
}

/** Whether a function returns a promise that it awaits for nothing: it catches no failure, and closes nothing after. */
function isReturnedAnyway({ around: [parent, ...others] }: Place): boolean {
  if (parent?.type !== "ReturnStatement") return false;
  const end = others.findIndex(({ type }) => /Function/.test(type));
  return others.slice(0, end).every((node) =>
    node.type !== "TryStatement" &&
    !(node.type === "BlockStatement" && node.body.some(isOwner))
  );
}

function isOwner(node: AnyNode): boolean {
  return node.type === "VariableDeclaration" && /using$/.test(node.kind);
}

function isIndexed(node: AnyNode): boolean {
  return node.type === "MemberExpression" && node.computed;
}

/** All mutants of a TypeScript source, in the order of their places. Throws what `amaro` or `acorn` throws. */
export function mutantsOf(source: string): Mutant[] {
  const { code } = amaro.transformSync(source, { mode: "strip-only" });
  const mutants = new Map<string, Mutant>();
  fullAncestor(
    parse(code, { ecmaVersion: "latest", sourceType: "module" }),
    (visited, _state, ancestors) => {
      const node = visited as AnyNode;
      const around = ancestors.slice(0, -1).reverse() as AnyNode[];
      const operator = OPERATORS[node.type] as Operator<AnyNode> | undefined;
      for (const mutant of operator?.({ node, around, code }) ?? []) {
        const { start, end, replacement } = mutant;
        if (source.slice(start, end) === replacement) continue;
        mutants.set(`${start} ${end} ${replacement}`, mutant);
      }
    },
  );
  return [...mutants.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The source with the mistake. */
export function applyMutant(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/** How to show a mutant. */
export function describeMutant(source: string, mutant: Mutant): MutantText {
  const from = source.lastIndexOf("\n", mutant.start - 1) + 1;
  const newline = source.indexOf("\n", mutant.end);
  const to = newline === -1 ? source.length : newline;
  const onOneLine = (text: string) => text.replace(/\s+/g, " ").trim();
  return {
    line: source.slice(0, mutant.start).split("\n").length,
    original: onOneLine(source.slice(from, to)),
    mutated: onOneLine(applyMutant(source.slice(0, to), mutant).slice(from)),
  };
}
