/**
 * The PROXY header, version 1: a line of text.
 *
 * Source: "The PROXY protocol, versions 1 & 2" (HAProxy), section 2.1:
 *
 *     PROXY TCP4 192.0.2.7 198.51.100.1 51234 443␍␊   source, destination, and their ports
 *     PROXY TCP6 2001:db8::7 2001:db8::1 51234 443␍␊
 *     PROXY UNKNOWN whatever␍␊                        the ends are the connection's own
 *
 * Where a line ends is known only when it is there, so of each beginning is told how many bytes are missing at the
 * least: whoever reads no more than that reads none of the client's.
 *
 * @module
 */

import { formatAddress, parseAddress } from "../../../ipc/address.ts";
import { type HeaderState, partial, whole, wrong } from "./header_state.ts";

const BEGINNING = "PROXY ";
const LINE_END = "\r\n";

/** `PROXY UNKNOWN` and its end: there is no shorter line. */
export const SHORTEST = 15;

/** The longest line, its end included. */
const LENGTH_MAX = 107;

/** The fields behind a protocol, each as short as it can be. */
const SHORTEST_FIELDS: Readonly<Record<string, readonly number[]>> = {
  TCP4: ["0.0.0.0".length, "0.0.0.0".length, 1, 1],
  TCP6: ["::".length, "::".length, 1, 1],
};

/** Looks at the bytes so far, which are no more than one line if it is one. */
export function examineVersion1(bytes: Uint8Array): HeaderState {
  const text = String.fromCharCode(...bytes.subarray(0, LENGTH_MAX));
  if (!begins(text, BEGINNING)) return wrong("absent");
  const line = text.slice(BEGINNING.length);
  const protocol = ["TCP4 ", "TCP6 ", "UNKNOWN"].find((protocol) => begins(line, protocol));
  if (protocol === undefined) return wrong("malformed");
  if (line.length < protocol.length) return partial(SHORTEST - text.length);
  const state = protocol === "UNKNOWN" ? examineUnknown(line) : examineTcp(line);
  if (state.kind === "wrong") return state;
  const missing = state.kind === "partial" ? state.missing : 0;
  return text.length + missing > LENGTH_MAX ? wrong("too_long") : state;
}

/** Whether a text is the beginning of the other one, or goes on behind it. */
function begins(text: string, beginning: string): boolean {
  return beginning.startsWith(text.slice(0, beginning.length));
}

/** What stands between the word and the end of the line is passed over. */
function examineUnknown(line: string): HeaderState {
  if (!/^UNKNOWN(?:$| |\r$|\r\n$)/.test(line)) return wrong("malformed");
  return line.endsWith(LINE_END) ? whole(null) : partial(missingEnd(line));
}

function missingEnd(line: string): number {
  return line.endsWith("\r") ? 1 : LINE_END.length;
}

function examineTcp(line: string): HeaderState {
  if (line.endsWith(LINE_END)) return parseTcp(line);
  const [protocol = "", ...fields] = line.split(" ");
  const shortest = SHORTEST_FIELDS[protocol] ?? [];
  if (!/^[\dA-Fa-f:. ]*\r?$/.test(line.slice(protocol.length)) || fields.length > shortest.length) {
    return wrong("malformed");
  }
  const isBegun = fields.at(-1) !== "";
  const current = isBegun ? 0 : shortest[fields.length - 1] ?? 0;
  const rest = shortest.slice(fields.length).reduce((sum, length) => sum + 1 + length, 0);
  return partial(current + rest + missingEnd(line));
}

/** A port without zeros in front. */
const PORT = "(0|[1-9]\\d{0,4})";

const TCP_LINE = new RegExp(`^(TCP[46]) (\\S+) (\\S+) ${PORT} ${PORT}\r\n$`);

function parseTcp(line: string): HeaderState {
  const [, protocol, ...fields] = TCP_LINE.exec(line) ?? [];
  const [source = "", destination = "", ...ports] = fields;
  const parse = protocol === "TCP4" ? parseIpv4 : parseIpv6;
  const [remoteHost, localHost] = [parse(source), parse(destination)];
  const [remotePort = NaN, localPort = NaN] = ports.map(Number);
  if (remoteHost === null || localHost === null || !(Math.max(remotePort, localPort) <= 65_535)) {
    return wrong("malformed");
  }
  return whole({
    remoteAddr: { hostname: remoteHost, port: remotePort },
    localAddr: { hostname: localHost, port: localPort },
  });
}

/** An address as `inet_ntop` writes it, as there is only one way; null for what is none. */
function parseIpv4(text: string): string | null {
  const address = text.includes(":") ? null : parse(text);
  return address === text ? address : null;
}

/** There are more ways to write one of IPv6. */
function parseIpv6(text: string): string | null {
  return text.includes(":") ? parse(text) : null;
}

function parse(text: string): string | null {
  try {
    return formatAddress(parseAddress(text));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}
