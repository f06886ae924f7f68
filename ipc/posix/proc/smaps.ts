/**
 * What `/proc/PID/smaps_rollup` says, proc_pid_smaps(5).
 *
 * @module
 */

/** The proportional set size in bytes, or null where the text tells none. */
export function parsePss(text: string): number | null {
  const [, kilobytes] = /^Pss: +(\d+) kB$/m.exec(text) ?? [];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
