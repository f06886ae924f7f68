/**
 * A machine of a test's own: a network namespace, which lives as long as a process in it. What machines are joined with
 * are pairs of veth devices, veth(4).
 *
 * @module
 */

import { assert, assertEquals } from "../assert.ts";

/** What a test needs for one. */
export const MACHINE_TOOLS = ["unshare", "nsenter", "ip"] as const;

/** Where a device can be. */
export interface Host {
  /** A process there, which is how ip(8) names a namespace. */
  readonly pid: number;
  /** What goes in front of a command that runs there. The command has the pid that it has without. */
  readonly wrapper: readonly string[];
}

/** Where this process is. */
export const HERE: Host = { pid: Deno.pid, wrapper: [] };

/** A machine, of which only the loopback device is up. Disposing checks that nothing runs there any more. */
export class Machine implements Host, AsyncDisposable {
  /** Ends with its standard input, so that no machine outlives a test that is killed. */
  readonly #keeper: Deno.ChildProcess;
  readonly #namespace: string;

  private constructor(keeper: Deno.ChildProcess, namespace: string) {
    this.#keeper = keeper;
    this.#namespace = namespace;
  }

  /** Starts one, and waits until it is there. */
  static async start(): Promise<Machine> {
    const keeper = new Deno.Command("unshare", {
      args: ["--net", "sh", "-c", "ip link set lo up && echo up && exec cat"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = keeper.stdout.getReader();
    const { done } = await reader.read();
    reader.releaseLock();
    if (!done) return new Machine(keeper, await Deno.readLink(`/proc/${keeper.pid}/ns/net`));
    await end(keeper);
    throw new Error("No machine: standard error has the reason");
  }

  get pid(): number {
    return this.#keeper.pid;
  }

  get wrapper(): [string, ...string[]] {
    return ["nsenter", "-t", String(this.pid), "-n"];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#keeper);
    assertEquals(await processesIn(this.#namespace), [], "processes left on the machine");
  }
}

async function end(keeper: Deno.ChildProcess): Promise<void> {
  await keeper.stdout.cancel();
  await keeper.stdin.close();
  await keeper.status;
}

async function processesIn(namespace: string): Promise<string[]> {
  const found = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (await Deno.readLink(`/proc/${name}/ns/net`) === namespace) found.push(name);
    } catch {
      // It has ended since the folder was listed (ENOENT, or EACCES where that comes out late).
    }
  }
  return found;
}

/** Runs commands of ip(8) there, one after the other. */
export async function configure(host: Host, commands: readonly string[]): Promise<void> {
  const [path, ...args] = [...host.wrapper, "ip", "-batch", "-"];
  assert(path !== undefined);
  const ip = new Deno.Command(path, { args, stdin: "piped", stdout: "null", stderr: "piped" });
  const child = ip.spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(commands.join("\n")));
  await input.close();
  const { success, stderr } = await child.output();
  if (!success) throw new Error(`${commands.join("; ")}: ${new TextDecoder().decode(stderr)}`);
}

/** An end of a cable: the device's name, and how ip(8) writes its address. */
export interface Plug {
  readonly device: string;
  readonly address: string;
}

/** Gives a device its address, and switches it on. */
export async function plugIn(host: Host, { device, address }: Plug): Promise<void> {
  await configure(host, [`addr add ${address} dev ${device}`, `link set ${device} up`]);
}

/** Why this machine lets a test make nothing such as this script makes in a namespace, or undefined. */
export function reasonAgainst(script: string): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "only root may make a network";
  try {
    const args = ["--net", "sh", "-c", script];
    const { code } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
    // 127 is the shell's: there is no ip(8).
    return code === 0 || code === 127 ? undefined : "this machine lets nobody make a network";
  } catch (error) {
    // There is no such program, which a test that needs it says.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
