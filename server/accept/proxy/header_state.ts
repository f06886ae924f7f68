/**
 * How far a PROXY header has come.
 *
 * @module
 */

import type { ConnectionEnds } from "../../../ipc/transport.ts";
import type { HeaderProblem } from "../../events.ts";

/** What the bytes so far tell. */
export type HeaderState =
  /** So many bytes are missing at the least: that many can be read, and none of them is the client's. */
  | { readonly kind: "partial"; readonly missing: number }
  /** It ends with the last of them, and tells these ends, or none (null). */
  | { readonly kind: "whole"; readonly ends: ConnectionEnds | null }
  /** Whatever follows, it is none. */
  | { readonly kind: "wrong"; readonly problem: HeaderProblem };

/** So many are missing. */
export function partial(missing: number): HeaderState {
  return { kind: "partial", missing };
}

/** It is there, with these ends. */
export function whole(ends: ConnectionEnds | null): HeaderState {
  return { kind: "whole", ends };
}

/** It is none. */
export function wrong(problem: HeaderProblem): Extract<HeaderState, { readonly kind: "wrong" }> {
  return { kind: "wrong", problem };
}
