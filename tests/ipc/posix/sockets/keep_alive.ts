/** What a socket of this process is set to: TCP keepalive, as the kernel tells it. */

import { ownSockets } from "../../../../ipc/posix/sockets/own_sockets.ts";
import { assertEquals } from "../../../assert.ts";
import { hasLibc } from "../opened.ts";

const raw = hasLibc
  ? Deno.dlopen("libc.so.6", {
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  }).symbols
  : null;

/** SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT of the socket with that number. */
export function keepAliveAt(number: number): readonly (number | undefined)[] {
  return ([[1, 9], [6, 4], [6, 5], [6, 6]] as const).map(([level, name]) => {
    const value = new Int32Array(new ArrayBuffer(4));
    const length = new Int32Array(new ArrayBuffer(4)).fill(4);
    assertEquals(raw?.getsockopt(number, level, name, value, length), 0);
    return value[0];
  });
}

/** The number of the socket that Deno has accepted from that port. */
export function acceptedFrom(port: number): number {
  const accepted = ownSockets().find(({ isListening, local }) =>
    !isListening && local?.port === port
  );
  return accepted?.number ?? -1;
}
