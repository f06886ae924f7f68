/**
 * Which Unix-domain sockets of this machine are connected to each other: `/proc` does not say, the kernel's socket
 * diagnosis does, sock_diag(7).
 *
 * @module
 */

import { MSG_DONTWAIT, SOCK_CLOEXEC } from "../constants.ts";
import { takeOwnership } from "../descriptor.ts";
import { newBytes, toSize } from "../intrinsics.ts";
import { type Libc, openLibc } from "../libc.ts";
import { againOrThrow, openErrors, throwLastError } from "../posix_error.ts";

/** `<linux/netlink.h>`, `<linux/sock_diag.h>` and `<linux/unix_diag.h>`; the same on x86-64 and on arm64. */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x301;
const AF_UNIX = 1;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_PEER = 2;

/** The bytes of a struct nlmsghdr, unix_diag_req, unix_diag_msg and rtattr. */
const BYTES = { header: 16, request: 24, message: 16, attribute: 4 } as const;

/** As much as the kernel puts into one answer. */
const ANSWER_BYTES_MAX = 32 * 1024;

const NAMES = ["socket", "send", "recv"] as const;

interface Diagnosis {
  readonly libc: Libc<typeof NAMES[number]>;
  readonly own: ReturnType<typeof takeOwnership>;
}

let opened: Diagnosis | null = null;

function open(): Diagnosis {
  openErrors();
  return opened ??= { own: takeOwnership(), libc: openLibc(NAMES) };
}

/** Opens what the other here calls, so that it goes on when FFI was given up. */
export function openUnixPeers(): void {
  open();
}

/**
 * The connected Unix-domain sockets of this network namespace: of each inode that of its other side. Throws
 * `PosixError`, and `OperationalError` where FFI may not be used.
 */
export function unixPeers(): ReadonlyMap<number, number> {
  const { libc, own } = open();
  const number = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (number === -1) throwLastError("Cannot ask the kernel for its sockets");
  using _descriptor = own(number);
  const request = requestBytes();
  if (libc.send(number, request, toSize(request.length), 0) === -1) {
    throwLastError("Cannot ask the kernel for its sockets");
  }
  const peers = new Map<number, number>();
  const answer = newBytes(ANSWER_BYTES_MAX);
  while (true) {
    const count = libc.recv(number, answer, toSize(ANSWER_BYTES_MAX), MSG_DONTWAIT);
    if (count === -1) {
      // The kernel makes each piece when it is read, so there is nothing to wait for.
      againOrThrow("Cannot read the kernel's sockets");
      return peers;
    }
    if (!addPeers(peers, new DataView(answer.buffer, 0, count))) return peers;
  }
}

function requestBytes(): Uint8Array<ArrayBuffer> {
  const bytes = newBytes(BYTES.header + BYTES.request);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(6, NLM_F_REQUEST_DUMP, true);
  view.setUint8(BYTES.header, AF_UNIX);
  // All states.
  view.setUint32(BYTES.header + 4, 0xffffffff, true);
  view.setUint32(BYTES.header + 12, UDIAG_SHOW_PEER, true);
  return bytes;
}

/** Reads one piece of an answer. Returns whether there is more. */
export function addPeers(peers: Map<number, number>, view: DataView): boolean {
  for (let at = 0; at + BYTES.header <= view.byteLength;) {
    const length = view.getUint32(at, true);
    const isSocket = view.getUint16(at + 4, true) === SOCK_DIAG_BY_FAMILY;
    const end = at + length;
    if (!isSocket || length < BYTES.header + BYTES.message || end > view.byteLength) return false;
    const inode = view.getUint32(at + BYTES.header + 4, true);
    const peer = peerIn(view, { from: at + BYTES.header + BYTES.message, to: end });
    // 0: the other side is closed.
    if (peer !== null && peer !== 0) peers.set(inode, peer);
    at += aligned(length);
  }
  return true;
}

/** The attribute that names the other side, of those of one socket. */
function peerIn(
  view: DataView,
  { from, to }: { readonly from: number; readonly to: number },
): number | null {
  for (let at = from; at + BYTES.attribute + 4 <= to;) {
    const length = view.getUint16(at, true);
    if (view.getUint16(at + 2, true) === UNIX_DIAG_PEER) {
      return view.getUint32(at + BYTES.attribute, true);
    }
    at += aligned(Math.max(length, BYTES.attribute));
  }
  return null;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
