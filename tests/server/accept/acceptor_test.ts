import { unixEndpoint } from "../../../ipc/address.ts";
import { errnoOf } from "../../../ipc/errors.ts";
import { type Acceptor, listenWithDeno } from "../../../server/accept/acceptor.ts";
import { listenWithLibc } from "../../../server/accept/libc_acceptor.ts";
import { assertEquals } from "../../assert.ts";
import { hasLibc, posixTest } from "../../ipc/posix/opened.ts";
import { TempFolder } from "../../support/temp_folder.ts";

const raw = hasLibc
  ? Deno.dlopen("libc.so.6", {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
  : null;

/** A struct sockaddr_un with that path. */
function addressOf(path: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(1, 0, ...path, 0);
}

/** Connects from an end of that name in the folder. */
function connectFrom(folder: TempFolder, name: readonly number[]): Disposable {
  const number = raw?.socket(1, 1, 0) ?? -1;
  const at = new TextEncoder().encode(`${folder.path}/`);
  const own = addressOf(Uint8Array.of(...at, ...name));
  const server = addressOf(new TextEncoder().encode(folder.join("echo")));
  assertEquals(raw?.bind(number, own, own.length), 0);
  assertEquals(raw?.connect(number, server, server.length), 0);
  return {
    [Symbol.dispose]() {
      raw?.close(number);
    },
  };
}

const ACCEPTORS = { Deno: listenWithDeno, libc: listenWithLibc };

/** With three bytes for each, as a decoder tells them, longer than any path of a socket. */
const NO_UTF8 = Array<number>(60).fill(0xff);

/** The path of the next client, or why it cannot be served. */
async function nextOf(acceptor: Acceptor): Promise<string | null | undefined> {
  try {
    const socket = await acceptor.accept();
    socket.close();
    return socket.remoteAddr.path;
  } catch (error) {
    return errnoOf(error);
  }
}

for (const [name, listen] of Object.entries(ACCEPTORS)) {
  posixTest(
    `${name}: a client whose path is no UTF-8 ends no more than its own connection`,
    async () => {
      await using folder = new TempFolder();
      const acceptor = listen({ ...unixEndpoint(folder.join("echo")), backlog: 8 });
      using _rude = connectFrom(folder, NO_UTF8);
      using _next = connectFrom(folder, [...new TextEncoder().encode("client")]);
      const seen = [await nextOf(acceptor), await nextOf(acceptor)];
      assertEquals(seen, [name === "Deno" ? "ECONNABORTED" : "", folder.join("client")]);
      acceptor.close();
    },
  );
}
