import { addPeers, unixPeers } from "../../../../ipc/posix/proc/unix_peers.ts";
import { openSocketPair } from "../../../../ipc/posix/sockets/socket_pair.ts";
import { assertEquals } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { posixTest } from "../opened.ts";
import { targetOf } from "../sockets.ts";

function inodeOf(number: number): number {
  return Number(/^socket:\[(\d+)\]$/.exec(targetOf(number) ?? "")?.[1]);
}

/** The inodes of this process's sockets. */
function ownInodes(): number[] {
  return Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => inodeOf(Number(name)))
    .filter((inode) => !Number.isNaN(inode));
}

posixTest("unixPeers() tells of each end of a pair the other, until one is closed", () => {
  const [one, other] = openSocketPair("stream");
  const inodes = [inodeOf(one.number), inodeOf(other.number)] as const;
  const peers = unixPeers();
  assertEquals([peers.get(inodes[0]), peers.get(inodes[1])], [inodes[1], inodes[0]]);
  other.close();
  assertEquals(unixPeers().has(inodes[0]), false);
  one.close();
});

posixTest("unixPeers() knows a connection to a path, and none of who only listens", async () => {
  await using folder = new TempFolder();
  const before = ownInodes();
  using listener = Deno.listen({ transport: "unix", path: folder.join("socket") });
  const [listening = 0] = ownInodes().filter((inode) => !before.includes(inode));
  using _client = await Deno.connect({ transport: "unix", path: folder.join("socket") });
  using _server = await listener.accept();
  const [one = 0, other = 0] = ownInodes()
    .filter((inode) => inode !== listening && !before.includes(inode));
  const peers = unixPeers();
  assertEquals([peers.get(one), peers.get(other)], [other, one]);
  assertEquals(peers.has(listening), false);
});

/** The kernel's message on one socket: with a peer, or without (null). */
function message(inode: number, peer: number | null): Uint8Array {
  const view = new DataView(new ArrayBuffer(peer === null ? 32 : 40));
  view.setUint32(0, view.byteLength, true);
  view.setUint16(4, 20, true);
  view.setUint32(20, inode, true);
  if (peer !== null) {
    view.setUint16(32, 8, true);
    view.setUint16(34, 2, true);
    view.setUint32(36, peer, true);
  }
  return new Uint8Array(view.buffer);
}

function viewOf(...messages: Uint8Array[]): DataView {
  return new DataView(Uint8Array.from(messages.flatMap((bytes) => [...bytes])).buffer);
}

Deno.test("addPeers() reads one message after the other, and asks for more", () => {
  const peers = new Map<number, number>();
  assertEquals(
    addPeers(peers, viewOf(message(7, 8), message(9, null), message(5, 0), message(8, 7))),
    true,
  );
  assertEquals([...peers], [[7, 8], [8, 7]]);
});

Deno.test("addPeers() ends at a message that is none of a socket, is too short, or is cut off", () => {
  const end = message(7, 8);
  // NLMSG_DONE
  end[4] = 3;
  const short = message(7, 8);
  short[0] = 4;
  const whole = message(7, 8);
  for (const last of [end, short, whole.subarray(0, 36), new Uint8Array(16)]) {
    const peers = new Map<number, number>();
    assertEquals(addPeers(peers, viewOf(message(1, 2), last)), false);
    assertEquals([...peers], [[1, 2]]);
  }
});
