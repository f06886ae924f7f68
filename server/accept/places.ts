/**
 * The places that a server listens at, as `--host` tells them: addresses and host names, which share one port, and
 * Unix-domain sockets, each `unix:` and its path.
 *
 * @module
 */

import { type Flag, host, list, ValueError } from "../../cli/flags.ts";
import { UNIX, UNIX_PATH_BYTES_MAX } from "../../ipc/address.ts";
import { say } from "../../ipc/say.ts";

/** This machine alone, where nobody says. */
const FALLBACK = ["127.0.0.1"];

/** The path of a place that is a Unix-domain socket; null for an address. */
export function pathOf(place: string): string | null {
  return place.startsWith(UNIX) ? place.slice(UNIX.length) : null;
}

/** Whether a port belongs to any of these places. */
export function havePort(places: readonly string[]): boolean {
  return places.some((place) => pathOf(place) === null);
}

/** Places: the flag may be given again, and a value may be a list. */
export function places(help: string): Flag<readonly string[]> {
  const listed = list({
    placeholder: "ADDR|unix:PATH",
    name: "host",
    help,
    separator: ",",
    parseItem: parsePlace,
    formatItem: String,
  });
  return { ...listed, fallback: FALLBACK };
}

const address = host({ placeholder: "ADDR", fallback: "", help: "" });

function parsePlace(text: string): string {
  const path = pathOf(text);
  if (path === null) return address.parse(text);
  // Those of the abstract namespace are no files, and nobody could be kept from them.
  if (path === "" || path.startsWith("@") || path.includes("\0")) {
    throw new ValueError(say`expected the path of a file behind unix:`);
  }
  if (new TextEncoder().encode(path).length > UNIX_PATH_BYTES_MAX) {
    throw new ValueError(say`the path of a socket has up to ${UNIX_PATH_BYTES_MAX} bytes`);
  }
  return text;
}

/** What contradicts each other among places, in a line; null if nothing does. */
export function placesConflict(places: readonly string[]): string | null {
  const twice = places.find((place, at) => places.indexOf(place) !== at);
  if (twice !== undefined) return say`--host ${twice} is given twice`;
  if (places.includes("::") && places.includes("0.0.0.0")) {
    return say`--host :: takes IPv4 too: leave --host 0.0.0.0 out`;
  }
  return null;
}
