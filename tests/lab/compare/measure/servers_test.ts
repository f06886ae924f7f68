import config from "../../../../deno.json" with { type: "json" };
import { sourceOf } from "../../../../lab/compare/measure/c_programs.ts";
import { SERVER_RUN } from "../../../../lab/compare/measure/server_command.ts";
import { MODELS } from "../../../../lab/compare/models.ts";
import { parseServerOptions } from "../../../../server/command.ts";
import { assert, assertEquals, assertStringIncludes } from "../../../assert.ts";

Deno.test("a server from source is started as deno task server does", () => {
  const [deno, ...words] = config.tasks.server.command.split(" ");
  assertEquals(deno, "deno");
  assertEquals(words.slice(0, -2), [...SERVER_RUN]);
});

for (const { id, serving } of MODELS) {
  Deno.test(`the server takes the flags of the model ${id}`, () => {
    const flags = serving.kind === "brood" ? serving.flags(64) : [];
    const options = parseServerOptions([...flags, "--quiet", "--grace", "0", "0"]);
    assert(typeof options !== "string");
    // Enough for all clients at once.
    if (serving.kind === "brood" && id !== "iterative") assert((options.maxConnections ?? 0) >= 64);
  });
}

for (const program of ["iterative_server", "fork_server_sigchld"] as const) {
  Deno.test(`${program}.c is measured without what it prints of a message, on loopback`, async () => {
    const path = new URL(`../../../../examples/c/${program}.c`, import.meta.url);
    const lines = (await Deno.readTextFile(path)).split("\n");
    const source = sourceOf(program);
    const missing = lines.filter((line) => !source.split("\n").includes(line)).map((line) =>
      line.trim()
    );
    assertEquals(missing, [
      "address.sin_addr.s_addr = htonl(INADDR_ANY);",
      "print_message(port, buffer, count);",
    ]);
    assertStringIncludes(source, "htonl(INADDR_LOOPBACK)");
  });
}
