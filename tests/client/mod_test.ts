import { runClient } from "../../client/mod.ts";
import { OperationalError } from "../../ipc/errors.ts";
import { assertRejects } from "../assert.ts";
import { closedPort } from "../support/sockets.ts";

// What it does with standard input and output is for the tests of the whole program: tests/e2e.

Deno.test("runClient() rejects before it reads any input when it cannot connect", async () => {
  const options = {
    hostname: "127.0.0.1",
    port: closedPort(),
    endWord: "END",
    noNewline: false,
    note: false,
    tls: null,
    connectTimeoutMs: 60_000,
    verbose: true,
    load: null,
    language: "en" as const,
  };
  for (const split of [false, true]) {
    const run = () => runClient({ ...options, split });
    await assertRejects(run, OperationalError, "connection refused");
  }
});
