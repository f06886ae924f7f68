import { type PageFile, PageFiles } from "../../../../server/status/page/files.ts";
import { assert, assertEquals, assertNotMatch } from "../../../assert.ts";

/** Every file, by its path. */
const FILES = new Map<string, PageFile>();
const files = new PageFiles();
for (const path of files.paths) {
  const file = await files.get(path);
  assert(file !== null, path);
  FILES.set(path, file);
}

Deno.test("there is no file of another path", async () => {
  for (const path of ["/page", "/status/", "/status/page/files.ts", "/..", ""]) {
    assertEquals(await files.get(path), null, path);
  }
});

Deno.test("every file that the page asks for is there", () => {
  const missing: string[] = [];
  for (const [path, { body, contentType }] of FILES) {
    const asked = contentType.startsWith("text/javascript")
      ? body.matchAll(/^(?:import|export)\b[^;]*?\bfrom "([^"]+)"/gms)
      : body.matchAll(/(?:src|href)="(?!data:|\/state\.json)([^"]+)"/g);
    for (const [, name = ""] of asked) {
      const { pathname } = new URL(name, `http://localhost${path}`);
      if (!FILES.has(pathname)) missing.push(`${path} asks for ${name}`);
    }
  }
  assertEquals(missing, []);
});

Deno.test("no file is there that nobody asks for", () => {
  const bodies = [...FILES.values()].map(({ body }) => body).join("\n");
  for (const path of FILES.keys()) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    assert(path === "/" || bodies.includes(`/${name}"`), path);
  }
});

Deno.test("a browser gets modules without types and without names of packages", () => {
  for (const [path, { body, contentType }] of FILES) {
    if (!contentType.startsWith("text/javascript")) continue;
    assertNotMatch(body, /^(?:import|export) type\b|^export interface\b/m, path);
    assertNotMatch(body, /\bfrom "(?!\.|\/)/, path);
  }
});

Deno.test("the page needs no script or style in its markup, and makes none of a client's text", () => {
  const index = FILES.get("/")?.body ?? "";
  assertNotMatch(index, /<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/);
  for (const [path, { body }] of FILES) {
    if (path.startsWith("/status/")) {
      assertNotMatch(body, /innerHTML|\beval\(|insertAdjacent/, path);
    }
  }
});
