/** A real balancer in front of servers: HAProxy, with either version of the header, and with the example's file. */

import { assert, assertEquals, assertGreaterOrEqual } from "../assert.ts";
import { EXAMPLE, readServerArgs } from "../support/haproxy_example.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { checkCommand, HaproxyProcess } from "./haproxy.ts";
import { type Place, SITE, type Site } from "./haproxy_sites.ts";
import { runToEnd } from "./process.ts";
import { type Program, testProgram } from "./program.ts";
import { type ServerStart, TestClient, TestServer } from "./server.ts";

const NEEDS = { needs: ["haproxy"] };

/** The ways in which a connection is accepted, and what of each transport reads the client's first byte. */
const ACCEPTING: readonly (Pick<ServerStart, "flags" | "command"> & { readonly name: string })[] = [
  { name: "a relay", flags: [] },
  { name: "a worker with the socket", flags: ["--transport", "socket"] },
  { name: "a program with the socket", flags: [], command: ["cat"] },
];

for (const version of ["send-proxy", "send-proxy-v2"]) {
  for (const { name, flags = [], command } of ACCEPTING) {
    testProgram(`${name}: HAProxy with ${version} tells the client`, async (program) => {
      await using server = await TestServer.start(program, {
        flags: ["--proxy-from", "127.0.0.1", "--log", "json", ...flags],
        command,
      });
      await using haproxy = await HaproxyProcess.start((port) => `
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen front
    bind 127.0.0.1:${port}
    server brood 127.0.0.1:${server.port} ${version}
`);
      using client = await TestClient.connect(haproxy.address);
      assertEquals(await client.roundTrip(), "ping\n");
      const fields = { remoteHost: "127.0.0.1", remotePort: client.port };
      const accepted = await server.event("connection_accepted", fields);
      assert(accepted["proxyPort"] !== client.port && accepted["proxyPort"] !== undefined);
      await client.closeWrite();
      assertEquals(await client.disconnected(), "end of file");
    }, NEEDS);
  }
}

/** How many clients are busy at a time, and how many workers each server has. */
const CLIENTS = 6;

type Address = HaproxyProcess["address"];

/** A load that goes on until it is disposed. Its end rejects where the balancer itself has failed. */
class Load implements AsyncDisposable {
  readonly failed: { readonly port: number; readonly error: unknown }[] = [];
  succeeded = 0;
  readonly #balancer: Address;
  readonly #clients: readonly Promise<void>[];
  #isOver = false;

  constructor(balancer: Address) {
    this.#balancer = balancer;
    this.#clients = Array.from({ length: CLIENTS }, () => this.#run());
    for (const client of this.#clients) client.catch(() => {});
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      using client = await TestClient.connect(this.#balancer);
      try {
        for (let trip = 0; trip < 5; trip++) assertEquals(await client.roundTrip(), "ping\n");
        await client.closeWrite();
        assertEquals(await client.disconnected(), "end of file");
        this.succeeded += 1;
      } catch (error) {
        this.failed.push({ port: client.port, error });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }
}

/** Starts a server there as the example says, but for the number of workers. */
async function startServer(
  program: Program,
  { site, place, folder }: {
    readonly site: Site;
    readonly place: Place;
    readonly folder?: TempFolder;
  },
): Promise<TestServer> {
  const args = await readServerArgs();
  const here = new Map([
    ["10.0.0.11", place.hostname],
    ["10.0.0.11:9100", `${place.hostname}:${place.statusPort}`],
    ["10.0.0.2", site.balancerAddress],
    ["40", String(CLIENTS)],
    ["9000", String(place.port)],
  ]);
  for (const written of here.keys()) assert(args.includes(written), written);
  const server = await TestServer.start(program, {
    ...folder === undefined ? {} : { folder: folder.path },
    wrapper: place.wrapper,
    flags: args.map((arg) => here.get(arg) ?? arg),
    port: null,
  });
  // Whom a signal of the test reaches.
  assertEquals((await server.event("listening"))["pid"], server.pid);
  return server;
}

/** A client whom the balancer sends to that server, which may take more than one. */
async function connectServedBy(server: TestServer, balancer: Address): Promise<TestClient> {
  while (true) {
    const client = await TestClient.connect(balancer);
    // Its answer comes from a server that has logged it before.
    assertEquals(await client.roundTrip(), "ping\n");
    if (acceptedPorts(server).has(client.port)) return client;
    client.close();
  }
}

function acceptedPorts(server: TestServer): Set<unknown> {
  const accepted = server.events.filter(({ event }) => event === "connection_accepted");
  return new Set(accepted.map(({ remotePort }) => remotePort));
}

testProgram(
  `HAProxy with the example's file, ${SITE.name}: one is killed, one comes, one drains, under load`,
  async (program) => {
    assertEquals((await runToEnd(checkCommand(EXAMPLE))).status, 0);
    await using site = await SITE.make();
    const [ofA, ofB, ofC] = site.servers;
    // What one that is killed leaves behind is for the next one there to remove.
    await using folder = new TempFolder();
    await using a = await startServer(program, { site, place: ofA, folder });
    await using b = await startServer(program, { site, place: ofB });
    await using haproxy = await site.startBalancer();
    const told = (what: string) =>
      haproxy.process.stdout.find((line) => line.includes(what) || undefined);
    await told("Server broods/c is DOWN");
    await using load = new Load(haproxy.address);
    await a.event("connection_closed", { reason: "finished" });
    await b.event("connection_closed", { reason: "finished" });

    // One is killed: its connections fail, and nobody else's.
    using lost = await connectServedBy(a, haproxy.address);
    await a.kill();
    await lost.disconnected();
    await told("Server broods/a is DOWN");
    const ofKilled = load.failed.length;
    assertGreaterOrEqual(CLIENTS, ofKilled);
    const byB = acceptedPorts(b);
    for (const { port, error } of load.failed) assert(!byB.has(port), `${error}`);

    // One comes, and gets connections.
    await using c = await startServer(program, { site, place: ofC });
    await told("Server broods/c is UP");
    await c.event("connection_closed", { reason: "finished" });

    // One drains: a connection that it has goes on, new ones go elsewhere, and none fails.
    using lasting = await connectServedBy(b, haproxy.address);
    b.process.signal("SIGTERM");
    await b.event("draining");
    await told("Server broods/b is DOWN");
    await b.event("stopping");
    // It is not only a moment that is waited: a hundred others are served meanwhile.
    await c.event("connection_closed", {}, c.process.stdout.all.length + 200);
    assertEquals(await lasting.roundTrip(), "ping\n");
    await lasting.closeWrite();
    assertEquals(await lasting.disconnected(), "end of file");
    assertEquals((await b.ended()).code, 0);
    const accepted = load.succeeded;
    await c.event("connection_closed", {}, c.process.stdout.all.length);
    await load[Symbol.asyncDispose]();
    assertEquals(load.failed.slice(ofKilled), []);
    assertGreaterOrEqual(load.succeeded, accepted + 1);
    assertEquals((await b.event("stopped"))["connectionsAborted"], 0);
    for (const server of [b, c]) assertEquals(server.process.stderr.text, "");
  },
  // Half a minute, and nothing in it depends on the form.
  { ...NEEDS, forms: ["compiled"] },
);
