/**
 * The models: the ways in which a server meets its clients, by the names that the command line knows.
 *
 * @module
 */

/** Every model, in the order of the table. */
export const MODEL_IDS = [
  "iterative",
  "process",
  "process-socket",
  "spare",
  "spare-socket",
  "prefork",
  "prefork-socket",
  "c-iterative",
  "c-fork",
] as const;

/** A model by its name. */
export type ModelId = typeof MODEL_IDS[number];

/** What serves: our server with these flags, or a program of `examples/c`. */
export type Serving =
  | { readonly kind: "brood"; readonly flags: (clients: number) => readonly string[] }
  | { readonly kind: "c"; readonly program: CProgram };

/** A program of `examples/c`. */
export type CProgram = "iterative_server" | "fork_server_sigchld";

/** A model. */
export interface Model {
  /** Its name. */
  readonly id: ModelId;
  /** What serves. */
  readonly serving: Serving;
  /** Whether it serves several clients at once. */
  readonly isConcurrent: boolean;
  /** Of so many clients, those that stay connected while the memory is measured: no more than the others start soon. */
  readonly held: (clients: number) => number;
  /** Whether it needs libc: then it is for Linux alone. */
  readonly needsLibc: boolean;
}

/** As many as wait at the iterative server in C, and enough for their memory: the start of a process takes its time. */
const HELD_MAX = 4;

const few = (clients: number) => Math.min(clients, HELD_MAX);
const all = (clients: number) => clients;

const SOCKET = ["--transport", "socket"];

function brood(
  id: ModelId,
  flags: (clients: number) => readonly string[],
  options: { readonly needsLibc?: boolean } = {},
): Model {
  const serving: Serving = { kind: "brood", flags };
  const { needsLibc = false } = options;
  const held = id.startsWith("prefork") ? all : few;
  return { id, serving, isConcurrent: id !== "iterative", held, needsLibc };
}

function inC(id: ModelId, program: CProgram): Model {
  const serving: Serving = { kind: "c", program };
  return { id, serving, isConcurrent: id !== "c-iterative", held: few, needsLibc: false };
}

/** Every slot that the clients need, and some while those of before are still given back. */
function slots(clients: number): string[] {
  return ["--max-connections", String(2 * clients + 32)];
}

const perConnection = (clients: number) => slots(clients);
const spare = (clients: number) => ["--spare", String(few(clients)), ...slots(clients)];
const prefork = (
  clients: number,
) => ["--mode", "prefork", "--workers", String(clients), ...slots(clients)];

/** What each model is. */
export const MODELS: readonly Model[] = [
  brood("iterative", () => ["--mode", "iterative"]),
  brood("process", perConnection),
  brood("process-socket", (clients) => [...SOCKET, ...perConnection(clients)], { needsLibc: true }),
  brood("spare", spare),
  brood("spare-socket", (clients) => [...SOCKET, ...spare(clients)], { needsLibc: true }),
  brood("prefork", prefork),
  brood("prefork-socket", (clients) => [...SOCKET, ...prefork(clients)], { needsLibc: true }),
  inC("c-iterative", "iterative_server"),
  inC("c-fork", "fork_server_sigchld"),
];
