/**
 * Verdicts on the server's processes.
 *
 * @module
 */

import type {
  BurstObservation,
  ClientsObservation,
  GrowthObservation,
} from "../observe/observations.ts";
import { leaksMemory } from "../observe/leak.ts";
import { kindOf } from "./kind.ts";
import { secondsOf } from "./talks.ts";
import { fail, type Outcomes, pass, seenIn, skip, type Verdict } from "./verdict.ts";

/** As many pids as fit on a line. */
const PIDS_MAX = 8;

/** Pids as a text. */
export function listPids(pids: readonly number[]): string {
  const shown = [...new Set(pids)];
  const rest = shown.length > PIDS_MAX ? ", ..." : "";
  return shown.slice(0, PIDS_MAX).join(", ") + rest;
}

/** On a process for each client. */
export function judgeOwn(seen: ClientsObservation): Verdict {
  const { parent, servers } = seen;
  const pids = listPids(servers.flat().map(({ pid }) => pid));
  switch (kindOf(seen)) {
    case "forks":
      return pass("ownProcesses", { pids });
    case "prefork":
      return pass("ownProcessesBefore", { pids });
    case "shared":
      return fail("sharedProcess", { pids });
    case "relays":
      return skip("relays", { parent, pids: listPids(seen.came.map(({ pid }) => pid)) });
    case "hidden":
      return skip("hiddenWork", { parent, n: seen.before });
    case "threads":
      return fail("threads", { parent });
    case "alone":
      return fail("alone", { parent });
  }
}

/** On the parent's copy of the client's socket. */
export function judgeParent(seen: ClientsObservation): Verdict {
  const { parent, servers, parentHolds, clientSawEnd } = seen;
  const pids = listPids(servers[0].map(({ pid }) => pid));
  switch (kindOf(seen)) {
    case "forks":
    case "prefork":
    case "shared":
      if (!parentHolds) return pass("parentClosed", { parent, pids });
      return fail(clientSawEnd ? "parentHolds" : "parentHoldsOn", { parent, pids });
    case "relays":
      return skip("relays", { parent, pids: listPids(seen.came.map(({ pid }) => pid)) });
    default:
      return noChildren(seen);
  }
}

/** On the child's copy of the listening socket. */
export function judgeListener(seen: ClientsObservation): Verdict {
  const kind = kindOf(seen);
  const children = kind === "relays" ? seen.came : seen.servers.flat();
  if (children.length === 0) return noChildren(seen);
  const having = children.filter(({ hasListener }) => hasListener).map(({ pid }) => pid);
  if (having.length === 0) {
    return pass("listenerClosed", { pids: listPids(children.map(({ pid }) => pid)) });
  }
  const pids = listPids(having);
  return kind === "prefork" || kind === "shared"
    ? skip("acceptsItself", { pids })
    : fail("listenerOpen", { pids });
}

/** On the end of a child. */
export function judgeEnd(seen: ClientsObservation): Verdict {
  const { servers, came, endedAfterMs, waitedMs } = seen;
  const kind = kindOf(seen);
  const pids = listPids((servers[0].length > 0 ? servers[0] : came).map(({ pid }) => pid));
  if (kind === "prefork" || kind === "shared") return skip("livesOn", { pids });
  if (kind !== "forks" && kind !== "relays") return noChildren(seen);
  return endedAfterMs === null
    ? fail("childLives", { pids, seconds: secondsOf(waitedMs) })
    : pass("childEnded", { pids, seconds: secondsOf(endedAfterMs) });
}

/** On a child's exit status. */
export function judgeExit(seen: ClientsObservation): Verdict {
  const { exit, servers, parent, came } = seen;
  const kind = kindOf(seen);
  const pids = listPids(servers[1].map(({ pid }) => pid));
  if (exit.status !== null) {
    const { code, signal } = exit.status;
    if (signal !== null) return fail("exitSignal", { pids, signal });
    return code === 0 ? pass("exitDone", { pids }) : fail("exitFailed", { pids, status: code });
  }
  switch (kind) {
    case "forks":
      break;
    case "relays":
      return skip("relays", { parent, pids: listPids(came.map(({ pid }) => pid)) });
    case "prefork":
    case "shared":
      return skip("livesOn", { pids });
    default:
      return noChildren(seen);
  }
  if (servers[1].length === 0) return skip("exitNoSecond");
  switch (exit.unseen) {
    case "reaped":
      return skip("exitReaped", { pids });
    case "hidden":
      return skip("exitHidden", { pids });
    case "alive":
      return skip("exitAlive", { pids });
  }
}

function noChildren(seen: ClientsObservation): Verdict {
  const { parent, before } = seen;
  return kindOf(seen) === "hidden"
    ? skip("hiddenWork", { parent, n: before })
    : skip("noChildren", { parent });
}

/** So much more than before is no leak: a runtime may keep a few things for later. */
const SPARE = 5;

/** Of fewer connections nothing can be told. */
const CONNECTIONS_MIN = 16;

/** On what many connections leave behind. What another test has told already is not told again. */
export function judgeGrowth(seen: GrowthObservation, outcomes: Outcomes): Verdict {
  const { connections, looks: [first, ...later] } = seen;
  const last = later.at(-1) ?? first;
  if (connections < CONNECTIONS_MIN) return skip("tooFewConnections", { n: connections });
  const descriptors = last.descriptors - first.descriptors;
  const sockets = last.clientSockets - first.clientSockets;
  const children = last.children - first.children;
  const memory = last.memory - first.memory;
  const isMuch = (growth: number) => growth >= Math.max(SPARE, connections / 10);
  const values = {
    n: connections,
    descriptors,
    sockets,
    children,
    kilobytes: Math.round(memory / 1024),
  };
  const clients = seenIn(outcomes, "clients");
  const told = {
    sockets: clients?.parentHolds === true && clients.servers[0].length > 0,
    children: clients !== null && clients.came.length > 0 && clients.endedAfterMs === null,
  };
  const isNews = isMuch(descriptors) || leaksMemory(seen) && !told.children ||
    isMuch(sockets) && !told.sockets || isMuch(children) && !told.children;
  if (isNews) return fail("grew", values);
  if (isMuch(sockets)) {
    return skip("grewByThat", { ...values, test: "processes/parent-closes-socket" });
  }
  if (isMuch(children)) return skip("grewByThat", { ...values, test: "processes/child-ends" });
  return pass("grewNot", positive(values));
}

/** What there is less of than before has not grown. */
function positive<Name extends string>(
  values: Readonly<Record<Name, number>>,
): Readonly<Record<string, number>> {
  const entries = Object.entries<number>(values);
  return Object.fromEntries(entries.map(([name, value]) => [name, Math.max(0, value)]));
}

/** On children that ended at the same moment. */
export function judgeBurst(seen: BurstObservation): Verdict {
  const { came, living, zombies } = seen;
  if (came === 0) return skip("burstNone");
  if (zombies.length > 0) {
    return fail("zombies", { n: zombies.length, came, pids: listPids(zombies) });
  }
  if (living.length === came) return skip("burstLives", { came });
  return pass("zombiesNot", { came });
}
