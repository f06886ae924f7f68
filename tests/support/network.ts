/** Machines on a network of their own, in which no address of a real network is in the way, and a way from here to one. */

import { assert } from "../assert.ts";
import { configure, HERE, type Host, Machine, plugIn, reasonAgainst } from "./machine.ts";

/** Machines that reach each other. Disposing leaves nothing of them. */
export class Network implements AsyncDisposable {
  readonly #machines: ReadonlyMap<string, Machine>;
  readonly #owned: AsyncDisposableStack;

  private constructor(machines: ReadonlyMap<string, Machine>, owned: AsyncDisposableStack) {
    this.#machines = machines;
    this.#owned = owned;
  }

  /** Why this machine gives none to a test, or undefined. */
  static readonly impossible: string | undefined = reasonAgainst(`
    ip link add switch type bridge &&
    ip link add end type veth peer name ${outsideOf("$$")} netns ${HERE.pid} &&
    ip addr add 240.0.0.1/31 dev end`);

  /** Makes a machine for each of these addresses, which are those of one network, of 24 bits. */
  static async lay(addresses: readonly string[]): Promise<Network> {
    await using stack = new AsyncDisposableStack();
    const middle = stack.use(await Machine.start());
    await configure(middle, ["link add switch type bridge", "link set switch up"]);
    const machines = new Map<string, Machine>();
    for (const [index, address] of addresses.entries()) {
      const machine = stack.use(await Machine.start());
      await configure(middle, [
        `link add port${index} type veth peer name end netns ${machine.pid}`,
        `link set port${index} master switch up`,
      ]);
      await plugIn(machine, { device: "end", address: `${address}/24` });
      machines.set(address, machine);
    }
    return new Network(machines, stack.move());
  }

  /** The machine with that address. */
  at(address: string): Machine {
    const machine = this.#machines.get(address);
    assert(machine !== undefined, address);
    return machine;
  }

  /** Lays a cable from here to a machine, which goes when the machine does, and tells the machine's address at it. */
  async reach(machine: Host): Promise<string> {
    const device = outsideOf(machine.pid);
    const [here, there] = addressesOf(machine.pid);
    const cable = `link add outside type veth peer name ${device} netns ${HERE.pid}`;
    await configure(machine, [cable]);
    // The kernel takes its time to remove a namespace and the devices in it.
    this.#owned.defer(() => configure(HERE, [`link delete ${device}`]));
    await plugIn(machine, { device: "outside", address: `${there}/31` });
    await plugIn(HERE, { device, address: `${here}/31` });
    return there;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}

/** The device's name here: of at most 15 letters, and no other test's, since a pid is that of one process. */
function outsideOf(pid: number | string): string {
  return `brood${pid}`;
}

/** Two neighbours of 240.0.0.0/4, where no real network may be (RFC 1112), and the only ones with that pid. */
function addressesOf(pid: number): [string, string] {
  const address = (last: number) =>
    ["240", pid >> 15, (pid >> 7) & 255, ((pid << 1) & 255) | last].join(".");
  return [address(0), address(1)];
}
