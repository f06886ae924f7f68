/**
 * The command line of a server at a port.
 *
 * @module
 */

/** What stands for the port in an argument. */
const PLACE = "{port}";

/** The program with its arguments, the port in the place of `{port}`, or behind them where it has none. */
export function commandFor(command: readonly string[], port: number): readonly string[] {
  const [program = "", ...args] = command;
  if (!args.some((argument) => argument.includes(PLACE))) return [...command, String(port)];
  return [program, ...args.map((argument) => argument.replaceAll(PLACE, String(port)))];
}
