import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import config from "../../../deno.json" with { type: "json" };
import { ROOT } from "../../../tools/compile_options.ts";
import { makeHandlerPackage } from "../../../tools/release/handler_package.ts";
import { assertEquals, assertStringIncludes } from "../../assert.ts";
import { runToEnd } from "../../e2e/process.ts";
import { TempFolder } from "../../support/temp_folder.ts";
import { findMissingTools } from "../../support/tools.ts";

/** A handler as somebody writes it who has the package. */
const HANDLER = `import type { Connection, Handler } from "@brood/brood/handler";

const greet: Handler = async (connection: Connection) => {
  const { hostname, port } = connection.remoteAddr;
  for await (const name of connection.lines({ maxBytes: 100 })) {
    const written: number = await connection.write(\`Hello, \${name.trim()} at \${hostname}:\${port + 0}\`);
    if (written === 0 || connection.signal.aborted) await connection.closeWrite();
  }
};
export default greet;
`;

/** What the compiler says of sources, which find packages in a `node_modules`. It checks their declarations too. */
function check(paths: readonly string[], resolution: "bundler" | "nodenext"): string[] {
  const isBundler = resolution === "bundler";
  const program = ts.createProgram(paths, {
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
    module: isBundler ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext,
    moduleResolution: isBundler
      ? ts.ModuleResolutionKind.Bundler
      : ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
    skipDefaultLibCheck: true,
    strict: true,
    target: ts.ScriptTarget.ESNext,
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
    `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`
  );
}

const tools = findMissingTools(["npm", "tar"]);

Deno.test({
  name: "a handler in TypeScript is checked with the types that npm packs",
  ignore: tools.reason !== null,
  async fn() {
    if (tools.missing !== "") throw new Error(`In CI ${tools.missing} must be installed`);
    await using folder = new TempFolder();
    await makeHandlerPackage(folder.join("package"));
    const packed = await runToEnd(
      ["npm", "pack", "--json", "--pack-destination", folder.path, folder.join("package")],
      { env: { npm_config_cache: folder.join("cache"), npm_config_update_notifier: "false" } },
    );
    assertEquals(packed.status, 0, packed.stderr);
    const [{ filename, files }]: [{ filename: string; files: { path: string }[] }] = JSON.parse(
      packed.stdout,
    );
    assertEquals(filename, `brood-brood-${config.version}.tgz`);
    const paths = files.map(({ path }) => path);
    const others = paths.filter((path) => !path.endsWith(".d.ts"));
    assertEquals(others.toSorted(), ["LICENSE", "package.json"]);

    const installed = folder.join("node_modules/@brood/brood");
    await Deno.mkdir(installed, { recursive: true });
    const unpack = ["tar", "-xzf", folder.join(filename), "-C", installed, "--strip-components=1"];
    assertEquals((await runToEnd(unpack)).status, 0);
    await Deno.writeTextFile(folder.join("package.json"), '{ "type": "module" }');
    const [right, wrong] = [folder.join("right.ts"), folder.join("wrong.ts")];
    await Deno.writeTextFile(right, HANDLER);
    await Deno.writeTextFile(wrong, HANDLER.replace("connection.write(", "connection.send("));
    for (const resolution of ["bundler", "nodenext"] as const) {
      const [mistake, ...others] = check([right, wrong], resolution);
      const told = `${wrong}: Property 'send' does not exist on type 'Connection'.`;
      assertEquals([mistake, others], [told, []], resolution);
    }
  },
});

Deno.test("the package's declarations say what the source says", async () => {
  await using folder = new TempFolder();
  await makeHandlerPackage(folder.path);
  const declared = await Deno.readTextFile(folder.join("server/handlers/handler.d.ts"));
  const source = await Deno.readTextFile(join(ROOT, "server/handlers/handler.ts"));
  const plain = (text: string) => text.replace(/\s+/g, " ").trim();
  for (const line of source.split("\n").filter((line) => /^\s+\* /.test(line))) {
    assertStringIncludes(plain(declared), plain(line));
  }
});

Deno.test("deno publish finds nothing that keeps the package from JSR", async () => {
  const args = ["publish", "--dry-run", "--allow-dirty", "--config", join(ROOT, "deno.json")];
  const { status, stdout, stderr } = await runToEnd([Deno.execPath(), ...args]);
  assertEquals(status, 0, stderr);
  const told = stdout + stderr;
  assertStringIncludes(told, `of @brood/brood@${config.version} with files`);
  const root = pathToFileURL(ROOT).href;
  const files = Array.from(
    told.matchAll(/^ +(file:\S+) \(/gm),
    ([, url = ""]) => url.replace(root, ""),
  );
  assertEquals(files.filter((file) => file === "server/handlers/handler.ts").length, 1, told);
  assertEquals(files.filter((file) => /^(tests|tools|bench|\.)/.test(file)), []);
});
