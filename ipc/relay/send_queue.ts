/**
 * The kernel's send queue of a TCP connection: the bytes that were written and that the other side has not acknowledged
 * yet.
 *
 * Deno has no call for it (in C it is ioctl(SIOCOUTQ), tcp(7)), and lets no program read below `/proc` that may not do
 * everything, so cat(1) reads the table of connections, `/proc/net/tcp` (proc(5)). A look costs some milliseconds of
 * another process. All who ask at the same time share one.
 *
 * @module
 */

import { type Endpoint, parseAddress } from "../address.ts";
import { errnoOf } from "../errors.ts";
import { startAnywhere } from "../working_folder.ts";

/** The two ends of a connection, as the kernel here knows them. */
export interface Ends {
  /** This machine's. */
  readonly localAddr: Endpoint;
  /** The other side's. */
  readonly remoteAddr: Endpoint;
}

/** Resolves to the kernel's tables of TCP connections, or to null where they cannot be read. */
export type ReadTables = () => Promise<string | null>;

/** Looks at send queues. */
export class SendQueues {
  readonly #readTables: ReadTables;
  #reading: Promise<string | null> | null = null;

  /** Looks at those in the tables that `readTables` reads. */
  constructor(readTables: ReadTables = readTcpTables) {
    this.#readTables = readTables;
  }

  /** Bytes in the send queue of a connection of this machine, or null if that cannot be told. */
  async unsentBytes(ends: Ends): Promise<number | null> {
    // That of a Unix-domain socket stands in no table.
    if (ends.localAddr.path !== undefined) return null;
    this.#reading ??= this.#readTables().finally(() => this.#reading = null);
    const tables = await this.#reading;
    return tables === null ? null : findUnsent(tables, ends);
  }
}

/** The send queues of this machine. */
export const sendQueues = new SendQueues();

async function readTcpTables(): Promise<string | null> {
  if (Deno.build.os !== "linux") return null;
  const command = new Deno.Command("cat", {
    args: ["/proc/net/tcp", "/proc/net/tcp6"],
    stdin: "null",
    stderr: "null",
  });
  try {
    return new TextDecoder().decode((await startAnywhere(() => command.output())).stdout);
  } catch (error) {
    // There is no cat, or no more process.
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/**
 * The send queue in the line of that connection: `local remote state sent:received`, all in hexadecimal. A connection
 * over IPv4 to a socket that listens on IPv6 is in the table of IPv6, its addresses mapped.
 */
function findUnsent(tables: string, { localAddr, remoteAddr }: Ends): number | null {
  const [local, remote] = [formatEnd(localAddr), formatEnd(remoteAddr)];
  for (const prefix of ["", MAPPED]) {
    const ends = ` ${prefix}${local} ${prefix}${remote} `;
    const at = tables.indexOf(ends);
    if (at === -1) continue;
    const [, queue] = tables.slice(at + ends.length, at + ends.length + 12).split(/[ :]/);
    return queue === undefined ? null : parseInt(queue, 16);
  }
  return null;
}

/** What the kernel prints in front of an IPv4 address that is mapped into IPv6. */
const MAPPED = "0000000000000000FFFF0000";

/** An end as the kernel prints it: the address as words of 32 bits in the machine's byte order, and the port. */
function formatEnd({ hostname, port }: Endpoint): string {
  const bytes = parseAddress(hostname);
  const words = new Uint32Array(Uint8Array.from(bytes).buffer);
  const hex = (value: number, digits: number) =>
    value.toString(16).toUpperCase().padStart(digits, "0");
  return `${Array.from(words, (word) => hex(word, 8)).join("")}:${hex(port, 4)}`;
}
