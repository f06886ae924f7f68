/** What comes back to clients that are not ours. */

import { assertEquals } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { manyBytes, MEBIBYTE, sha256 } from "./exchange.ts";
import { RunningProcess } from "./process.ts";
import { testProgram } from "./program.ts";
import { TestServer } from "./server.ts";

testProgram("socat and ncat get 1 MiB back whole", async (program) => {
  await using server = await TestServer.start(program, { flags: ["--quiet"] });
  const bytes = manyBytes(MEBIBYTE);
  await using folder = new TempFolder();
  const path = folder.join("bytes");
  await Deno.writeFile(path, bytes);
  const address = ["127.0.0.1", String(server.port)];
  const clients = [`socat -t60 - TCP:${address.join(":")}`, `ncat ${address.join(" ")}`];
  for (const client of clients) {
    await using shell = new RunningProcess(["sh", "-c", `${client} < ${path} | sha256sum`]);
    await shell.stdout.match(new RegExp(`^${await sha256(bytes)} `));
    assertEquals((await shell.ended()).code, 0);
  }
}, { needs: ["socat", "ncat", "sha256sum"] });
