import { trustOf } from "../../../client/connection/trust.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { assertEquals, assertMatch, assertRejects } from "../../assert.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { NEEDS_OPENSSL, TestCertificates } from "../../support/test_certificates.ts";
import { findMissingTools } from "../../support/tools.ts";

const { reason } = findMissingTools(NEEDS_OPENSSL);

const DAMAGED = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

async function problemOf(caFile: string): Promise<string> {
  const error = await assertRejects(
    () => trustOf({ caFile, isVerified: true }),
    OperationalError,
  );
  return error.message;
}

Deno.test("a file of CAs that is not there, or holds none, is told in a line", async () => {
  await using folder = new TempFolder();
  const path = folder.join("ca.pem");
  assertEquals(await problemOf(path), `Cannot use the CAs in ${path}: no such file or directory`);
  assertEquals(
    await problemOf(folder.path),
    `Cannot use the CAs in ${folder.path}: it is a folder`,
  );
  for (const text of ["", "no certificate", DAMAGED.slice(0, 40)]) {
    await Deno.writeTextFile(path, text);
    assertEquals(
      await problemOf(path),
      `Cannot use the CAs in ${path}: it has no certificate as PEM`,
    );
  }
});

Deno.test({
  name: "a file of CAs that has no end is read to a limit",
  ignore: Deno.build.os === "windows",
  async fn() {
    assertEquals(
      await problemOf("/dev/zero"),
      "Cannot use the CAs in /dev/zero: it is more than any list of CAs has",
    );
  },
});

Deno.test({
  name:
    "CAs are taken as they stand in their file, without what stands between, and a damaged one is told",
  ignore: reason !== null,
  async fn() {
    await using certificates = await TestCertificates.make();
    const pem = await Deno.readTextFile(certificates.ca.cert);
    const path = certificates.folder.join("list.pem");
    await Deno.writeTextFile(path, `# the first\n${pem}# the second\n${pem}`);
    assertEquals(await trustOf({ caFile: path, isVerified: true }), {
      isVerified: true,
      authorities: `${pem.trimEnd()}\n${pem.trimEnd()}`,
    });
    await Deno.writeTextFile(path, pem + DAMAGED);
    assertEquals(
      await problemOf(path),
      `Cannot use the CAs in ${path}: certificate 2 in it is damaged`,
    );
  },
});

Deno.test("nothing is verified only where Deno ends the sending direction alone", async () => {
  const trust = (version: string) => trustOf({ caFile: null, isVerified: false }, version);
  for (const version of ["2.8.0", "2.10.1", "3.0.0"]) {
    assertEquals(await trust(version), { isVerified: false, authorities: null });
  }
  for (const version of ["2.6.10", "1.46.3"]) {
    const { message } = await assertRejects(() => trust(version), OperationalError);
    assertMatch(message, /^--insecure needs Deno 2\.8 or later, and this is \d+\.\d+\.\d+: /);
  }
  assertEquals((await trustOf({ caFile: null, isVerified: true }, "2.6.0")).isVerified, true);
});
