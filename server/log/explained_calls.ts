/**
 * What the kernel was asked, in words: each function makes the lines under an event. A number that nobody could tell is
 * left out.
 *
 * @module
 */

import type {
  GivenDescriptor,
  Omission,
  ProcessOrigin,
  Reception,
  ServerEvent,
} from "../events.ts";

/** The number of a descriptor, or null where nobody could tell it. */
export type Known = number | null;

/** A client's socket, and where its bytes go. */
export interface ClientFacts {
  /** The descriptor that `accept` gave. */
  readonly descriptor: Known;
  /** The worker, or null where there is none for it, or not yet. */
  readonly workerPid: number | null;
  /** How it was opened to the worker; null where it was not, or not yet. */
  readonly reception: Reception | null;
  /** The socket that is connected to the worker. */
  readonly stream: Known;
  /** What the parent leaves undone. */
  readonly omits: Omission | null;
}

/** `close(12)`, or `close()`. */
function call(name: string, number: Known): string {
  return `${name}(${number ?? ""})`;
}

/** `the listening socket 5`, or without the number. */
function named(what: string, number: Known): string {
  return number === null ? what : `${what} ${number}`;
}

/** How a server came to listen: by itself, with that backlog, or by sockets that it was started with (null). */
export function explainListening(listener: Known, backlog: number | null): string[] {
  if (backlog === null) {
    return [`${named("the listening socket", listener)} was there at the start (LISTEN_FDS)`];
  }
  if (listener === null) return [`socket(), bind() and listen(), with a backlog of ${backlog}`];
  const calls = `socket(), bind(), listen(${listener}, ${backlog})`;
  return [`${calls}: descriptor ${listener} is the listening socket`];
}

/** How many wait in the accept queue; null where nobody could tell. */
function queueText(waiting: number | null): string | null {
  if (waiting === null) return null;
  return `${waiting} ${
    waiting === 1 ? "connection waits" : "connections wait"
  } in the accept queue`;
}

/** A connection that was accepted. `at` is when, where that was a while before. */
export function explainAccept(
  { listener, descriptor, waiting }: {
    readonly listener: Known;
    readonly descriptor: Known;
    readonly waiting: number | null;
  },
  at: string | null,
): string {
  const when = at === null ? "" : ` at ${at}`;
  const gave = descriptor === null ? "the client's socket" : `descriptor ${descriptor}`;
  const queue = queueText(waiting);
  return `${call("accept", listener)}${when} gave ${gave}${queue === null ? "" : `; ${queue}`}`;
}

/** The PROXY header of a connection that a balancer made. `client` is whom it tells, or null. */
export function explainHeader(
  descriptor: Known,
  { client, bytes, reads }: {
    readonly client: string | null;
    readonly bytes: number;
    readonly reads: number;
  },
): string {
  const calls = `${call("recv", descriptor)}, in ${reads === 1 ? "one call" : `${reads} calls`},`;
  const told = client === null ? "it tells no client" : `the client is ${client}`;
  return `${calls} gave the PROXY header, ${bytes} bytes, and nothing that follows it: ${told}`;
}

/** That there is none. */
export function explainNoHeader(descriptor: Known): string {
  return `${call("recv", descriptor)} gave no PROXY header`;
}

/** That nobody is accepted, or somebody again. */
export function explainAccepting(isPaused: boolean, waiting: number | null): string[] {
  const queue = queueText(waiting);
  const text = isPaused ? "no accept() until a slot is free" : "accept() again";
  return [queue === null ? text : `${text}; ${queue}`];
}

const KINDS: Readonly<Record<GivenDescriptor["kind"], string | null>> = {
  null: "/dev/null",
  pipe: "pipes to the parent",
  client: "the client's socket",
  door: "one end of the pair",
  listening: "the listening socket",
  inherited: null,
};

