/**
 * Flags as data: one table for each command, by the names of the command's options. From the table come the options'
 * types, the parser and `--help` (`command_line.ts`, `help.ts`), its block in the documents, and the argv of a worker.
 *
 * This file imports nothing, because a worker reads its argv with it.
 *
 * @module
 */

import { say } from "../ipc/say.ts";

/** One flag: `--name VALUE`, or `--name` alone where `placeholder` is null. */
export interface Flag<T> {
  /** Its name, where that is not the option's: see {@linkcode flagName}. */
  readonly name?: string | undefined;
  /** What stands for the value in `--help`; null for a switch. */
  readonly placeholder: string | null;
  /** The value where the flag is absent. */
  readonly fallback: T;
  /** What it does, for `--help`. */
  readonly help: string;
  /** The letter that stands for the name, as `v` in `-v`. */
  readonly alias?: string | undefined;
  /** What the value may be, where `placeholder` does not say: for shells that complete it. */
  readonly words?: readonly string[] | undefined;
  /** The value that a text stands for. Throws {@linkcode ValueError}, whose message says what was expected. */
  readonly parse: (text: string) => T;
  /** What its values are together, where it may be given more than once; elsewhere the last one counts. */
  join?(values: readonly T[]): T;
  /** The text that stands for a value: `parse` the other way round. */
  format(value: T): string;
}

/** The flags of a command by the names of its options, in the order `--help` tells them. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** A command's options: the values of a table's flags. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer T> ? T : never;
};

/** A value that a flag or operand cannot take. The message says what was expected. */
export class ValueError extends Error {}

/** A flag's name, without its dashes: `idle-timeout` of the option `idleTimeoutMs`, unless the flag has its own. */
export function flagName(option: string, { name }: Pick<Flag<unknown>, "name">): string {
  return name ??
    option.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What a flag with a value is declared with. */
export type FlagDescription<T> = Pick<Flag<T>, "name" | "fallback" | "help" | "alias"> & {
  /** What stands for the value in `--help`. */
  readonly placeholder: string;
};

/** A switch: absent or present. */
export function toggle(
  help: string,
  options: Pick<Flag<boolean>, "name" | "alias"> = {},
): Flag<boolean> {
  return {
    ...options,
    placeholder: null,
    fallback: false,
    help,
    parse: parseBoolean,
    format: String,
  };
}

function parseBoolean(text: string): boolean {
  if (text !== "true" && text !== "false") throw new ValueError(say`expected true or false`);
  return text === "true";
}

/** Any text that is not empty. */
export function text(flag: FlagDescription<string>): Flag<string> {
  return {
    ...flag,
    format: String,
    parse(text) {
      if (text === "") throw new ValueError(say`expected a text that is not empty`);
      return text;
    },
  };
}

/** A file, or none: null. */
export function optionalFile(help: string): Flag<string | null> {
  return {
    placeholder: "FILE",
    fallback: null,
    help,
    format: (value) => value ?? "none",
    parse: (text) => text,
  };
}

/** A host name or address. That of IPv6 may stand in brackets, as it does in front of a port. */
export function host(flag: FlagDescription<string>): Flag<string> {
  const name = text(flag);
  return { ...name, parse: (text) => name.parse(text).replace(/^\[(.*:.*)\]$/, "$1") };
}

/** A port, of this machine alone unless an address or a name stands in front of it: `[ADDR:]PORT`. Null is none. */
export function optionalEndpoint(
  flag: FlagDescription<null>,
): Flag<{ readonly hostname: string; readonly port: number } | null> {
  return {
    ...flag,
    format: (value) => value === null ? "none" : `${value.hostname}:${value.port}`,
    parse(text) {
      const [, ipv6, name, digits = ""] =
        /^(?:\[([\da-fA-F:.]+)\]:|([^:\s]+):)?(\d{1,5})$/.exec(text) ?? [];
      const port = Number(digits);
      if (digits === "" || port > 65_535) {
        throw new ValueError(say`expected a port from 0 to 65535, or ADDR:PORT`);
      }
      return { hostname: ipv6 ?? name ?? "127.0.0.1", port };
    },
  };
}

/** A whole number from `min` to `max`, both included. */
export function integer(
  flag: FlagDescription<number> & { readonly min: number; readonly max: number },
): Flag<number> {
  const { min, max } = flag;
  return {
    ...flag,
    format: String,
    parse(text) {
      const value = Number(text);
      if (!/^\d+$/.test(text) || value < min || value > max) {
        throw new ValueError(say`expected a whole number from ${min} to ${max}`);
      }
      return value;
    },
  };
}

/** The longest time that a timer can wait: 2^31 - 1 ms, a little under 25 days. */
const SECONDS_MAX = 2_147_483;

/**
 * A time that is typed in seconds, from `min` to `max` or what a timer can wait; decimals are allowed. `fallback`,
 * `min` and `max` are in seconds too. The option's value is in whole milliseconds.
 */
export function seconds(
  flag: FlagDescription<number> & { readonly min: number; readonly max?: number },
): Flag<number> {
  const { min, max = SECONDS_MAX } = flag;
  return {
    ...flag,
    fallback: flag.fallback * 1000,
    format: (ms) => String(ms / 1000),
    parse(text) {
      const value = Number(text);
      if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || value < min || value > max) {
        throw new ValueError(say`expected seconds, from ${min} to ${max}`);
      }
      // What is more than nothing stays so: 0 has a meaning of its own.
      return value > 0 ? Math.max(1, Math.round(value * 1000)) : 0;
    },
  };
}

