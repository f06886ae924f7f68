/**
 * What Linux tells of processes in `/proc`: their children, CPU time and memory. Formats: proc(5).
 *
 * @module
 */

/** Ticks of the times in `/proc/PID/stat`: `sysconf(_SC_CLK_TCK)` is 100 on every Linux that Deno runs on. */
const TICK_MS = 10;

/** The processes below a process, in no particular order. None if it has ended. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  // The children of a process are listed by the thread that started them.
  for (const thread of await entriesOf(`/proc/${pid}/task`)) {
    const children = await readIfThere(`/proc/${pid}/task/${thread}/children`);
    for (const child of children.split(" ").filter((text) => text !== "").map(Number)) {
      found.push(child, ...await descendantsOf(child));
    }
  }
  return found;
}

/** The CPU time of a process and of all its descendants, also of those that have been reaped, in milliseconds. */
export async function cpuMsOf(pid: number): Promise<number> {
  const trees = [pid, ...await descendantsOf(pid)];
  const times = await Promise.all(trees.map(async (each) => {
    const stat = await readIfThere(`/proc/${each}/stat`);
    return parseCpuMs(stat);
  }));
  return times.reduce((sum, ms) => sum + ms, 0);
}

/** The CPU time of a process alone, in milliseconds. */
export async function ownCpuMsOf(pid: number): Promise<number> {
  return parseCpuMs(await readIfThere(`/proc/${pid}/stat`), { withChildren: false });
}

/** How many descriptors a process has. */
export async function descriptorsOf(pid: number): Promise<number> {
  return (await entriesOf(`/proc/${pid}/fd`)).length;
}

/** The CPU time in a line of `/proc/PID/stat`: the process's own and that of its reaped children. 0 if it is empty. */
export function parseCpuMs(stat: string, { withChildren = true } = {}): number {
  // The command's name stands in parentheses and may itself contain some; the field behind it is the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15).map(
    Number,
  );
  return (user + system + (withChildren ? childrenUser + childrenSystem : 0)) * TICK_MS;
}

/** The proportional set size of a process: its own memory, and its share of what it has in common. In bytes. */
export async function pssOf(pid: number): Promise<number> {
  return parsePss(await readIfThere(`/proc/${pid}/smaps_rollup`));
}

/** The sum of {@linkcode pssOf}. */
export async function pssOfAll(pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) sum += await pssOf(pid);
  return sum;
}

/** The proportional set size in the text of `/proc/PID/smaps_rollup`, in bytes. 0 if there is none. */
export function parsePss(rollup: string): number {
  const [, kibibytes = "0"] = /^Pss: +(\d+) kB$/m.exec(rollup) ?? [];
  return Number(kibibytes) * 1024;
}

/** How much memory can still be had, in bytes. */
export async function availableMemory(): Promise<number> {
  const [, kibibytes = "0"] =
    /^MemAvailable: +(\d+) kB$/m.exec(await readIfThere("/proc/meminfo")) ?? [];
  return Number(kibibytes) * 1024;
}

async function entriesOf(path: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name);
  } catch (error) {
    if (!isGone(error)) throw error;
    return [];
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!isGone(error)) throw error;
    return "";
  }
}

/** A process may end at any time: then its folder is gone (ENOENT), or what was opened in it cannot be read (ESRCH). */
function isGone(error: unknown): boolean {
  // ESRCH is 3 on Linux; Deno.readDir() throws it without a code.
  return error instanceof Deno.errors.NotFound ||
    (error instanceof Error && error.message.includes("(os error 3)"));
}
