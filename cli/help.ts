/**
 * The text of `--help`, from a command's table.
 *
 * @module
 */

import { say } from "../ipc/say.ts";
import { padEnd, widthOf, wrap } from "./columns.ts";
import { type CommandSpec, flagsOf } from "./command_line.ts";
import type { Flag, FlagTable } from "./flags.ts";
import { inEnglish, type Translate } from "./translation.ts";

/** How wide the notes are. */
const WIDTH = 110;

/** How the program is called. */
const USAGES = [
  "brood server [OPTIONS] [PORT] [-- PROGRAM [ARG]...]",
  "brood client [OPTIONS] [HOST] PORT",
  "brood grade [OPTIONS] [PORT] | -- PROGRAM [ARG]...",
  "brood compare [OPTIONS]",
  "brood guide [OPTIONS] [TOPIC]",
  "brood completions bash|zsh|fish",
  "brood --help | -h | help [COMMAND] | --version",
];

/** What the program's own `--help` prints. */
export function formatUsages(translate: Translate): string {
  const usage = translate(say`Usage:`);
  const indent = " ".repeat(widthOf(usage));
  return [
    translate(say`Brood: a TCP server and client with one process for each connection.`),
    "",
    ...USAGES.map((line, at) => `${at === 0 ? usage : indent} ${line}`),
    "",
    translate(say`"brood COMMAND --help" tells the options of a command.`),
  ].join("\n");
}

/** The line that shows how a command is called. */
export function formatUsage(spec: CommandSpec<FlagTable>): string {
  const program = spec.program === undefined ? [] : [spec.program];
  return [spec.typed ?? "brood", spec.name, "[OPTIONS]", ...spec.operands, ...program].join(" ");
}

/** What `--help` prints, which is also the block in the documents. In English unless it is translated. */
export function formatHelp(
  spec: CommandSpec<FlagTable>,
  translate: Translate = inEnglish,
): string {
  const rows = flagsOf(spec).map(([name, flag]) =>
    [formatFlag(name, flag), formatMeaning(flag, translate)] as const
  );
  const { glossary } = spec;
  return [
    translate(spec.summary),
    "",
    `${translate(say`Usage:`)} ${formatUsage(spec)}`,
    "",
    translate(say`Options:`),
    ...formatRows(rows),
    ...spec.notes.length === 0 ? [] : [""],
    ...spec.notes.flatMap((note) => wrap(translate(note), WIDTH)),
    ...glossary === undefined ? [] : [
      "",
      translate(glossary.heading),
      ...formatRows(glossary.rows.map(([word, meaning]) => [word, translate(meaning)] as const)),
    ],
  ].join("\n");
}

function formatRows(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => widthOf(left))) + 2;
  return rows.map(([left, right]) => `  ${padEnd(left, width)}${right}`);
}

function formatFlag(name: string, { alias, placeholder }: Flag<unknown>): string {
  const names = alias === undefined ? `--${name}` : `-${alias}, --${name}`;
  return placeholder === null ? names : `${names} ${placeholder}`;
}

/** A switch is off, and an empty text is nothing to tell. */
function formatMeaning(flag: Flag<unknown>, translate: Translate): string {
  const help = translate(flag.help);
  if (flag.placeholder === null || flag.fallback === "") return help;
  return `${help} (${translate(flag.format(flag.fallback))})`;
}
