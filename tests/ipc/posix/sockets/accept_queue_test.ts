import { acceptQueue } from "../../../../ipc/posix/sockets/accept_queue.ts";
import { accept, listen } from "../../../../ipc/posix/sockets/listen.ts";
import { ownSockets } from "../../../../ipc/posix/sockets/own_sockets.ts";
import { assertEquals } from "../../../assert.ts";
import { posixTest } from "../opened.ts";
import { MixedPair, Pair, portOf } from "../sockets.ts";

posixTest("acceptQueue() tells how many wait, up to one more than the backlog", async () => {
  using listener = listen({ hostname: "127.0.0.1", port: 0, backlog: 1 });
  const port = portOf(listener);
  const length = () => acceptQueue(listener.number);
  assertEquals(length(), { length: 0, backlog: 1 });
  using _one = await Deno.connect({ port });
  assertEquals(length(), { length: 1, backlog: 1 });
  using _other = await Deno.connect({ port });
  assertEquals(length(), { length: 2, backlog: 1 });
  const accepted = accept(listener);
  assertEquals(length(), { length: 1, backlog: 1 });
  if (accepted !== "again") accepted.descriptor.close();
});

posixTest(
  "acceptQueue() tells of a listener of Deno, whose number ownSockets() tells",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 7 });
    const { port } = listener.addr;
    const { number = -1 } =
      ownSockets().find(({ isListening, local }) => isListening && local?.port === port) ?? {};
    using _client = await Deno.connect({ port });
    assertEquals(acceptQueue(number), { length: 1, backlog: 7 });
  },
);

posixTest("acceptQueue() is null for what is no listening TCP socket", async () => {
  using mixed = await MixedPair.open();
  using pair = new Pair();
  const { number } = mixed.server;
  assertEquals([acceptQueue(number), acceptQueue(pair.one.number)], [null, null]);
  using _file = Deno.openSync("/dev/null");
  for (const number of [-1, 0, 999_999]) assertEquals(acceptQueue(number), null);
});
