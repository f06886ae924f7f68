/**
 * Children that a test looks at.
 *
 * @module
 */

import { type Child, Children } from "../../../../ipc/posix/processes/children.ts";
import type { SpawnOptions } from "../../../../ipc/posix/processes/spawn.ts";
import { processStat } from "../../../../ipc/posix/proc/processes.ts";

const EMPTY: SpawnOptions = { args: [], env: {}, inherits: new Set(), descriptors: new Map() };

/** More than any system gives out (proc_sys_kernel(5)). */
export const NO_PID = 2 ** 22 + 1;

/** What is no pid, whatever its type says. */
export const NO_NUMBERS: readonly number[] = [
  0,
  -1,
  1.5,
  NaN,
  Infinity,
  2 ** 31,
  "1" as unknown as number,
  "self/root/etc/passwd\0" as unknown as number,
  { valueOf: () => 1, toString: () => "1" } as unknown as number,
];

/** A child that lives until the test ends. */
export class LivingChild implements AsyncDisposable {
  readonly pid: number;
  readonly #children = new Children();
  readonly #child: Child;
  #isReaped = false;

  constructor(path: string, options: Partial<SpawnOptions> = {}) {
    this.#child = this.#children.start(path, { ...EMPTY, ...options });
    this.pid = this.#child.pid;
  }

  /** One that does nothing. */
  static sleeping(path = "/bin/sleep"): LivingChild {
    return new LivingChild(path, { args: ["600"] });
  }

  /** Ends it, and resolves when it has been reaped. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    this.#isReaped = true;
  }

  /** Ends it, and returns when it waits to be reaped: that takes a turn of the event loop, and this takes none. */
  endUnreaped(): void {
    this.#child.kill("SIGKILL");
    waitUntil(() => processStat(this.pid)?.state === "Z");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isReaped) await this.end();
    await this.#children[Symbol.asyncDispose]();
  }
}

/** Waits until a child is a sleep(1) that sleeps: before that it loads its libraries. */
export function waitUntilAsleep(pid: number): void {
  waitUntil(() => {
    const { name, state } = processStat(pid) ?? {};
    return name === "sleep" && state === "S";
  });
}

/** Asks again and again, for what the kernel tells nobody of when it happens. Throws where it takes ten seconds. */
export function waitUntil(isSo: () => boolean): void {
  const deadline = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error("It did not come to be so");
  }
}
