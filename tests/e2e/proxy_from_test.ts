/** Balancers (`--proxy-from`): their connections begin with a PROXY header, and go by the client that it tells. */

import { assertEquals, assertGreaterOrEqual } from "../assert.ts";
import { bytesOf, oneByOne } from "../support/bytes.ts";
import { joined } from "../support/pieces.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { BALANCER, BalancerConnection, HEADER_1, HEADER_2 } from "./balancer.ts";
import type { ServerState } from "../../server/status/state.ts";
import { type Program, SERVINGS, testProgram } from "./program.ts";
import { type ServerStart, TestServer } from "./server.ts";
import { StatusReader, statusUrlOf } from "./status_reader.ts";
import { assertRefused, type WrongUsage } from "./wrong_usage.ts";

const PROXY = ["--proxy-from", BALANCER];

async function start(
  program: Program,
  { flags = [], command }: Pick<ServerStart, "flags" | "command"> = {},
): Promise<TestServer> {
  return await TestServer.start(program, { flags: [...PROXY, "--log", "json", ...flags], command });
}

/** The event that tells of a balancer's connection, and what it tells of both ends. */
async function acceptedOf(server: TestServer, { port }: BalancerConnection) {
  const { remoteHost, remotePort, proxyHost, proxyPort } = await server.event(
    "connection_accepted",
    { proxyPort: port },
  );
  return { remoteHost, remotePort, proxyHost, proxyPort };
}

/** What comes, what is told of it. */
const REFUSED = [
  ["data", "ping\n", "absent"],
  ["a header that is malformed", "PROXY TCP4 192.0.2.7 198.51.100.1 1 99999\r\n", "malformed"],
  ["one that is too long", `PROXY UNKNOWN ${"x".repeat(100)}\r\n`, "too_long"],
  ["one of version 2 that is too long", HEADER_2.with(14, 0xff), "too_long"],
] as const;

for (const { name, flags, command } of SERVINGS) {
  testProgram(`${name}, behind a balancer`, async (program, steps) => {
    await using server = await start(program, { flags, command });

    const told = (port: number) => ({
      ...{ remoteHost: "192.0.2.7", remotePort: 51_234, proxyHost: BALANCER, proxyPort: port },
    });

    await steps.run("a header and what follows come in one piece", async () => {
      for (const header of [bytesOf(HEADER_1), HEADER_2]) {
        using connection = await BalancerConnection.open(server.port);
        await connection.send(joined([header, bytesOf("ping\n")]));
        assertEquals(await connection.receive(5), "ping\n");
        assertEquals(await acceptedOf(server, connection), told(connection.port));
      }
    });

    await steps.run("both come one byte at a time", async () => {
      using connection = await BalancerConnection.open(server.port);
      for (const byte of oneByOne(joined([HEADER_2, bytesOf("ping\n")]))) {
        await connection.send(byte);
      }
      assertEquals(await connection.receive(5), "ping\n");
      assertEquals(await acceptedOf(server, connection), told(connection.port));
      connection.end();
      assertEquals(await connection.closed(), "ping\n");
    });

    await steps.run("a header that tells no client", async () => {
      using connection = await BalancerConnection.open(server.port);
      await connection.send("PROXY UNKNOWN\r\nping\n");
      assertEquals(await connection.receive(5), "ping\n");
      const fields = { remoteHost: BALANCER, remotePort: connection.port };
      const accepted = await server.event("connection_accepted", fields);
      assertEquals(accepted["proxyHost"], undefined);
    });

    for (const [what, sent, problem] of REFUSED) {
      await steps.run(`${what} in place of a header`, async () => {
        using connection = await BalancerConnection.open(server.port);
        await connection.send(sent);
        assertEquals(await connection.closed(), "");
        const fields = { remoteHost: BALANCER, remotePort: connection.port };
        const rejected = await server.event("connection_rejected", fields);
        assertEquals([rejected["reason"], rejected["problem"]], ["proxy_header", problem]);
      });
    }

    await steps.run("a client from elsewhere sends what looks like a header", async () => {
      using client = await server.connect();
      assertEquals(await client.roundTrip(HEADER_1), HEADER_1);
      await server.event("connection_accepted", { remotePort: client.port });
    });

    await steps.run("none of that has failed otherwise", async () => {
      const warnings = server.process.stderr.all.filter((line) =>
        !/nothing isolates it/.test(line)
      );
      assertEquals(warnings, []);
      await Promise.resolve();
    });
  });
}

