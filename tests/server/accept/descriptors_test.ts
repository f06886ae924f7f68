import { UsageError } from "../../../ipc/errors.ts";
import {
  type AskedLimit,
  connectionLimit,
  CONNECTIONS_DEFAULT,
  descriptorLimit,
} from "../../../server/accept/descriptors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

/** What `--max-connections` asks for. */
function asking(value: number | null): AskedLimit {
  return { flag: "--max-connections", value };
}

Deno.test("connectionLimit() allows 40 connections to a user who does not say", () => {
  assertEquals(CONNECTIONS_DEFAULT, 40);
  assertEquals(connectionLimit(asking(null), 1024), 40);
  assertEquals(connectionLimit(asking(null), null), 40);
});

Deno.test("connectionLimit() allows a user who does not say as many as there are descriptors for", () => {
  assertEquals(connectionLimit(asking(null), 64 + 4 * 40), 40);
  assertEquals(connectionLimit(asking(null), 64 + 4 * 40 - 1), 39);
  assertEquals(connectionLimit(asking(null), 64 + 4), 1);
});

Deno.test("connectionLimit() allows one connection, however few descriptors there are", () => {
  for (const descriptors of [64, 10]) {
    assertEquals(connectionLimit(asking(null), descriptors), 1);
    assertEquals(connectionLimit(asking(1), descriptors), 1);
  }
});

Deno.test("connectionLimit() allows what was asked for, up to what there are descriptors for", () => {
  assertEquals(connectionLimit(asking(1), 1024), 1);
  assertEquals(connectionLimit(asking(239), 1024), 239);
  assertEquals(connectionLimit(asking(240), 1024), 240);
});

Deno.test("connectionLimit() allows fewer where each of them has more descriptors", () => {
  assertEquals(connectionLimit({ ...asking(160), extraEach: 2 }, 1024), 160);
  assertThrows(() => connectionLimit({ ...asking(161), extraEach: 2 }, 1024), UsageError);
});

Deno.test("connectionLimit() allows all that was asked for where descriptors have no limit", () => {
  assertEquals(connectionLimit(asking(1_000_000), null), 1_000_000);
});

Deno.test("connectionLimit() refuses more than there are descriptors for, with the numbers", () => {
  const error = assertThrows(() => connectionLimit(asking(241), 1024), UsageError);
  assertEquals(
    error.message,
    "--max-connections 241: this process may open 1024 files, " +
      "enough for 240 connections (see ulimit -n)",
  );
  assertEquals(error.command, "server");
});

Deno.test("descriptorLimit() finds no limit where there is no shell to ask", async () => {
  assertEquals(await descriptorLimit("/nowhere/sh"), null);
});

Deno.test("descriptorLimit() tells the limit of this process, or null where there is none", async () => {
  const limit = await descriptorLimit();
  assert(limit === null || (Number.isInteger(limit) && limit > 0), `${limit}`);
});