/** One of a few words; the first is the fallback. */
export function choice<const Word extends string>(
  words: readonly [Word, ...Word[]],
  help: string,
): Flag<Word> {
  return {
    format: String,
    placeholder: words.join("|"),
    fallback: words[0],
    help,
    parse(text) {
      const word = words.find((word) => word === text);
      if (word === undefined) throw new ValueError(say`expected ${words.join(" or ")}`);
      return word;
    },
  };
}

/** One of a few words, or none: null. */
export function optionalChoice<const Word extends string>(
  words: readonly Word[],
  flag: Omit<FlagDescription<null>, "fallback">,
): Flag<Word | null> {
  return {
    ...flag,
    words,
    fallback: null,
    format: (value) => value ?? "none",
    parse(text) {
      const word = words.find((word) => word === text);
      if (word === undefined) throw new ValueError(say`expected one of ${words.join(", ")}`);
      return word;
    },
  };
}

/** What a list is declared with. */
export interface ListDescription<T> extends Omit<FlagDescription<readonly T[]>, "fallback"> {
  /** What one of its texts may begin with: for shells that complete it. */
  readonly words?: readonly string[];
  /** What stands between two items of one text; null where a text is one item, whatever is in it. */
  readonly separator: string | null;
  /** The item that a text stands for. Throws {@linkcode ValueError}. */
  readonly parseItem: (text: string) => T;
  /** The text that stands for an item. */
  readonly formatItem: (item: T) => string;
}

/** A flag that may be given again and again: its value is the list of all, empty where there is none. */
export function list<T>(
  { separator, parseItem, formatItem, ...flag }: ListDescription<T>,
): Flag<readonly T[]> {
  return {
    ...flag,
    fallback: [],
    format: (items) => items.length === 0 ? "none" : items.map(formatItem).join(separator ?? " "),
    join: (lists) => lists.flat(),
    parse: (text) => (separator === null ? [text] : text.split(separator)).map(parseItem),
  };
}

/** The values of a table's flags where none is given. */
export function fallbacksOf<Table extends FlagTable>(table: Table): FlagValues<Table> {
  const values = Object.entries(table).map(([option, { fallback }]) => [option, fallback]);
  return Object.fromEntries(values) as FlagValues<Table>;
}

/** The argv that {@linkcode readArgv} reads back: every option as `--option=value`. */
export function formatArgv<Table extends FlagTable>(
  table: Table,
  values: FlagValues<Table>,
): string[] {
  return Object.entries(table).map(([option, flag]) =>
    `--${option}=${flag.format(values[option])}`
  );
}

/**
 * Reads an argv that {@linkcode formatArgv} made. Strict, with errors for nobody but who maintains it: the other side
 * is this same program. Throws `Error` where a flag is missing, unknown or wrong.
 */
export function readArgv<Table extends FlagTable>(
  table: Table,
  argv: readonly string[],
): FlagValues<Table> {
  const values = new Map<string, unknown>();
  for (const argument of argv) {
    const [, name = "", value = ""] = /^--([^=]+)=(.*)$/s.exec(argument) ?? [];
    const flag = Object.hasOwn(table, name) ? table[name] : undefined;
    if (flag === undefined) throw new Error(`Cannot read the argument ${JSON.stringify(argument)}`);
    values.set(name, flag.parse(value));
  }
  for (const name of Object.keys(table)) {
    if (!values.has(name)) throw new Error(`Cannot start: the flag --${name} is missing`);
  }
  return Object.fromEntries(values) as FlagValues<Table>;
}
