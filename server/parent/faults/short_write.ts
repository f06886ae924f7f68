/**
 * The parent's part of the mistake `short-write`: a listening socket whose connections have little room for what is to
 * be sent, so that a send is soon a short one. The kernel gives a connection of the loopback interface megabytes, and
 * the mistake would hardly ever be seen.
 *
 * @module
 */

import { setSendBuffer } from "../../../ipc/posix/sockets/socket_options.ts";
import type { ListenTarget } from "../../accept/acceptor.ts";
import { type LibcAcceptor, listenWithLibc } from "../../accept/libc_acceptor.ts";

/** Twice as much is room for a message of a person, and not for what one read can bring. */
const SEND_BUFFER_BYTES = 8 * 1024;

/** Listens so. What it accepts inherits its options, tcp(7). */
export function listenForShortWrites(target: ListenTarget): LibcAcceptor {
  const acceptor = listenWithLibc(target);
  setSendBuffer(acceptor.descriptor, SEND_BUFFER_BYTES);
  return acceptor;
}
