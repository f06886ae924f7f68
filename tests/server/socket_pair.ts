/** Two ends of a real TCP connection on this machine, and what tests say over them. */

import { once } from "node:events";
import { connect } from "node:net";
import { type ByteStream, writeAll } from "../../ipc/transport.ts";

/** A connected pair. Disposing closes what is still open. */
export interface SocketPair extends Disposable {
  readonly client: Deno.TcpConn;
  /** The accepted end. */
  readonly server: Deno.TcpConn;
}

/** Connects a pair over the loopback interface. */
export async function openSocketPair(): Promise<SocketPair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([
    Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
    listener.accept(),
  ]);
  return {
    client,
    server,
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      server[Symbol.dispose]();
    },
  };
}

/** An accepted connection whose client can reset it, which Deno's own sockets cannot. */
export interface ResettablePair extends Disposable {
  /** The accepted end. */
  readonly server: Deno.TcpConn;
  /** Resets the connection, as a client does that crashes. */
  reset(): Promise<void>;
}

/** Connects a pair to be reset. */
export async function openResettablePair(): Promise<ResettablePair> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = connect(listener.addr.port, "127.0.0.1");
  const [server] = await Promise.all([listener.accept(), once(client, "connect")]);
  return {
    server,
    async reset() {
      const closed = once(client, "close");
      client.resetAndDestroy();
      await closed;
    },
    [Symbol.dispose]() {
      client.destroy();
      server[Symbol.dispose]();
    },
  };
}

/** Writes a text. */
export async function send(stream: Pick<ByteStream, "write">, text: string): Promise<void> {
  await writeAll(stream, new TextEncoder().encode(text));
}

/** Reads as many bytes as the text has, or fewer where the stream ends before. */
export async function receive(stream: Pick<ByteStream, "read">, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await stream.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, filled));
}

/** Reads until the end of file. */
export async function receiveAll(stream: Pick<ByteStream, "read">): Promise<string> {
  const chunk = new Uint8Array(4096);
  const decoder = new TextDecoder();
  let text = "";
  while (true) {
    const count = await stream.read(chunk);
    if (count === null) return text + decoder.decode();
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
  }
}
