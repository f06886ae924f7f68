/**
 * Installs a binary with the script that users run on this platform, from a release on the loopback interface.
 *
 * @module
 */

import { join } from "node:path";
import { OperationalError } from "../../ipc/errors.ts";
import { runToEnd } from "../../tests/e2e/process.ts";
import { ROOT } from "../compile_options.ts";
import { sumOf } from "./checksums.ts";
import { PLATFORMS } from "./platforms.ts";

/** Rejects with {@linkcode OperationalError} if the binary is not where the script puts it, or not the same. */
export async function tryInstallation(binary: string): Promise<void> {
  const { binary: name } = PLATFORMS.find(({ target }) => target === Deno.build.target) ?? {};
  if (name === undefined) throw new OperationalError(`no release is for ${Deno.build.target}`);
  const sum = await sumOf(binary);
  const isWindows = Deno.build.os === "windows";
  const folder = await Deno.makeTempDir({ prefix: "brood_install_" });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/SHA256SUMS") return new Response(`${sum}  ${name}\n`);
      if (pathname !== `/${name}`) return new Response(null, { status: 404 });
      return new Response((await Deno.open(binary)).readable);
    },
  );
  try {
    const script = (extension: string) => join(ROOT, "install", `install.${extension}`);
    const command = isWindows
      ? ["powershell", "-NoProfile", "-ExecutionPolicy", "Bypass", "-File", script("ps1")]
      : ["sh", script("sh")];
    const { status, stderr } = await runToEnd(command, {
      env: { BROOD_RELEASE: `http://127.0.0.1:${server.addr.port}`, BROOD_INSTALL: folder },
    });
    if (status !== 0) throw new OperationalError(`status ${status}, ${stderr.trim()}`);
    const installed = await sumOf(join(folder, isWindows ? "brood.exe" : "brood"));
    if (installed !== sum) throw new OperationalError(`the SHA-256 sum is ${installed} then`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
