/**
 * Whether a mistake can be made by the server that the user has asked for.
 *
 * @module
 */

import { type FaultName, faultOf } from "./table.ts";
import { say } from "../../ipc/say.ts";

/** What the user has asked for besides; null where he leaves it to the server. */
export interface AskedBesides {
  /** How connections meet processes. */
  readonly mode: string;
  /** How a process gets its connection. */
  readonly transport: string | null;
  /** What serves a connection. */
  readonly handler: "echo" | "module" | "program";
  /** How many workers are kept ready. */
  readonly spare: number;
  /** How many connections are served at once. */
  readonly maxConnections: number | null;
}

/** What does not go with the mistake, in a line; null if all does. */
export function faultConflict(name: FaultName, asked: AskedBesides): string | null {
  const { transport, takesProgram, maxConnections } = faultOf(name);
  const goesWith = (what: string, not: string) =>
    say`--fault ${name} goes with ${what}, not with ${not}`;
  if (asked.mode !== "per-connection") return goesWith("--mode per-connection", asked.mode);
  if (asked.handler !== "echo" && !(asked.handler === "program" && takesProgram)) {
    return goesWith(
      takesProgram ? say`the echo or a program` : say`the echo`,
      asked.handler === "module" ? say`a module` : say`a program`,
    );
  }
  if (asked.transport !== null && asked.transport !== transport) {
    return goesWith(`--transport ${transport}`, asked.transport);
  }
  if (asked.spare > 0) return say`--fault ${name} does not go with --spare`;
  if (maxConnections !== undefined && asked.maxConnections !== null) {
    return say`--fault ${name} does not go with --max-connections`;
  }
  return null;
}
