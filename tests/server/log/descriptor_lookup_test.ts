import { plainAddress } from "../../../ipc/address.ts";
import { openDescriptorLookup } from "../../../server/log/descriptor_lookup.ts";
import { assertEquals } from "../../assert.ts";
import { posixTest } from "../../ipc/posix/opened.ts";
import { TempFolder } from "../../support/temp_folder.ts";

/** What a descriptor of this process is of: `socket:[7314278]`. */
async function linkOf(number: number | null): Promise<string> {
  const command = new Deno.Command("readlink", { args: [`/proc/${Deno.pid}/fd/${number}`] });
  return new TextDecoder().decode((await command.output()).stdout).trim();
}

posixTest(
  "a lookup finds the numbers of Deno's TCP sockets, and who waits in the queue",
  async () => {
    const lookup = await openDescriptorLookup();
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const number = lookup.listening(port);
    assertEquals((await linkOf(number)).startsWith("socket:"), true);
    assertEquals(lookup.waitingAt(number ?? -1), 0);

    using client = await Deno.connect({ port });
    assertEquals(lookup.waitingAt(number ?? -1), 1);
    using server = await listener.accept();
    assertEquals(lookup.waitingAt(number ?? -1), 0);
    const accepted = lookup.connectedTo(server.remoteAddr);
    const connected = lookup.connectedTo(client.remoteAddr);
    const numbers = [number, accepted, connected];
    assertEquals(new Set(numbers.filter((each) => each !== null)).size, 3, "each has its own");
  },
);

posixTest("a lookup finds the number of what is connected to a Unix-domain socket", async () => {
  await using folder = new TempFolder();
  const path = folder.join("w1");
  const lookup = await openDescriptorLookup();
  using listener = Deno.listen({ transport: "unix", path });
  assertEquals(lookup.connectedToPath(path), null, "what listens there is not connected to it");
  const [client] = await Promise.all([Deno.connect({ transport: "unix", path }), accept(listener)]);
  const number = lookup.connectedToPath(path);
  assertEquals((await linkOf(number)).startsWith("socket:"), true);
  client.close();
  assertEquals(lookup.connectedToPath(path), null);
});

async function accept(listener: Deno.UnixListener): Promise<void> {
  (await listener.accept()).close();
}

for (const [hostname, to] of [["::1", "::1"], ["::", "127.0.0.1"]] as const) {
  posixTest(`a lookup finds what a socket on ${hostname} has accepted from ${to}`, async () => {
    const lookup = await openDescriptorLookup();
    using listener = Deno.listen({ hostname, port: 0 });
    using _client = await Deno.connect({ hostname: to, port: listener.addr.port });
    using server = await listener.accept();
    const { remoteAddr } = server;
    const number = lookup.connectedTo({
      ...remoteAddr,
      hostname: plainAddress(remoteAddr.hostname),
    });
    assertEquals((await linkOf(number)).startsWith("socket:"), true, remoteAddr.hostname);
  });
}

posixTest("a lookup finds nothing where there is nothing", async () => {
  const lookup = await openDescriptorLookup();
  assertEquals(lookup.listening(1), null);
  assertEquals(lookup.connectedTo({ hostname: "127.0.0.1", port: 1 }), null);
  assertEquals(lookup.waitingAt(0), null);
});