/** The ways in which a connection is accepted: by Deno, by libc for a worker, and by libc for a program. */
const ACCEPTING: readonly (Pick<ServerStart, "flags" | "command"> & { readonly name: string })[] = [
  { name: "a relay" },
  { name: "a worker with the socket", flags: ["--transport", "socket"] },
  { name: "a program with the socket", command: ["cat"] },
];

/** A header of a client with that address. */
function headerOf(address: string, port: number): string {
  return `PROXY TCP4 ${address} 198.51.100.1 ${port} 443\r\n`;
}

for (const { name, flags = [], command } of ACCEPTING) {
  testProgram(`${name}: the rules and limits are about the client`, async (program) => {
    await using server = await start(program, {
      flags: [...flags, "--deny", "203.0.113.0/24", "--max-per-host", "1"],
      command,
    });
    const connectAs = async (address: string, port: number) => {
      const connection = await BalancerConnection.open(server.port);
      await connection.send(`${headerOf(address, port)}ping\n`);
      return { connection, answer: await connection.receive(5) };
    };
    const first = await connectAs("192.0.2.7", 1001);
    using _first = first.connection;
    const second = await connectAs("192.0.2.8", 1002);
    using _second = second.connection;
    const third = await connectAs("192.0.2.7", 1003);
    using _third = third.connection;
    const denied = await connectAs("203.0.113.9", 1004);
    using _denied = denied.connection;
    const answers = [first, second, third, denied].map(({ answer }) => answer);
    assertEquals(answers, ["ping\n", "ping\n", "", ""]);
    const reasonOf = async (remoteHost: string, remotePort: number) =>
      (await server.event("connection_rejected", { remoteHost, remotePort }))["reason"];
    assertEquals(await reasonOf("192.0.2.7", 1003), "max_per_host");
    assertEquals(await reasonOf("203.0.113.9", 1004), "denied");
  });

  testProgram(`${name}: a header that does not come in three seconds ends it`, async (program) => {
    await using server = await start(program, { flags, command });
    using connection = await BalancerConnection.open(server.port);
    const begun = performance.now();
    await connection.send(HEADER_1.slice(0, -1));
    assertEquals(await connection.closed(), "");
    assertGreaterOrEqual(performance.now() - begun, 2900);
    await server.event("connection_rejected", { remotePort: connection.port, problem: "late" });
  });

  testProgram(`${name}: a stopping server does not wait for a header`, async (program) => {
    await using server = await start(program, { flags: [...flags, "--grace", "0"], command });
    using connection = await BalancerConnection.open(server.port);
    await connection.send("PROXY");
    // It has been accepted when another one that came later has.
    using other = await server.connect();
    assertEquals(await other.roundTrip(), "ping\n");
    assertEquals((await server.stop()).code, 0);
    assertEquals(await connection.closed(), "");
    const [rejected] = server.events.filter(({ event }) => event === "connection_rejected");
    assertEquals(rejected?.["problem"], "server_stopped");
  });
}

for (const transport of ["socket", "pipe"]) {
  testProgram(`a program with a ${transport} is told the client`, async (program) => {
    const script = "echo $TCPREMOTEIP $TCPREMOTEPORT $TCPLOCALIP $TCPLOCALPORT; cat";
    await using server = await start(program, {
      flags: ["--transport", transport],
      command: ["sh", "-c", script],
    });
    for (const header of [bytesOf(HEADER_1), HEADER_2]) {
      using connection = await BalancerConnection.open(server.port);
      await connection.send(joined([header, bytesOf("ping\n")]));
      connection.end();
      assertEquals(await connection.closed(), "192.0.2.7 51234 198.51.100.1 443\nping\n");
    }
  });
}

for (const transport of ["unix", "pipe", "socket"]) {
  testProgram(`a module over ${transport} is told the client`, async (program) => {
    await using folder = new TempFolder();
    const file = folder.join("tells_ends.js");
    await Deno.writeTextFile(
      file,
      "export default async (connection) => {\n" +
        "  const { remoteAddr, localAddr } = connection;\n" +
        "  await connection.write(JSON.stringify([remoteAddr, localAddr]));\n" +
        "};\n",
    );
    await using server = await start(program, {
      flags: ["--transport", transport, "--handler", file],
    });
    using connection = await BalancerConnection.open(server.port);
    await connection.send("PROXY TCP6 2001:db8::7 ::ffff:192.0.2.1 51234 443\r\n");
    assertEquals(JSON.parse(await connection.closed()), [
      { hostname: "2001:db8::7", port: 51_234 },
      { hostname: "::ffff:192.0.2.1", port: 443 },
    ]);
  });
}

