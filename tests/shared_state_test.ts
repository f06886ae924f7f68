/** The files of the tests run as threads of one process: none changes what that has but once. */

import { assertEquals } from "./assert.ts";

/** What belongs to the process: its environment, its working directory, its mask. */
const CHANGES = /\bDeno\.(env\.(set|delete)|chdir|umask)\(|\bprocess\.(env\b.* = |chdir|umask)/;

/** Those that a process of their own runs: handlers of a worker. */
const FIXTURES = new URL("fixtures/", import.meta.url).href;

async function* sourcesBelow(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    const url = new URL(entry.isDirectory ? `${entry.name}/` : entry.name, folder);
    if (url.href === import.meta.url || url.href === FIXTURES) continue;
    if (entry.isDirectory) yield* sourcesBelow(url);
    else if (entry.name.endsWith(".ts")) yield url;
  }
}

Deno.test("no test changes what the tests of other files share with it", async () => {
  const changing: string[] = [];
  for await (const url of sourcesBelow(new URL("./", import.meta.url))) {
    const lines = (await Deno.readTextFile(url)).split("\n");
    for (const [index, line] of lines.entries()) {
      if (CHANGES.test(line)) changing.push(`${url.pathname}:${index + 1}`);
    }
  }
  assertEquals(changing, []);
});
