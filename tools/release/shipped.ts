/**
 * The packages whose code may be in the binary: those that the program imports, and what these depend on. Tests and
 * tools import others.
 *
 * @module
 */

import { OperationalError } from "../../ipc/errors.ts";
import { failureReason } from "../deno_command.ts";

/** A package as the lock file pins it. */
export interface Package {
  /** Its name, with its scope. */
  readonly name: string;
  /** Its exact version. */
  readonly version: string;
  /** The hash of what npm has, as `sha512-` and base64. */
  readonly integrity: string;
  /** Those it depends on, as `name@version`. */
  readonly dependencies: readonly string[];
}

/** What is read of `deno.lock`. */
export interface Lock {
  /** The packages by `name@version`. A dependency is told by its name alone where there is one version of it. */
  readonly npm: Readonly<
    Record<string, { readonly integrity: string; readonly dependencies?: readonly string[] }>
  >;
}

/** The packages of the lock file that these, named as `name@version`, need; they themselves are among them. */
export function closureOf(direct: readonly string[], lock: Lock): readonly Package[] {
  const found = new Map<string, Package>();
  const left = [...direct];
  for (let next; (next = left.pop()) !== undefined;) {
    const key = keyOf(next, lock);
    if (found.has(key)) continue;
    const { integrity = "", dependencies = [] } = lock.npm[key] ?? {};
    const keys = dependencies.map((dependency) => keyOf(dependency, lock));
    // The first character may be that of a scope.
    const at = key.indexOf("@", 1);
    const [name, version] = [key.slice(0, at), key.slice(at + 1)];
    found.set(key, { name, version, integrity, dependencies: keys });
    left.push(...keys);
  }
  return [...found.values()].toSorted((one, other) => one.name < other.name ? -1 : 1);
}

function keyOf(dependency: string, lock: Lock): string {
  const keys = Object.keys(lock.npm).filter((key) =>
    key === dependency || key.startsWith(`${dependency}@`)
  );
  const [key] = keys;
  if (key !== undefined && keys.length === 1) return key;
  throw new OperationalError(`Cannot find ${dependency} in deno.lock: it has ${keys.length} such`);
}

/** The packages that the program's modules import, as `name@version`, by `deno info`. */
export async function importedPackages(root: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (code !== 0) {
    const reason = failureReason(new TextDecoder().decode(stderr));
    throw new OperationalError(`Cannot tell what main.ts imports: ${reason}`);
  }
  const { modules }: { modules: readonly { readonly specifier: string }[] } = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  // Such as `npm:/@scope/name@1.0.0/file.js`.
  const names = modules.flatMap(({ specifier }) =>
    /^npm:\/((?:@[^/]+\/)?[^@/]+@[^/]+)/.exec(specifier)?.slice(1) ?? []
  );
  return [...new Set(names)].toSorted();
}
