import { PageFile } from "../../../../client/load/report/page_file.ts";
import { OperationalError } from "../../../../ipc/errors.ts";
import { assert, assertEquals, assertRejects } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";

async function assertRefused(path: string, message: string): Promise<void> {
  const error = await assertRejects(() => PageFile.open(path), OperationalError);
  assertEquals(error.message, `Cannot write ${path}: ${message}`);
}

async function makeFifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
}

Deno.test("a page is nowhere before it is written, and whole then", async () => {
  await using folder = new TempFolder();
  using page = await PageFile.open(folder.join("page.html"));
  assertEquals(folder.names(), []);
  await page.write("<html>ä");
  assertEquals(folder.names(), ["page.html"]);
  assertEquals(await Deno.readTextFile(folder.join("page.html")), "<html>ä");
});

Deno.test("a page replaces what was in its file, which keeps it until then, and its mode", async () => {
  await using folder = new TempFolder();
  const path = folder.join("page.html");
  await Deno.writeTextFile(path, "x".repeat(1000), { mode: 0o600 });
  const reader = await Deno.open(path);
  using page = await PageFile.open(path);
  assertEquals((await Deno.readTextFile(path)).length, 1000);
  await page.write("new");
  assertEquals(await Deno.readTextFile(path), "new");
  assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  // In one step: who reads the old one reads all of it.
  assertEquals((await new Response(reader.readable).text()).length, 1000);
  assertEquals(folder.names(), ["page.html"]);
});

Deno.test("a page goes where a link points to, and the link stays", async () => {
  await using folder = new TempFolder();
  await Deno.mkdir(folder.join("there"));
  await Deno.writeTextFile(folder.join("there/page.html"), "old");
  await Deno.symlink("there/page.html", folder.join("link"));
  using page = await PageFile.open(folder.join("link"));
  await page.write("new");
  assertEquals(await Deno.readTextFile(folder.join("there/page.html")), "new");
  assert((await Deno.lstat(folder.join("link"))).isSymlink);
});

Deno.test("a page that cannot be written leaves what was there, and nothing else", async () => {
  await using folder = new TempFolder();
  const path = folder.join("page.html");
  using page = await PageFile.open(path);
  await Deno.mkdir(path);
  const error = await assertRejects(() => page.write("new"), OperationalError);
  assertEquals(error.message, `Cannot write ${path}: it is a folder`);
  assertEquals([folder.names(), (await Deno.stat(path)).isDirectory], [["page.html"], true]);
});

Deno.test("a page that can be nowhere is told when it is opened", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.join("file"), "");
  await assertRefused(folder.path, "it is a folder");
  await assertRefused(folder.join("missing/page.html"), "no such file or directory");
  await assertRefused(folder.join("file/page.html"), "not a directory");
  assertEquals(folder.names(), ["file"]);
});

Deno.test({
  name: "a page that Deno's permissions do not allow is told when it is opened",
  permissions: { read: ["/tmp"], write: false },
  async fn() {
    await assertRefused(
      "/tmp/page.html",
      "Deno's permissions do not allow it (--allow-read, --allow-write)",
    );
  },
});

Deno.test("a pipe that nobody reads is told when it is opened", async () => {
  await using folder = new TempFolder();
  await makeFifo(folder.join("pipe"));
  await assertRefused(folder.join("pipe"), "no such device, or a pipe that nobody reads");
});

Deno.test("a pipe takes the page, and its end", async () => {
  await using folder = new TempFolder();
  const path = folder.join("pipe");
  await makeFifo(path);
  const child = new Deno.Command("cat", { args: [path], stdout: "piped" }).spawn();
  const received = child.output();
  // The reader is there when a writer may open the pipe.
  const file = await Deno.open(path, { write: true });
  {
    using page = await PageFile.open(path);
    file.close();
    await page.write("x".repeat(200_000));
  }
  assertEquals((await received).stdout.length, 200_000);
  assert((await Deno.stat(path)).isFifo);
});

Deno.test("a pipe whose reader has gone since is told", async () => {
  await using folder = new TempFolder();
  const path = folder.join("pipe");
  await makeFifo(path);
  const reader = await Deno.open(path, { read: true, write: true });
  using page = await PageFile.open(path);
  reader.close();
  const error = await assertRejects(() => page.write("new"), OperationalError);
  assertEquals(error.message, `Cannot write ${path}: broken pipe: nobody reads it any more`);
});

Deno.test("a device takes the page, and stays what it is", async () => {
  using page = await PageFile.open("/dev/null");
  await page.write("new");
  assert((await Deno.stat("/dev/null")).isCharDevice);
});
