/**
 * The server that is graded, however it came to run.
 *
 * @module
 */

import type { ProgramEnd } from "../keeper/messages.ts";
import type { StartObservation } from "./observations.ts";
import type { ProcessView } from "./process_view.ts";
import type { ServerAddress } from "./visitor.ts";

/** Why a server is not there. */
export type Absence = "never" | "gone" | "overran";

/** A server that is graded. Disposing ends what was started for it. */
export interface Subject extends AsyncDisposable {
  /** Whether it may be stopped, killed and started again. */
  readonly isOurs: boolean;
  /** Where it listens now. */
  readonly address: ServerAddress;
  /** What its processes are; null where that cannot be seen. */
  readonly view: ProcessView | null;
  /** Why that cannot be seen, or null. */
  readonly blind: string | null;
  /** What it printed last, where it is ours. */
  readonly output: readonly string[];
  /** How it ended, where it has and that is known. */
  readonly end: ProgramEnd | null;
  /** Sees to it that the server runs for the first time. */
  begin(): Promise<StartObservation>;
  /** Sees to it that it runs, starting it again where it has ended. Null where it runs. */
  ensure(): Promise<Absence | null>;
  /** Whether it runs. */
  isAlive(): Promise<boolean>;
  /** Kills it with all its processes, and starts it again at the same port. Only where it is ours. */
  restart(): Promise<StartObservation>;
  /** Ends it, where it is ours. Rejects with `OperationalError` where it has not been ours to the end. */
  finish(): Promise<void>;
}