/** `descriptors 0, 1 (the client's socket) and 2`. */
function formatDescriptors(descriptors: readonly GivenDescriptor[]): string {
  const groups: { kind: GivenDescriptor["kind"]; numbers: number[] }[] = [];
  for (const { kind, number } of descriptors) {
    const last = groups.at(-1);
    if (last?.kind === kind) last.numbers.push(number);
    else groups.push({ kind, numbers: [number] });
  }
  const texts = groups.map(({ kind, numbers }) => {
    const remark = KINDS[kind];
    return numbers.join(", ") + (remark === null ? "" : ` (${remark})`);
  });
  return `descriptors ${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

/** How a process was started, and which descriptors were closed then. `client` is that of the connection it is for. */
export function explainStart(
  { pid, origin }: { readonly pid: number; readonly origin: ProcessOrigin },
  { listener, client }: { readonly listener: Known; readonly client: ClientFacts | null },
): string[] {
  const { call: how, descriptors, reception } = origin;
  const given = descriptors.find(({ kind }) => kind === "client" || kind === "door");
  const has = `it has ${formatDescriptors(descriptors)}`;
  const others = [
    ...descriptors.some(({ kind }) => kind === "listening")
      ? []
      : [named("the listening socket", listener)],
    ...client === null || given?.kind === "client"
      ? []
      : [named("the client's socket", client.descriptor)],
  ];
  const also = others.length === 0 ? "" : `, also of ${others.join(" and ")}`;
  const lines: string[] = [];
  if (reception.by === "sendmsg") {
    const ends = [reception.door, given?.copyOf ?? null];
    lines.push(`socketpair() gave descriptors ${ends.join(" and ")}`);
  }
  switch (how) {
    case "fork":
      lines.push(`fork() started process ${pid}, which called setsid() and execve(): ${has}`);
      lines.push(`execve() closed its copies of all others (close-on-exec)${also}`);
      break;
    case "posix_spawn":
      lines.push(`posix_spawn() started process ${pid}: ${has}`);
      lines.push(`its copies of all others were closed before it began${also}`);
      break;
    case "CreateProcess":
      lines.push(`CreateProcess() started process ${pid}`);
  }
  if (given !== undefined) {
    const what = given.kind === "client" ? "the client's socket" : "that end of the pair";
    const closed = call("close", given.copyOf);
    lines.push(
      given.kind === "client" && origin.omits === "close-client"
        ? `no ${closed}: the parent keeps its copy, and the client will see no end`
        : `${closed}: the parent's copy; process ${pid} alone has ${what} now`,
    );
  }
  return lines;
}

/** How a worker is waiting that has just got ready. */
export function explainReady({ reception, descriptors }: ProcessOrigin): string[] {
  switch (reception.by) {
    case "connect":
      return [`it listens on the Unix-domain socket ${reception.path}`];
    case "sendmsg": {
      const door = descriptors.find(({ kind }) => kind === "door")?.number ?? null;
      return [
        `it waits in poll() for a message on ${named("descriptor", door)}, its end of the pair`,
      ];
    }
    case "pipes":
    case "start":
      return [];
  }
}

/** How a connection was opened to its worker. */
export function explainOpening(
  { descriptor, reception, stream, workerPid, omits }: ClientFacts,
): string[] {
  const closed = call("close", descriptor);
  const keeps = `the parent keeps ${named("the client's socket", descriptor)} and copies`;
  switch (reception?.by) {
    case "connect": {
      const connected = stream === null
        ? "socket() and connect() reached"
        : `socket() gave descriptor ${stream}; connect(${stream}) reached`;
      const between = descriptor === null || stream === null
        ? "between the two"
        : `between ${descriptor} and ${stream}`;
      return [
        `${connected} process ${workerPid} at the Unix-domain socket ${reception.path}`,
        `${keeps} ${between}`,
      ];
    }
    case "pipes":
      return [`${keeps} between that and the pipes of process ${workerPid}`];
    case "sendmsg":
      return [
        `${call("sendmsg", reception.door)} with SCM_RIGHTS: ` +
        `a copy of ${named("descriptor", descriptor)} is for process ${workerPid}`,
        omits === "close-client"
          ? `no ${closed}: the parent keeps its copy, and the client will see no end`
          : `${closed}: the parent's copy; that of process ${workerPid} is the only one left`,
      ];
    case "start":
    case undefined:
      return [];
  }
}

