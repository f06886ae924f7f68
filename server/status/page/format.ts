/**
 * Numbers as people read them, with their units.
 *
 * @module
 */

const KIB = 1024;
const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** What stands where nobody knows a value. */
export const UNKNOWN = "–";

/** A number with at most three digits that tell something, and its thousands apart. */
export function formatNumber(value: number): string {
  const maximumFractionDigits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits });
}

/** A size: `512 B`, `1.5 KiB`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  let unit = 0;
  let value = bytes;
  while (value >= KIB && unit < BYTE_UNITS.length - 1) {
    value /= KIB;
    unit += 1;
  }
  return `${formatNumber(value)} ${BYTE_UNITS[unit]}`;
}

/** A span of time: `340 ms`, `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function formatMs(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1) return ms <= 0 ? "0 ms" : "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${formatNumber(Math.floor(ms / 100) / 10)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A part of one: `12 %`. More than one is more than one CPU. */
export function formatPercent(part: number | null): string {
  return part === null ? UNKNOWN : `${formatNumber(part * 100)} %`;
}

/** A host and port; an IPv6 address stands in brackets. */
export function formatAddress(host: string, port: number): string {
  if (host.startsWith("unix:")) return host;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The descriptors of one end: `fd 5`, `fd 5, 6`, or "" where they are not known. */
export function formatDescriptors(numbers: readonly number[] | null): string {
  if (numbers === null || numbers.length === 0) return "";
  const shown = numbers.slice(0, 3).join(", ");
  return numbers.length > 3 ? `fd ${shown}, …` : `fd ${shown}`;
}

/** How many columns of a terminal a text takes: letters of Chinese, Japanese and Korean take two. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += isWide(character) ? 2 : 1;
  return columns;
}

/** The text, or as much of its beginning as has room, with a mark that it goes on. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let cut = "";
  let taken = 1;
  for (const character of text) {
    taken += isWide(character) ? 2 : 1;
    if (taken > columns) break;
    cut += character;
  }
  return `${cut}…`;
}

function isWide(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x1100 && (code < 0x1160 || code >= 0x2e80);
}
