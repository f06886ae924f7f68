/**
 * TCP keepalive: a client that is silent for a time is asked whether it is there, so that the loss of one that
 * vanished, and could not even send an end of file, is noticed.
 *
 * Deno turns it on, and does not say after how long: that is the kernel's `net.ipv4.tcp_keepalive_time`, 2 hours. But a
 * connection has the settings of the listening socket it came from (on Linux), so libc sets the times there, once.
 *
 * @module
 */

import type { Endpoint } from "../../ipc/address.ts";
import { isStreamError, OperationalError } from "../../ipc/errors.ts";
import type { KeepAlive } from "../../ipc/posix/sockets/socket_options.ts";

/** So many questions without an answer take as long as the silence before the first one. */
const QUESTIONS = 6;

/** What the kernel is told: it counts whole seconds. */
export function keepAliveOf(idleMs: number): KeepAlive {
  const idleS = Math.ceil(idleMs / 1000);
  return { idleS, intervalS: Math.ceil(idleS / QUESTIONS), count: QUESTIONS };
}

/**
 * Sets the times for what the sockets that listen there will accept. Where libc cannot be called, or the kernel
 * refuses, the kernel's times stay.
 */
export async function keepAliveFrom(places: readonly Endpoint[], idleMs: number): Promise<void> {
  // Those of Unix-domain sockets know of no keepalive.
  const ports = new Set(places.filter(({ path }) => path === undefined).map(({ port }) => port));
  if (idleMs === 0 || ports.size === 0 || Deno.build.os !== "linux") return;
  const { keepListenerAlive } = await import("../../ipc/posix/sockets/listener_options.ts");
  try {
    for (const port of ports) keepListenerAlive(port, keepAliveOf(idleMs));
  } catch (error) {
    if (!(error instanceof OperationalError) && !isStreamError(error)) throw error;
  }
}
