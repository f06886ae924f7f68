/** Where a test can have the balancer of examples/haproxy and its three servers. */

import { assert } from "../assert.ts";
import { EXAMPLE } from "../support/haproxy_example.ts";
import { MACHINE_TOOLS } from "../support/machine.ts";
import { Network } from "../support/network.ts";
import { closedPort } from "../support/sockets.ts";
import { findMissingTools } from "../support/tools.ts";
import { HaproxyProcess } from "./haproxy.ts";

/** A server's place: where it listens, and where its status process does. */
export interface Place {
  readonly hostname: string;
  readonly port: number;
  readonly statusPort: number;
  /** What goes in front of a command that is to run there. */
  readonly wrapper: readonly string[];
}

/** The places of one balancer and its servers. Disposing leaves nothing of them. */
export interface Site extends AsyncDisposable {
  readonly servers: readonly [a: Place, b: Place, c: Place];
  /** From where the servers see the balancer come. */
  readonly balancerAddress: string;
  /** Starts HAProxy with the example's file. */
  startBalancer(): Promise<HaproxyProcess>;
}

/** What the example has. */
const BALANCER = "10.0.0.2";
const SERVERS = ["10.0.0.11", "10.0.0.12", "10.0.0.13"] as const;
const PORTS = { port: 9000, statusPort: 9100 };

/** Calls `make` for each of the three. */
function forEachServer(make: (address: string) => Place): [Place, Place, Place] {
  const [a, b, c] = SERVERS;
  return [make(a), make(b), make(c)];
}

/** Each on a machine of its own, with the example's addresses. */
class MachineSite implements Site {
  readonly balancerAddress = BALANCER;
  readonly servers;
  readonly #network: Network;

  private constructor(network: Network) {
    this.#network = network;
    this.servers = forEachServer((hostname) => {
      return { hostname, ...PORTS, wrapper: network.at(hostname).wrapper };
    });
  }

  static async make(): Promise<Site> {
    return new MachineSite(await Network.lay([BALANCER, ...SERVERS]));
  }

  async startBalancer(): Promise<HaproxyProcess> {
    const machine = this.#network.at(BALANCER);
    const hostname = await this.#network.reach(machine);
    const { wrapper } = machine;
    return await HaproxyProcess.startWith({ file: EXAMPLE, hostname, port: PORTS.port, wrapper });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#network[Symbol.asyncDispose]();
  }
}

/** All on the loopback interface: what differs is the port, and the addresses in the example's file are replaced. */
class LoopbackSite implements Site {
  readonly balancerAddress = "127.0.0.1";
  readonly servers = forEachServer(() => {
    const [port, statusPort] = [closedPort(), closedPort()];
    return { hostname: "127.0.0.1", port, statusPort, wrapper: [] };
  });

  static make(): Promise<Site> {
    return Promise.resolve(new LoopbackSite());
  }

  async startBalancer(): Promise<HaproxyProcess> {
    const text = await Deno.readTextFile(EXAMPLE);
    return await HaproxyProcess.start((port) => this.#replaced(text, port));
  }

  #replaced(text: string, port: number): string {
    const replacements = [
      [`bind :${PORTS.port}`, `bind 127.0.0.1:${port}`],
      ...this.servers.map(
        ({ port, statusPort }, index) => [
          `${SERVERS[index]}:${PORTS.port} check port ${PORTS.statusPort}`,
          `127.0.0.1:${port} check port ${statusPort}`,
        ],
      ),
    ];
    return replacements.reduce((replaced, [written = "", here = ""]) => {
      assert(replaced.includes(written), written);
      return replaced.replace(written, here);
    }, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Which of them this machine can have, and its name. */
export const SITE: { readonly name: string; readonly make: () => Promise<Site> } =
  Network.impossible === undefined && findMissingTools(MACHINE_TOOLS).reason === null
    ? { name: "each on a machine of its own", make: MachineSite.make }
    : { name: "on ports of one machine", make: LoopbackSite.make };
