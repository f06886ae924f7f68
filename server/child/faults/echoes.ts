/**
 * Echoes with a mistake, as a worker serves with them that was told which (`--fault`). Loaded only then.
 *
 * Each writes what it truly writes, so that the bytes are counted as they went. What goes wrong is in the comments.
 *
 * @module
 */

import { systemClock, within } from "../../../ipc/clock.ts";
import { writeAll } from "../../../ipc/relay/copy.ts";
import type { StreamConnection, StreamHandler } from "../stream_connection.ts";

const BUFFER_BYTES = 64 * 1024;

/** How long an answer waits for what else comes. */
const MOMENT_MS = 20;

/** Answers each read so, until the end of file, and then ends: the process's exit closes the socket, no shutdown(2). */
function answering(
  answer: (connection: StreamConnection, message: Uint8Array) => Promise<unknown>,
): StreamHandler {
  return async (connection) => {
    const buffer = new Uint8Array(BUFFER_BYTES);
    for (let count; (count = await connection.read(buffer)) !== null;) {
      await answer(connection, buffer.subarray(0, count));
    }
  };
}

/** A string of C ends before its first NUL. */
function strlen(message: Uint8Array): number {
  const end = message.indexOf(0);
  return end === -1 ? message.length : end;
}

/** Reads on while an answer is due, and takes the end of file for the end of everything. */
async function endsAtOnce(connection: StreamConnection): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let reading = connection.read(buffer);
  for (let count; (count = await reading) !== null;) {
    const message = buffer.slice(0, count);
    reading = connection.read(buffer);
    // It is awaited above, if nothing fails before.
    reading.catch(() => {});
    if (await within(MOMENT_MS, reading, { clock: systemClock }) === null) return;
    await writeAll(connection, message);
  }
}

/** By the names of their faults. */
const ECHOES: ReadonlyMap<string, StreamHandler> = new Map(Object.entries({
  // Right by itself, and as a program in C does it. But a shutdown(2) here would be the client's end, whoever else has
  // the socket.
  "parent-keeps-socket": answering(writeAll),
  "no-half-close": endsAtOnce,
  // What send(2) has not taken nobody sends again.
  "short-write": answering((connection, message) => connection.write(message)),
  "strlen": answering((connection, message) =>
    writeAll(connection, message.subarray(0, strlen(message)))
  ),
}));

/** The echo that makes that mistake. Throws `TypeError` for one that no echo makes. */
export function faultyEcho(fault: string): StreamHandler {
  const echo = ECHOES.get(fault);
  if (echo === undefined) throw new TypeError(`No echo makes the mistake ${fault}`);
  return echo;
}
