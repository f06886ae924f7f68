/**
 * The one place that prints an error: every main module runs its command through {@linkcode exitWith}. What it prints
 * cannot drive a terminal, whoever wrote it.
 *
 * @module
 */

import {
  EXIT_STATUS,
  isStreamError,
  OperationalError,
  reasonOf,
  UsageError,
} from "../ipc/errors.ts";
import { say } from "../ipc/say.ts";
import { languageOf } from "./language.ts";
import { translatorTo } from "./translation.ts";

/** How a program is called. */
export interface ProgramName {
  /** In front of its errors. */
  readonly prefix: string;
  /** Where it is typed, in front of a command and `--help`. */
  readonly typed: string;
}

const BROOD: ProgramName = { prefix: "brood", typed: "brood" };

/**
 * Tells an error that nobody caught. Resolves to the exit status that goes with it, or to null if the program goes on.
 */
export type TellUnhandled = (error: unknown) => Promise<number | null>;

/** Null until somebody asks to. */
let tellUnhandled: TellUnhandled | null = null;

/**
 * Lets a part that runs code of others tell the errors that nobody catches in it, which are no bugs of this program.
 * Disposing what is returned ends that.
 */
export function onUnhandled(tell: TellUnhandled): Disposable {
  tellUnhandled = tell;
  return {
    [Symbol.dispose]() {
      if (tellUnhandled === tell) tellUnhandled = null;
    },
  };
}

/**
 * What could drive a terminal or rearrange a line although it is well-formed UTF-8: the C0 and C1 controls and DEL,
 * line and paragraph separators, and the marks that change the direction of text (UAX #9).
 */
export const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

const EVERY_UNSAFE = new RegExp(UNSAFE, "g");

/** The text on one line, with what could drive a terminal as in a text of JavaScript: `\x1b`, `\u202e`. */
export function escapeUnsafe(text: string): string {
  return text.replace(EVERY_UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

/** Prints lines to standard output. Throws {@linkcode OperationalError} if that takes no more. */
export function print(text: string): void {
  try {
    writeLine(Deno.stdout, text);
  } catch (cause) {
    if (!isStreamError(cause)) throw cause;
    throw new OperationalError(say`Cannot write to standard output: ${reasonOf(cause)}`, { cause });
  }
}

/** Prints lines to standard error. Where that takes no more nobody can be told, and the exit status has to do. */
export function printError(text: string): void {
  try {
    writeLine(Deno.stderr, text.split("\n").map(escapeUnsafe).join("\n"));
  } catch (error) {
    if (!isStreamError(error)) throw error;
  }
}

function writeLine(stream: Pick<typeof Deno.stdout, "writeSync">, text: string): void {
  const bytes = new TextEncoder().encode(text + "\n");
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}

/** Runs a program to its end and exits with the status it resolves to, or with that of the error it ended with. */
export async function exitWith(run: () => Promise<number>, name = BROOD): Promise<never> {
  // What nobody catches, in a promise or a timer, is a bug too: it gets the same report and exit status.
  const settle = async (error: unknown) => {
    const status = await (tellUnhandled === null ? report(error, name) : tellUnhandled(error));
    if (status !== null) Deno.exit(status);
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    settle(event.reason);
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    settle(event.error);
  });
  Deno.exit(await run().catch((error) => report(error, name)));
}

/**
 * Tells an error on standard error, in one line unless it is a bug. Resolves to the exit status that goes with it.
 */
async function report(error: unknown, { prefix, typed }: ProgramName): Promise<number> {
  const translate = await translatorTo(languageOf());
  const tell = (...said: string[]) => printError(`${prefix}: ${said.map(translate).join("")}`);
  if (error instanceof UsageError) {
    const help = [typed, error.command, "--help"].filter((word) => word !== null).join(" ");
    tell(escapeUnsafe(error.message), say`; try '${help}'`);
    return EXIT_STATUS.usage;
  }
  if (error instanceof OperationalError) {
    tell(escapeUnsafe(error.message));
    return EXIT_STATUS.failed;
  }
  tell(say`this is a bug, please report it: ${Deno.inspect(error)}`);
  return EXIT_STATUS.bug;
}