testProgram("the text log tells the client, and who has told none", async (program) => {
  await using server = await TestServer.start(program, { flags: PROXY });
  using connection = await BalancerConnection.open(server.port);
  await connection.send(`${HEADER_1}ping\n`);
  assertEquals(await connection.receive(5), "ping\n");
  await server.process.stdout.match(
    /^client 192\.0\.2\.7:51234 is connected\.\.\. \(worker \d+\)$/,
  );
  using other = await BalancerConnection.open(server.port);
  await other.send("ping\n");
  await other.closed();
  const line = `client ${BALANCER}:${other.port} is rejected: ` +
    "it does not begin with a PROXY header";
  await server.process.stdout.find((text) => text === line ? text : undefined);
});

testProgram(
  "the status tells the client, and whose the balancer's descriptor is",
  async (program) => {
    await using server = await TestServer.start(program, { flags: [...PROXY, "--status", "0"] });
    await using reader = await StatusReader.open(await statusUrlOf(server));
    using connection = await BalancerConnection.open(server.port);
    await connection.send(`${HEADER_1}ping\n`);
    assertEquals(await connection.receive(5), "ping\n");
    const isSeen = ({ processes }: ServerState) =>
      processes.some(({ descriptors }) =>
        descriptors?.some(({ kind, connectionId }) => kind === "tcp" && connectionId === 1)
      );
    const { connections } = await reader.until(isSeen, "descriptor of the connection");
    const { remoteHost, remotePort, proxyHost, proxyPort } = connections[1] ?? {};
    assertEquals([remoteHost, remotePort], ["192.0.2.7", 51_234]);
    assertEquals([proxyHost, proxyPort], [BALANCER, connection.port]);
  },
  { impossible: Deno.build.os === "linux" ? undefined : "no /proc here" },
);

testProgram("the explanation has the number of the balancer's descriptor", async (program) => {
  for (const transport of ["unix", "socket"]) {
    await using server = await TestServer.start(program, {
      flags: [...PROXY, "--log", "explain", "--transport", transport],
    });
    using connection = await BalancerConnection.open(server.port);
    await connection.send(`${HEADER_1}ping\n`);
    assertEquals(await connection.receive(5), "ping\n");
    const { stdout } = server.process;
    const [, descriptor] = await stdout.match(/accept\(\d+\).* gave descriptor (\d+);/);
    await stdout.match(
      new RegExp(
        `recv\\(${descriptor}\\), in 6 calls, gave .* the client is 192\\.0\\.2\\.7:51234`,
      ),
    );
  }
}, { impossible: Deno.build.os === "linux" ? undefined : "no /proc here" });

testProgram("mistakes on purpose are made behind a balancer, too", async (program) => {
  for (const fault of ["parent-keeps-socket", "one-at-a-time", "short-write", "dies-on-reset"]) {
    await using server = await TestServer.start(program, {
      flags: [...PROXY, "--log", "json", "--fault", fault],
    });
    using connection = await BalancerConnection.open(server.port);
    await connection.send(`${HEADER_1}ping\n`);
    assertEquals(await connection.receive(5), "ping\n", fault);
    const { remotePort } = await acceptedOf(server, connection);
    assertEquals(remotePort, 51_234);
    assertEquals(server.process.stderr.text, "");
  }
});

testProgram("metrics count who has told no client", async (program) => {
  await using server = await TestServer.start(program, { flags: [...PROXY, "--status", "0"] });
  const [, url = ""] = await server.process.stdout.match(/^Status page: (http:.*)$/);
  using connection = await BalancerConnection.open(server.port);
  await connection.send("ping\n");
  await connection.closed();
  const counted = 'brood_connections_rejected_total{reason="proxy_header"} 1\n';
  const metrics = async () => await (await fetch(`${url}metrics`)).text();
  // The status process is told a moment later.
  for (let text = await metrics(); !text.includes(counted);) text = await metrics();
});

/** What is wrong on a command line, and what is said of it. */
const WRONG: readonly WrongUsage[] = [
  [["--proxy-from="], /--proxy-from needs a value: CIDR/],
  [["--proxy-from", "10.0.0.0/8,"], /--proxy-from "10\.0\.0\.0\/8,": expected an address or a/],
  [["--proxy-from", "balancer"], /--proxy-from "balancer": expected an address or a network, such/],
  [["--proxy-from", "10.0.0.0/33"], /--proxy-from "10\.0\.0\.0\/33": expected an address or a/],
];

testProgram("a wrong value of --proxy-from is told in one line, with status 2", async (program) => {
  await assertRefused(program, WRONG);
});
