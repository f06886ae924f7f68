/**
 * Programs as handlers: `-- PROGRAM ARG...`, started for each connection with the client on its standard input and
 * output, as inetd(8) and tcpserver(1) do.
 *
 * @module
 */

import type { TlsInfo } from "../../accept/client_socket.ts";
import type { AcceptedConnection } from "../../accept/connection.ts";
import type { CloseReason, WorkerExit } from "../../events.ts";
import { findExecutable } from "../spawn/executable.ts";
import { asItIs, type Prepare } from "../spawn/session.ts";
import type { ProcessCommand } from "./process_command.ts";

/** Finds the program. Throws `OperationalError` if there is none of that name, or it may not be executed. */
export async function openProgram(
  command: readonly [string, ...string[]],
  prepare: Prepare = asItIs,
): Promise<ProcessCommand> {
  const [name, ...args] = command;
  const path = await findExecutable(name);
  return {
    command: (connection) => prepare({ path, args, env: environmentOf(connection) }),
    isWorker: false,
    reasonOf,
  };
}

/**
 * The names of UCSPI (https://cr.yp.to/proto/ucspi.txt), for `TCPCONNNUM` of s6-tcpserver, and for a Unix-domain socket
 * of ucspi-unix.
 */
function environmentOf(connection: AcceptedConnection): Record<string, string> {
  const { info: { id, remoteAddr, localAddr }, hostConnections, tls } = connection;
  const secured = tls === null ? {} : tlsEnvironmentOf(tls);
  if (localAddr.path !== undefined) {
    return {
      PROTO: "UNIX",
      UNIXLOCALPATH: localAddr.path,
      BROOD_CONNECTION_ID: String(id),
      ...secured,
    };
  }
  return {
    PROTO: "TCP",
    TCPREMOTEIP: remoteAddr.hostname,
    TCPREMOTEPORT: String(remoteAddr.port),
    TCPLOCALIP: localAddr.hostname,
    TCPLOCALPORT: String(localAddr.port),
    TCPCONNNUM: String(hostConnections),
    BROOD_CONNECTION_ID: String(id),
    ...secured,
  };
}

function tlsEnvironmentOf({ version, cipher, clientSubject }: TlsInfo): Record<string, string> {
  return {
    TLSVERSION: version,
    TLSCIPHER: cipher,
    ...clientSubject === null ? {} : { TLSCLIENTSUBJECT: clientSubject },
  };
}

/** A program says with its exit status what it likes; only a signal has cut it off. */
function reasonOf(exit: WorkerExit): CloseReason {
  return exit.reason === "crashed" ? "worker_lost" : "finished";
}
