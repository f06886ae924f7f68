/**
 * The variables of programs that the user names (`--env`): set for them, or passed on from the server's own.
 *
 * @module
 */

import { type Flag, list, type ListDescription, ValueError } from "../../cli/flags.ts";
import { say } from "../../ipc/say.ts";

/** A variable of a program's environment. */
export interface Variable {
  /** What it is called. */
  readonly name: string;
  /** Null for the server's own, if it has one. */
  readonly value: string | null;
}

/** What the server tells a program itself: who is connected, how that is secured, and the guard's mark. */
const OURS = /^(PROTO$|TCP|UNIXLOCALPATH$|TLS(VERSION|CIPHER|CLIENTSUBJECT)$|BROOD_)/;

/** A flag whose values are variables. */
export function variablesFlag(
  flag: Pick<ListDescription<Variable>, "placeholder" | "help">,
): Flag<readonly Variable[]> {
  return list({
    ...flag,
    separator: null,
    parseItem: parseVariable,
    formatItem: ({ name, value }) => value === null ? name : `${name}=${value}`,
  });
}

function parseVariable(text: string): Variable {
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  // No name begins with a dash, but the flag that stands where one was forgotten does.
  if (name === "" || name.startsWith("-") || text.includes("\0")) {
    throw new ValueError(say`expected NAME or NAME=VALUE`);
  }
  if (OURS.test(name)) throw new ValueError(say`the server itself tells programs by ${name}`);
  return { name, value: equals === -1 ? null : text.slice(equals + 1) };
}
