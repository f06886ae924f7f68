/** Two machines with a cable between them, which a test can pull. */

import { configure, Machine, plugIn, reasonAgainst } from "./machine.ts";

const SERVER_ADDRESS = "10.97.0.1";

/** Two machines and their cable. Disposing leaves nothing of them. */
export class Cable implements AsyncDisposable {
  /** The address of the one machine, where a server is. */
  readonly serverAddress = SERVER_ADDRESS;
  readonly #owned: AsyncDisposableStack;

  private constructor(
    /** The one machine. */
    readonly server: Machine,
    /** The other. */
    readonly client: Machine,
    owned: AsyncDisposableStack,
  ) {
    this.#owned = owned;
  }

  /** Why this machine gives none to a test, or undefined. */
  static readonly impossible: string | undefined = reasonAgainst(
    "ip link add one type veth peer name other",
  );

  /** Makes them, with the cable plugged in. */
  static async lay(): Promise<Cable> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await Machine.start());
    const client = stack.use(await Machine.start());
    await configure(server, [`link add end type veth peer name end netns ${client.pid}`]);
    await plugIn(server, { device: "end", address: `${SERVER_ADDRESS}/24` });
    await plugIn(client, { device: "end", address: "10.97.0.2/24" });
    return new Cable(server, client, stack.move());
  }

  /** Pulls the client's plug: nothing gets through any more, and nobody is told. */
  async unplug(): Promise<void> {
    await configure(this.client, ["link set end down"]);
  }

  /** Plugs it in again. */
  async plug(): Promise<void> {
    await configure(this.client, ["link set end up"]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}
