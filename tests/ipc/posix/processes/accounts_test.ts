import { findAccount, findGroup, groupsOf } from "../../../../ipc/posix/processes/accounts.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { posixTest } from "../opened.ts";

posixTest("findAccount() finds a user by name and by number", () => {
  const root = { name: "root", uid: 0, gid: 0 };
  assertEquals([findAccount("root"), findAccount(0)], [root, root]);
});

posixTest("findAccount() and findGroup() return null for who is not there", () => {
  for (const name of ["", "no-such-user", "ro"]) assertEquals(findAccount(name), null);
  assertEquals(findAccount(4_000_000_000), null);
  assertEquals(findGroup("no-such-group"), null);
});

posixTest("what these tell is what id(1) and getent(1) tell, of every user", async () => {
  const run = async (...command: [string, ...string[]]) => {
    const [path, ...args] = command;
    const { stdout } = await new Deno.Command(path, { args }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  const lines = (await run("getent", "passwd")).split("\n").slice(0, 20);
  assert(lines.length > 1);
  for (const line of lines) {
    const [name = "", , uid, gid] = line.split(":");
    const account = findAccount(name);
    assertEquals(account, { name, uid: Number(uid), gid: Number(gid) });
    if (account === null) continue;
    const groups = (await run("id", "-G", name)).split(" ").map(Number);
    assertEquals([...groupsOf(account)].toSorted(), groups.toSorted());
  }
  const [group = "", , gid] = (await run("getent", "group")).split("\n").at(-1)?.split(":") ?? [];
  assertEquals(findGroup(group), Number(gid));
});
