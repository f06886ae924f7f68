import { adoptListener } from "../../../../ipc/posix/sockets/handed.ts";
import { openSocketPair } from "../../../../ipc/posix/sockets/socket_pair.ts";
import { assertEquals } from "../../../assert.ts";
import { posixTest } from "../opened.ts";

posixTest("adoptListener() adopts nothing that is no listening stream socket", () => {
  const [one, other] = openSocketPair("stream");
  using _one = one;
  using _other = other;
  // 1 is no socket at all where tests run, and the last one is of nothing.
  for (const number of [one.number, 1, 1_000_000]) assertEquals(adoptListener(number), null);
  assertEquals(one.isOpen, true);
});
