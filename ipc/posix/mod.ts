/**
 * libc by FFI, on Linux: what Deno itself does not give a server that hands its sockets to other processes.
 *
 * | a descriptor and its owner, how an error looks    | `descriptor.ts`, `posix_error.ts`                |
 * | how libc is called, and memory kept              | `libc.ts`, `signatures.ts`, `constants.ts`, `intrinsics.ts` |
 * | the listening socket, accepting                  | `sockets/listen.ts`, `ends.ts`, `socket_address.ts` |
 * | connecting                                       | `sockets/connect.ts`                             |
 * | listening sockets that others have opened        | `sockets/handed.ts`                              |
 * | no more connections to a socket that is open     | `sockets/handshakes.ts`                          |
 * | settings of a socket                             | `sockets/socket_options.ts`                      |
 * | a pair of sockets, an inherited one              | `sockets/socket_pair.ts`                         |
 * | bytes                                            | `sockets/transfer.ts`; `socket_stream.ts` makes a stream of it |
 * | bytes, with SIGPIPE                              | `sockets/broken_pipe.ts`                         |
 * | waiting, for many, and turns of the event loop   | `sockets/poll.ts`, `poller.ts`, `event_loop_turn.ts` |
 * | waiting for many sockets, each by itself         | `sockets/socket_waits.ts`                        |
 * | a descriptor for another process                 | `sockets/passing.ts`                             |
 * | starting programs                                | `processes/spawn.ts`, `spawn_memory.ts`, `duplicates.ts` |
 * | how they end                                     | `processes/children.ts`, `wait_status.ts`, `parent_death.ts` |
 * | how they ended, to one that never waits          | `processes/look.ts`                              |
 * | users, groups, and becoming one                  | `processes/accounts.ts`, `identity.ts`, `proc/threads.ts` |
 * | who becomes the parent of an orphan              | `processes/subreaper.ts`                         |
 * | how one ended that nobody has waited for         | `proc/zombie.ts`                                 |
 * | what a process is, has open, takes of memory     | `proc/processes.ts`, `descriptors.ts`, `memory.ts` |
 * | sockets of the machine                           | `proc/socket_tables.ts`, `proc/unix_peers.ts`    |
 * | sockets of this process                          | `sockets/own_sockets.ts`                         |
 * | connections that wait to be accepted             | `sockets/accept_queue.ts`                        |
 *
 * Who uses them imports the file. Nothing is opened before its first use; then it stays open, also when the process
 * gives FFI up. What a module can do that is in the same process and may use no FFI any more: import these files, and
 * call what was opened before. Then it needs a {@linkcode Descriptor}, and gets none that nobody gave it; and it
 * starts no program, because no child opens what that takes. No more does one open `proc/`: whoever does lets such a
 * module see what the processes of the machine have open, and change nothing. Where FFI may be used, none of this is a
 * protection: there it opens libc itself.
 *
 * @module
 */

import { openPassing } from "./sockets/passing.ts";
import { openSendQueues } from "./sockets/send_queue.ts";
import { openSocketStreams } from "./sockets/socket_stream.ts";

/**
 * Opens all that a child needs which gets its sockets from its parent and serves them, so that it goes on when it has
 * given FFI up: streams, receiving descriptors, what was not sent yet. Throws `OperationalError` where this
 * cannot be.
 */
export function openForChild(): void {
  openSocketStreams();
  openPassing();
  openSendQueues();
}
