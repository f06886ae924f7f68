import type { Listen, ListenTarget } from "../../../server/accept/acceptor.ts";
import { bindAt, Listener } from "../../../server/accept/listener.ts";

/** A listener at one place, as a server has it. */
export function listenAt(target: ListenTarget, listen?: Listen): Listener {
  return new Listener(bindAt(target, listen));
}
