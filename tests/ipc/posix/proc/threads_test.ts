import { isOwnedBy, parseOwner, threadOwners } from "../../../../ipc/posix/proc/threads.ts";
import { assert, assertEquals, assertThrows } from "../../../assert.ts";
import { posixTest } from "../opened.ts";

const STATUS = `Name:\tdeno
Umask:\t0022
Uid:\t1000\t1001\t1002\t1003
Gid:\t100\t101\t102\t103
FDSize:\t64
Groups:\t4 27 100 
CapInh:\t0000000000000000
CapPrm:\t0000000000000400
CapEff:\t0000000000000000
`;

Deno.test("parseOwner() reads users, groups and whether there is a capability", () => {
  assertEquals(parseOwner(STATUS), {
    uids: [1000, 1001, 1002, 1003],
    gids: [100, 101, 102, 103],
    groups: [4, 27, 100],
    hasCapabilities: true,
  });
});

Deno.test("parseOwner() knows a thread without groups and capabilities", () => {
  const status = STATUS.replace("4 27 100 ", " ").replace("400", "000");
  const { groups, hasCapabilities } = parseOwner(status);
  assertEquals([groups, hasCapabilities], [[], false]);
});

Deno.test("parseOwner() throws where the status does not say whose the thread is", () => {
  assertThrows(() => parseOwner(STATUS.replace("Groups", "Group")), TypeError);
});

Deno.test("isOwnedBy() is true of a thread that is that user's in every way", () => {
  const one = (id: number) => [id, id, id, id];
  const owner = { uids: one(7), gids: one(8), groups: [9, 4], hasCapabilities: false };
  assert(isOwnedBy(owner, { uid: 7, gid: 8, groups: [4, 9] }));
  assert(isOwnedBy(owner, { uid: 7, gid: 8, groups: [8, 4, 9] }));
  assert(isOwnedBy({ ...owner, groups: [8, 9, 4] }, { uid: 7, gid: 8, groups: [4, 9] }));
  for (const at of [0, 1, 2, 3]) {
    const uids = one(7).with(at, 0);
    assert(!isOwnedBy({ ...owner, uids }, { uid: 7, gid: 8, groups: [4, 9] }));
    const gids = one(8).with(at, 0);
    assert(!isOwnedBy({ ...owner, gids }, { uid: 7, gid: 8, groups: [4, 9] }));
  }
  assert(!isOwnedBy(owner, { uid: 7, gid: 8, groups: [4] }));
  assert(!isOwnedBy(owner, { uid: 7, gid: 8, groups: [4, 9, 10] }));
});

posixTest("threadOwners() tells of every thread of this process", () => {
  const owners = threadOwners();
  assertEquals(owners.length, [...Deno.readDirSync("/proc/self/task")].length);
  assert(owners.length > 1);
  for (const { uids, gids } of owners) {
    assertEquals([uids[0], gids[0]], [Deno.uid(), Deno.gid()]);
    assertEquals([uids.length, gids.length], [4, 4]);
  }
});
