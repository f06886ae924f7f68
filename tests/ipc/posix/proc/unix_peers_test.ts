import { addPeers, unixPeers } from "../../../../ipc/posix/proc/unix_peers.ts";
import { openSocketPair } from "../../../../ipc/posix/sockets/socket_pair.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { posixTest } from "../opened.ts";
import { targetOf } from "../sockets.ts";

function inodeOf(number: number): number {
  return Number(/^socket:\[(\d+)\]$/.exec(targetOf(number) ?? "")?.[1]);
}

/** The states of sockets in /proc/net/unix: one that listens is not connected. */
const STATE = { unconnected: "01", connected: "03" } as const;

/** The inode of the socket that has that path, in that state. */
function inodeAt(path: string, state: string): number {
  const rows = Deno.readTextFileSync("/proc/net/unix").split("\n").map((line) => line.split(/ +/));
  const [row] = rows.filter((fields) => fields[7] === path && fields[5] === state);
  return Number(row?.[6]);
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
  const path = folder.join("socket");
  using listener = Deno.listen({ transport: "unix", path });
  using _client = await Deno.connect({ transport: "unix", path });
  using _server = await listener.accept();
  const peers = unixPeers();
  const server = inodeAt(path, STATE.connected);
  const client = peers.get(server);
  assert(client !== undefined);
  assertEquals(peers.get(client), server);
  assertEquals(peers.has(inodeAt(path, STATE.unconnected)), false);
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
