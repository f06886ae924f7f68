import { unsentBytesOf } from "../../../../ipc/posix/sockets/send_queue.ts";
import { send } from "../../../../ipc/posix/sockets/transfer.ts";
import { assert, assertEquals, assertThrows } from "../../../assert.ts";
import { readAll } from "../../../support/bytes.ts";
import { posixTest } from "../opened.ts";
import { MixedPair } from "../sockets.ts";

posixTest("unsentBytesOf() counts what the other side has not taken, down to nothing", async () => {
  using pair = await MixedPair.open();
  const { server, client } = pair;
  assertEquals(unsentBytesOf(server), 0);
  while (send(server, new Uint8Array(65_536)) !== "again");
  assert(unsentBytesOf(server) > 0);
  const reading = readAll(client);
  while (unsentBytesOf(server) > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  server.close();
  await reading;
});

posixTest("unsentBytesOf() does not ask for a descriptor that is closed", async () => {
  using pair = await MixedPair.open();
  pair.server.close();
  assertThrows(() => unsentBytesOf(pair.server), Deno.errors.BadResource);
});
