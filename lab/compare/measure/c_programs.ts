/**
 * The note's servers in C: their sources, which the binary has too, and the command that compiles and starts one.
 *
 * @module
 */

import forkServer from "../../../examples/c/fork_server_sigchld.c" with { type: "text" };
import iterativeServer from "../../../examples/c/iterative_server.c" with { type: "text" };
import type { CProgram } from "../models.ts";

const SOURCES: Readonly<Record<CProgram, string>> = {
  iterative_server: iterativeServer,
  fork_server_sigchld: forkServer,
};

/** The line that prints what a client sent, byte by byte. Our own servers print none of it, with `--quiet`. */
const PRINT_CALL = "    print_message(port, buffer, count);\n";

/**
 * `sh` compiles the source, its first argument, into the temporary folder, and becomes the program, on the port that is
 * its second. What the program prints about its clients is lost; errors are not.
 */
const SCRIPT = `
command -v cc >/dev/null || { echo "there is no C compiler (cc)"; exit 1; }
printf %s "$1" | cc -std=c17 -D_GNU_SOURCE -O2 -w -x c -o "$TMPDIR/server" - || exit 1
exec "$TMPDIR/server" "$2" >/dev/null
`;

/** The source of a program, without the line that prints each message, and for clients of this machine alone. */
export function sourceOf(program: CProgram): string {
  return SOURCES[program].replace(PRINT_CALL, "").replace("INADDR_ANY", "INADDR_LOOPBACK");
}

/** The command that compiles a program and starts it on a port. */
export function cCommand(program: CProgram, port: number): [string, ...string[]] {
  return ["sh", "-c", SCRIPT, "sh", sourceOf(program), String(port)];
}
