/**
 * Two machines with a cable between them, for a test: each is a network namespace, which lives as long as a process in
 * it, and the cable a pair of veth devices, veth(4).
 *
 * @module
 */

/** What a test needs for it. */
export const CABLE_TOOLS = ["unshare", "nsenter", "ip"] as const;

/** Two machines and their cable. Disposing leaves nothing of them. */
export class Cable implements AsyncDisposable {
  /** The address of the one machine, where a server is. */
  readonly serverAddress = "10.97.0.1";
  readonly #server: Deno.ChildProcess;
  readonly #client: Deno.ChildProcess;

  private constructor() {
    const namespace = () =>
      new Deno.Command("unshare", { args: ["--net", "sleep", "infinity"], stdin: "null" }).spawn();
    this.#server = namespace();
    this.#client = namespace();
  }

  /** Why this machine gives none to a test, or undefined. */
  static readonly impossible: string | undefined = reasonAgainst();

  /** Makes them, with the cable plugged in. */
  static async lay(): Promise<Cable> {
    const cable = new Cable();
    try {
      await cable.#lay();
      return cable;
    } catch (error) {
      await cable[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #lay(): Promise<void> {
    const here = await Deno.readLink("/proc/self/ns/net");
    const [server, client] = [this.#server, this.#client].map(({ pid }) => String(pid));
    for (const pid of [server, client]) {
      while (await Deno.readLink(`/proc/${pid}/ns/net`) === here);
    }
    const cable = `link add end netns ${server} type veth peer name end netns ${client}`;
    await run("ip", ...cable.split(" "));
    for (
      const [inside, address] of [[this.onServer, "10.97.0.1"], [
        this.onClient,
        "10.97.0.2",
      ]] as const
    ) {
      for (
        const command of ["link set lo up", `addr add ${address}/24 dev end`, "link set end up"]
      ) {
        await run(...inside, "ip", ...command.split(" "));
      }
    }
  }

  /** What goes in front of a command that runs on the server's machine. */
  get onServer(): [string, ...string[]] {
    return ["nsenter", "-t", String(this.#server.pid), "-n"];
  }

  /** What goes in front of one on the client's. */
  get onClient(): [string, ...string[]] {
    return ["nsenter", "-t", String(this.#client.pid), "-n"];
  }

  /** Pulls the client's plug: nothing gets through any more, and nobody is told. */
  async unplug(): Promise<void> {
    await run(...this.onClient, "ip", "link", "set", "end", "down");
  }

  /** Plugs it in again. */
  async plug(): Promise<void> {
    await run(...this.onClient, "ip", "link", "set", "end", "up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [this.#server, this.#client]) child.kill("SIGKILL");
    await Promise.all([this.#server.status, this.#client.status]);
  }
}

async function run(path: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(path, { args: [...args] }).output();
  if (!success) throw new Error(`${path} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

function reasonAgainst(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "only root may make a network";
  try {
    const script = "ip link add one type veth peer name other";
    const args = ["--net", "sh", "-c", script];
    const { success } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
    return success ? undefined : "this machine lets nobody make a network";
  } catch (error) {
    // There is no such program, which a test that needs it says.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
