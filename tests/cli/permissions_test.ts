import { OperationalError } from "../../ipc/errors.ts";
import { giveUpPermissions } from "../../cli/permissions.ts";
import { assertEquals, assertThrows } from "../assert.ts";

Deno.test("giveUpPermissions([]) leaves nothing but what is open", async () => {
  const fixture = new URL("../fixtures/tries_everything.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", fixture],
    stdin: "null",
  }).output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
  const report: Report = JSON.parse(new TextDecoder().decode(stdout));
  const names = Object.keys(report.before);
  assertEquals(report.before, all(names, "allowed"), "each attempt works with the permission");
  assertEquals(report.after, all(names, "refused"));
  assertEquals(report.accepted, "hello");
});

Deno.test("giveUpPermissions([]) throws when a permission is left all the same", () => {
  const { permissions } = Deno;
  // What a module would do that ran before.
  permissions.revokeSync = permissions.querySync;
  try {
    assertThrows(
      () => giveUpPermissions([]),
      OperationalError,
      'Cannot give up the permission "run"',
    );
  } finally {
    Reflect.deleteProperty(permissions, "revokeSync");
  }
});

/** What the fixture writes. */
interface Report {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly accepted: string;
}

function all(names: readonly string[], outcome: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, outcome]));
}
