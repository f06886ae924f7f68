/**
 * Faults: mistakes that a server makes on purpose (`--fault NAME`), so that they can be seen and found. Each is a real
 * one: the kernel sees it, and so do ps(1), ss(8) and `ls -l /proc/PID/fd`.
 *
 * This table is all that anybody needs to know of them: the flag, its help, the pages and the tests have it from here.
 *
 * @module
 */

/** A mistake. */
export interface Fault {
  /** What goes wrong, in a few words for `--help`. */
  readonly does: string;
  /** How a process gets its connection where this mistake can be made. */
  readonly transport: "socket" | "unix";
  /** Whether a program can serve in place of the echo. */
  readonly takesProgram: boolean;
  /** How many connections are served at once, where that is the mistake. */
  readonly maxConnections?: number;
  /** What shows it, the server being PID, and PORT where it listens. */
  readonly seenBy: string;
}

const SOCKET = { transport: "socket", takesProgram: false } as const;

/** All of them by their names. */
export const FAULTS = {
  "no-wait": {
    ...SOCKET,
    takesProgram: true,
    does: "children that have ended are never waited for: zombies, until the server ends",
    seenBy: "ps --ppid PID -o pid,stat,comm",
  },
  "parent-keeps-socket": {
    ...SOCKET,
    takesProgram: true,
    does: "the parent keeps its copy of the client's socket: the client never sees the end",
    seenBy: "ss -tnp sport = :PORT",
  },
  "child-keeps-listener": {
    ...SOCKET,
    does: "children inherit the listening socket: they keep the port when the server is killed",
    seenBy: "ss -ltnp sport = :PORT",
  },
  "one-at-a-time": {
    ...SOCKET,
    takesProgram: true,
    maxConnections: 1,
    does: "the parent waits for a child's end before it accepts the next client",
    seenBy: "ss -ltn sport = :PORT",
  },
  "no-half-close": {
    ...SOCKET,
    does: "a client's end of file closes the connection, whatever is still to be answered",
    seenBy: "echo hello | ncat 127.0.0.1 PORT",
  },
  "short-write": {
    ...SOCKET,
    does: "a send that takes only a part is not gone on with: the rest is lost",
    seenBy: "head -c 65536 /dev/zero | ncat 127.0.0.1 PORT | wc -c",
  },
  "strlen": {
    ...SOCKET,
    does: "the echo takes what came for a string: what follows a NUL is lost",
    seenBy: "printf 'ab\\0cd' | ncat 127.0.0.1 PORT | od -c",
  },
  "dies-on-reset": {
    transport: "unix",
    takesProgram: false,
    does: "a client that resets its connection ends the whole server, by SIGPIPE",
    seenBy: 'echo "status $?"',
  },
  "descriptor-leak": {
    ...SOCKET,
    does: "the parent leaves a descriptor of each connection open, until it has none left",
    seenBy: "ls /proc/PID/fd | wc -l",
  },
} as const satisfies Readonly<Record<string, Fault>>;

/** The name of a mistake. */
export type FaultName = keyof typeof FAULTS;

/** All their names, in the order of the table. */
export const FAULT_NAMES: readonly FaultName[] = Object.keys(FAULTS) as FaultName[];

/** What is known of that mistake. */
export function faultOf(name: FaultName): Fault {
  return FAULTS[name];
}
