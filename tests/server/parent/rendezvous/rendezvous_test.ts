import { systemClock } from "../../../../ipc/clock.ts";
import { Rendezvous } from "../../../../server/parent/rendezvous/rendezvous.ts";
import { assertEquals } from "../../../assert.ts";
import { replaceEnv } from "../../../support/replaced_env.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { replaceDeno } from "../../replaced_deno.ts";

/** A command that opens homes in a folder, one after the other, and closes them. */
function opening(times: number, parent: string): Deno.Command {
  const child = new URL("rendezvous_child.ts", import.meta.url).href;
  const args = ["run", "-A", "--no-prompt", "--no-code-cache", child, String(times)];
  const env = { XDG_RUNTIME_DIR: parent, NO_COLOR: "1" };
  return new Deno.Command(Deno.execPath(), { args, env, stdin: "null", stdout: "null" });
}

async function openRendezvousIn(parent: string): Promise<Rendezvous> {
  using _ = replaceEnv({ XDG_RUNTIME_DIR: parent });
  return await Rendezvous.open(systemClock);
}

Deno.test("Rendezvous.open() makes a hub that listens, and disposing it leaves nothing", async () => {
  await using parent = new TempFolder();
  {
    await using rendezvous = await openRendezvousIn(parent.path);
    const [name = ""] = parent.names();
    assertEquals([...Deno.readDirSync(parent.join(name))].map(({ name }) => name), ["hub"]);
    (await Deno.connect({ transport: "unix", path: rendezvous.folder.hubPath })).close();
  }
  assertEquals(parent.names(), []);
});

Deno.test("a server that starts takes no other's folder whose hub is bound and does not listen yet", async () => {
  await using parent = new TempFolder();
  const { listen } = Deno;
  using _ = replaceDeno("listen", ({ path }: Deno.UnixListenOptions) => {
    // What bind(2) makes, before listen(2): a socket that refuses. Deno removes a socket that it closes where it is.
    const bound = listen({ transport: "unix", path: `${path}.bound` });
    Deno.renameSync(`${path}.bound`, path);
    bound.close();
    const { success, stderr } = opening(1, parent.path).outputSync();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    Deno.removeSync(path);
    return listen({ transport: "unix", path });
  });
  await using rendezvous = await openRendezvousIn(parent.path);
  (await Deno.connect({ transport: "unix", path: rendezvous.folder.hubPath })).close();
});

Deno.test("servers that start and end at once leave each other's folders alone", async () => {
  await using parent = new TempFolder();
  const ended = await Promise.all(
    Array.from({ length: 12 }, () => opening(25, parent.path).output()),
  );
  for (const { success, stderr } of ended) {
    assertEquals(success, true, new TextDecoder().decode(stderr));
  }
  assertEquals(parent.names(), []);
});
