/**
 * What `/proc/PID/stat` says, proc_pid_stat(5).
 *
 * @module
 */

/** A process as the kernel tells of it, with its own ticks for times. */
export interface StatFields {
  /**
   * Its name, up to 15 bytes that the process can choose itself: it may hold anything, also what a terminal would
   * obey.
   */
  readonly name: string;
  /** A letter: R runs or could, S sleeps, D waits for a disk, T is stopped, Z has ended and waits to be reaped. */
  readonly state: string;
  /** Whose child it is; 0 for that of the kernel itself, or of a process outside the namespace. */
  readonly parentPid: number;
  /** Its process group. */
  readonly groupId: number;
  /** Its session. */
  readonly sessionId: number;
  /** How many threads it has. */
  readonly threads: number;
  /** CPU time of all its threads, its own and the kernel's for it, without that of its children. */
  readonly cpuTicks: number;
  /** The same of its children that have ended and that it waited for, and of theirs. */
  readonly reapedTicks: number;
  /** When it started, since the machine did. */
  readonly startTicks: number;
}

/** Where the fields are behind the name, counted from the state. */
const FIELD = {
  state: 0,
  parentPid: 1,
  groupId: 2,
  sessionId: 3,
  userTicks: 11,
  systemTicks: 12,
  reapedUserTicks: 13,
  reapedSystemTicks: 14,
  threads: 17,
  startTicks: 19,
} as const;

/** One more than is read: only the next field tells that the last one is whole. */
const FIELDS = 21;

/**
 * Reads the line of a process, or returns null where it is none, or cut off. The name ends at the last parenthesis of
 * the line: what is behind it are a letter and numbers.
 */
export function parseStat(text: string): StatFields | null {
  const nameAt = text.indexOf("(") + 1;
  const nameEnd = text.lastIndexOf(")");
  if (nameAt === 0 || nameEnd < nameAt || !/^\d+ $/.test(text.slice(0, nameAt - 1))) return null;
  const fields = text.slice(nameEnd + 2).split(" ", FIELDS);
  if (fields.length < FIELDS) return null;
  const state = fields[FIELD.state] ?? "";
  const numberOf = (field: number) => Number(fields[field]);
  const parsed: StatFields = {
    name: text.slice(nameAt, nameEnd),
    state,
    parentPid: numberOf(FIELD.parentPid),
    groupId: numberOf(FIELD.groupId),
    sessionId: numberOf(FIELD.sessionId),
    threads: numberOf(FIELD.threads),
    cpuTicks: numberOf(FIELD.userTicks) + numberOf(FIELD.systemTicks),
    reapedTicks: numberOf(FIELD.reapedUserTicks) + numberOf(FIELD.reapedSystemTicks),
    startTicks: numberOf(FIELD.startTicks),
  };
  const { parentPid, groupId, sessionId, threads, cpuTicks, reapedTicks, startTicks } = parsed;
  const sum = parentPid + groupId + sessionId + threads + cpuTicks + reapedTicks + startTicks;
  return /^[A-Za-z]$/.test(state) && Number.isFinite(sum) ? parsed : null;
}
