/**
 * Socket activation: the listening sockets that a service manager, such as systemd, or a program like s6-fdholder's
 * hands to the server that it starts, sd_listen_fds(3). They are descriptors from 3 on.
 *
 * @module
 */

import { readVariable } from "../../cli/environment.ts";
import { OperationalError, reasonOf } from "../../ipc/errors.ts";
import { adoptListener } from "../../ipc/posix/sockets/handed.ts";
import { say } from "../../ipc/say.ts";
import { type Listening, listeningOf } from "./libc_acceptor.ts";
import { HANDED_VARIABLES } from "./handed.ts";

/** The first of them. */
const FIRST = 3;

/**
 * Takes over so many sockets, with keepalive for what they accept, and has no other process inherit them, nor the
 * variables that tell of them. Throws {@linkcode OperationalError} in a line where one is no listening stream socket,
 * or libc cannot be called.
 */
export function takeHandedSockets(count: number, keepaliveMs: number): readonly Listening[] {
  const names = readVariable("LISTEN_FDNAMES")?.split(":") ?? [];
  for (const name of HANDED_VARIABLES) Deno.env.delete(name);
  const taken = [];
  using stack = new DisposableStack();
  for (let at = 0; at < count; at++) {
    const name = names[at] ?? "";
    const descriptor = adopt(FIRST + at, name === "" ? "" : ` (${name})`);
    taken.push(listeningOf(stack.use(descriptor), keepaliveMs));
  }
  stack.move();
  return taken;
}

function adopt(number: number, name: string): ReturnType<typeof adoptListener> & Disposable {
  let reason = say`it is no listening socket of a stream, of IPv4, IPv6 or AF_UNIX`;
  let cause: unknown;
  try {
    const descriptor = adoptListener(number);
    if (descriptor !== null) return descriptor;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    reason = reasonOf(error);
    cause = error;
  }
  throw new OperationalError(
    say`Cannot listen on descriptor ${number}${name}, which LISTEN_FDS hands over: ${reason}`,
    { cause },
  );
}
