import { OperationalError } from "../../../ipc/errors.ts";
import { SocketFile } from "../../../server/accept/socket_file.ts";
import { assertEquals, assertRejects, assertThrows } from "../../assert.ts";
import { posixTest } from "../../ipc/posix/opened.ts";
import { listen } from "../../../ipc/posix/sockets/listen.ts";
import { unixEndpoint } from "../../../ipc/address.ts";
import { TempFolder } from "../../support/temp_folder.ts";

/** Makes the file by libc, which leaves it where it is. */
function listenAt(path: string): Disposable {
  return listen({ ...unixEndpoint(path), backlog: 1 });
}

posixTest("SocketFile has its name from place() to its disposal", async () => {
  await using folder = new TempFolder();
  {
    using file = await SocketFile.reserve(folder.join("echo"));
    using _socket = listenAt(file.boundPath);
    file.place(null);
    assertEquals(folder.names(), ["echo"]);
    await assertRejects(() => SocketFile.reserve(folder.join("echo")), OperationalError);
  }
  assertEquals(folder.names(), []);
});

posixTest("SocketFile.place() tells what it cannot replace, and leaves no file", async () => {
  await using folder = new TempFolder();
  const path = folder.join("echo");
  using file = await SocketFile.reserve(path);
  using _socket = listenAt(file.boundPath);
  // As somebody makes it meanwhile; what another user has left in a folder such as /tmp cannot be replaced either.
  Deno.mkdirSync(path);
  const error = assertThrows(() => file.place(null), OperationalError);
  const reason = "what is there cannot be replaced: it is a folder";
  assertEquals(error.message, `Cannot listen on unix:${path}: ${reason}`);
  assertEquals(folder.names(), ["echo"]);
});
