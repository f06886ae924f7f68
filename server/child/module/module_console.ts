/**
 * What a handler module prints with `console`: made safe for a terminal, and written by whoever may wait for the
 * reader.
 *
 * @module
 */

import { escapeControls } from "../../log/escape.ts";
import type { LineWriter } from "../../log/line_writer.ts";

/** What `console.log` calls, in the programs that Deno itself is tested with too. */
interface DenoInternals {
  readonly Console: new (print: (text: string, level: number) => void) => Console;
}

/** The colours that a console adds where a terminal shows them (SGR, ECMA-48). */
// deno-lint-ignore no-control-regex -- that is what they begin with
const COLOURS = /\u001b\[[\d;]*m/g;

/** Lets every method of `console` write there, whatever its level. Disposing gives the console back as it was. */
export function printTo(output: Pick<LineWriter, "writeLine">): Disposable {
  const { Console } = Reflect.get(Deno, Reflect.get(Deno, "internal")) as DenoInternals;
  const print = (text: string) => {
    const plain = text.replace(/\n$/, "").replaceAll(COLOURS, "");
    output.writeLine(escapeControls(plain));
  };
  // The object stays: modules of Node's have it under other names.
  const before = { ...console };
  Object.assign(console, new Console(print));
  return { [Symbol.dispose]: () => void Object.assign(console, before) };
}