/** Whether the parent has given its copy of the client's socket away. */
export function isGivenAway({ reception }: ClientFacts): boolean {
  return reception?.by === "sendmsg" || reception?.by === "start";
}

/** What one read brought. */
export function explainMessage(client: ClientFacts, bytes: number): string[] {
  const count = bytes === 1 ? "1 byte" : `${bytes} bytes`;
  if (isGivenAway(client)) {
    return [`recv() gave it ${count}, as it tells the parent, which does not see them`];
  }
  const received = `${call("recv", client.descriptor)} gave ${count}`;
  switch (client.reception?.by) {
    case "connect":
      return [`${received}, for ${call("send", client.stream)} to process ${client.workerPid}`];
    case "pipes":
      return [`${received}, for write() to a pipe to process ${client.workerPid}`];
    default:
      return [received];
  }
}

/** Who closed the client's socket, and what else. `isReported` where the worker that had it has told so. */
export function explainClose(client: ClientFacts, isReported: boolean): string[] {
  const { descriptor, reception, stream, workerPid, omits } = client;
  if (isGivenAway(client)) {
    const copies = omits === "close-client"
      ? "of which the parent has a copy still: the client sees no end"
      : "of which it had the only copy";
    return isReported ? [`close(): the client's socket, ${copies}`] : [
      `process ${workerPid} had the client's socket; at its end the kernel closed what it had open`,
    ];
  }
  const closed = `${call("close", descriptor)}: the client's socket`;
  switch (reception?.by) {
    case "connect":
      return [closed, `${call("close", stream)}: the socket to process ${workerPid}`];
    case "pipes":
      return [closed, `close() of both pipes to process ${workerPid}`];
    default:
      return [closed];
  }
}

/** Who a server has its listening socket from, or its port in common with, as the event `listening` says. */
export type Sharing = Pick<
  Extract<ServerEvent, { readonly event: "listening" }>,
  "handedOver" | "sharesPort"
>;

/** What becomes of the listening socket, and of those that wait there, beside the workers that there are. */
export function explainStopping(
  { listener, handedOver, sharesPort }: Sharing & { readonly listener: Known },
  workers: readonly { readonly origin: Pick<ProcessOrigin, "descriptors"> }[],
): string[] {
  const isShared = workers.some(({ origin: { descriptors } }) =>
    descriptors.some(({ kind }) => kind === "listening")
  );
  const queue = handedOver === true
    ? "who started the server has it still, so whoever waits in its queue waits on"
    : sharesPort === true
    ? "whoever waited in its queue was accepted before"
    : isShared
    ? "workers have it still, so whoever waits in its queue waits on"
    : "whoever waits in its queue is reset";
  return [`${call("close", listener)}: the listening socket; ${queue}`];
}

/** How a process ended, its wait status in words: who waited for it, and what of it the parent has closed. */
export function explainExit(
  { pid, status }: { readonly pid: number; readonly status: string },
  origin: ProcessOrigin | undefined,
): string[] {
  const lines = origin?.omits === "wait"
    ? [`waitid(${pid}) with WNOWAIT: ${status}`, `no waitpid(${pid}): it stays a zombie`]
    : [`waitpid(${pid}): ${status}`];
  if (origin?.reception.by !== "sendmsg") return lines;
  const closed = `${call("close", origin.reception.door)}: the parent's end of the pair`;
  return [...lines, origin.omits === "close-door" ? `no ${closed} stays open` : closed];
}

/** How a process was told to end. */
export function explainMeans(
  { workerPid: pid, by }: { readonly workerPid: number; readonly by: string },
  origin: ProcessOrigin | undefined,
): string[] {
  if (by === "message") return ["a message to stop, over its control channel"];
  if (by === "input") return ["close(): the pipe to its standard input"];
  return origin?.isSignalledWithGroup === true
    ? [`kill(-${pid}, ${by}): to all of its process group`]
    : [`kill(${pid}, ${by})`];
}
