import { openSocketPair } from "../../../../ipc/posix/sockets/socket_pair.ts";
import { send } from "../../../../ipc/posix/sockets/transfer.ts";
import { Watch } from "../../../../ipc/posix/sockets/watch.ts";
import { assertEquals } from "../../../assert.ts";
import { posixTest } from "../opened.ts";

posixTest("a Watch waits for many sockets, each for what it is waited for", async () => {
  await using watch = new Watch();
  const [one, other] = openSocketPair("stream");
  using _one = one;
  using _other = other;
  const came: string[] = [];
  const first = watch.until({ descriptor: one, want: "read" }).then(() => came.push("one"));
  await watch.until({ descriptor: one, want: "write" });
  const second = watch.until({ descriptor: other, want: "read" }).then(() => came.push("other"));
  assertEquals(came, []);
  send(one, new Uint8Array(1));
  await second;
  send(other, new Uint8Array(1));
  await first;
  assertEquals(came, ["other", "one"]);
});

posixTest("a wait of a Watch ends when its socket is closed, and others go on", async () => {
  await using watch = new Watch();
  const [one, other] = openSocketPair("stream");
  const [further, peer] = openSocketPair("stream");
  using _further = further;
  using _peer = peer;
  const waiting = watch.until({ descriptor: one, want: "read" });
  const going = watch.until({ descriptor: further, want: "read" });
  one.close();
  await waiting;
  send(peer, new Uint8Array(1));
  await going;
  other.close();
});
