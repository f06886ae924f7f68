/**
 * The SBOM of a binary: what it is made of, in CycloneDX's JSON (https://cyclonedx.org), for programs that look for
 * parts with known faults.
 *
 * @module
 */

import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { Package } from "./shipped.ts";

/** What a binary is made of. */
export interface Parts {
  /** Brood's version. */
  readonly version: string;
  /** The version of Deno's runtime. */
  readonly runtime: string;
  /** The packages that the program imports itself, as `name@version`. */
  readonly direct: readonly string[];
  /** All packages in it. */
  readonly packages: readonly Package[];
}

/** The document as text. */
export function sbomOf({ version, runtime, direct, packages }: Parts): string {
  const program = new Models.Component(Enums.ComponentType.Application, "brood", {
    version,
    bomRef: `brood@${version}`,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense("MIT")]),
  });
  const deno = new Models.Component(Enums.ComponentType.Platform, "deno", {
    version: runtime,
    bomRef: `deno@${runtime}`,
    purl: `pkg:github/denoland/deno@v${runtime}`,
  });
  const components = new Map(packages.map((part) => {
    const component = componentOf(part);
    return [component.bomRef.value, component];
  }));
  const refsOf = (keys: readonly string[]) =>
    keys.flatMap((key) => components.get(key)?.bomRef ?? []);
  for (const part of packages) {
    const { dependencies } = components.get(`${part.name}@${part.version}`) ?? {};
    for (const ref of refsOf(part.dependencies)) dependencies?.add(ref);
  }
  for (const ref of [deno.bomRef, ...refsOf(direct)]) program.dependencies.add(ref);
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${crypto.randomUUID()}`,
    metadata: new Models.Metadata({ component: program }),
    components: new Models.ComponentRepository([deno, ...components.values()]),
  });
  const serializer = new Serialize.JsonSerializer(
    new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
  );
  return serializer.serialize(bom, { sortLists: true, space: 2 }) + "\n";
}

function componentOf({ name, version, integrity }: Package): Models.Component {
  const [scope, bare] = name.startsWith("@") ? name.split("/") : [undefined, name];
  const [, algorithm = "", hash = ""] = /^(sha\d+)-(.+)$/.exec(integrity) ?? [];
  return new Models.Component(Enums.ComponentType.Library, bare ?? name, {
    group: scope,
    version,
    bomRef: `${name}@${version}`,
    // The scope's @ is the only character of a name that a purl has in another form.
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    hashes: new Models.HashDictionary([[
      algorithm === "sha512" ? Enums.HashAlgorithm["SHA-512"] : Enums.HashAlgorithm["SHA-1"],
      Uint8Array.fromBase64(hash).toHex(),
    ]]),
  });
}
