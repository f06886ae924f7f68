/**
 * A server as far as its rendezvous: opens one in `XDG_RUNTIME_DIR`, as often as its argument says. Each time it checks
 * that the hub can be found and listens, also when the others have had their time.
 *
 * @module
 */

import { systemClock } from "../../../../ipc/clock.ts";
import { Rendezvous } from "../../../../server/parent/rendezvous/rendezvous.ts";

for (let opened = 0; opened < Number(Deno.args[0]); opened++) {
  await using rendezvous = await Rendezvous.open(systemClock);
  for (const _ of [1, 2]) {
    await systemClock.sleep(0);
    (await Deno.connect({ transport: "unix", path: rendezvous.folder.hubPath })).close();
  }
}
