/**
 * Opens libc when a file of tests is loaded, outside its tests: it stays open until the process ends, and the
 * sanitizers would take that for a leak of the first test that uses it.
 *
 * @module
 */

import { openChildren } from "../../../ipc/posix/processes/children.ts";
import { openAccounts } from "../../../ipc/posix/processes/accounts.ts";
import { openLook } from "../../../ipc/posix/processes/look.ts";
import { openListening } from "../../../ipc/posix/sockets/listen.ts";
import { openForChild } from "../../../ipc/posix/mod.ts";
import { openMemory } from "../../../ipc/posix/proc/memory.ts";
import { openProcesses } from "../../../ipc/posix/proc/processes.ts";
import { openSocketTables } from "../../../ipc/posix/proc/socket_tables.ts";
import { openThreads } from "../../../ipc/posix/proc/threads.ts";
import { openUnixPeers } from "../../../ipc/posix/proc/unix_peers.ts";
import { openZombies } from "../../../ipc/posix/proc/zombie.ts";
import { openAcceptQueues } from "../../../ipc/posix/sockets/accept_queue.ts";
import { openConnecting } from "../../../ipc/posix/sockets/connect.ts";
import { openEnds } from "../../../ipc/posix/sockets/ends.ts";
import { openHanded } from "../../../ipc/posix/sockets/handed.ts";
import { openHandshakes } from "../../../ipc/posix/sockets/handshakes.ts";
import { openOptions } from "../../../ipc/posix/sockets/socket_options.ts";
import { openOwnSockets } from "../../../ipc/posix/sockets/own_sockets.ts";
import { openPoller } from "../../../ipc/posix/sockets/poller.ts";
import { openSocketPairs } from "../../../ipc/posix/sockets/socket_pair.ts";

/** Whether this machine has what `ipc/posix` works on. */
export const hasLibc = Deno.build.os === "linux";

if (hasLibc) {
  openForChild();
  openEnds();
  openConnecting();
  openOptions();
  openChildren();
  openLook();
  openListening();
  openPoller();
  openSocketPairs();
  openProcesses();
  openMemory();
  openSocketTables();
  openUnixPeers();
  openZombies();
  openOwnSockets();
  openAcceptQueues();
  openThreads();
  openAccounts();
  openHanded();
  openHandshakes();
}

/** A test that needs libc. */
export function posixTest(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: !hasLibc, fn });
}
