import { parseLink } from "../../../../ipc/posix/proc/links.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("parseLink() tells sockets, pipes, files and others apart", () => {
  const file = (path: string) => ({ kind: "file" as const, inode: null, path });
  assertEquals(parseLink("socket:[3167346]"), { kind: "socket", inode: 3_167_346, path: null });
  assertEquals(parseLink("pipe:[12]"), { kind: "pipe", inode: 12, path: null });
  assertEquals(parseLink("/dev/null"), file("/dev/null"));
  assertEquals(parseLink("/tmp/a b (deleted)"), file("/tmp/a b (deleted)"));
  const other = "anon_inode:[eventpoll]";
  assertEquals(parseLink(other), { kind: "other", inode: null, path: other });
});

Deno.test("parseLink() takes no file for a socket, whatever its name, and no text that is cut off", () => {
  for (const path of ["/socket:[1]", "/tmp/\nsocket:[1]"]) {
    assertEquals(parseLink(path).kind, "file");
  }
  for (const target of ["", "socket:[12", "socket:[]", "pipe:[1]x", "socket:[x]"]) {
    assertEquals(parseLink(target), { kind: "other", inode: null, path: target });
  }
});
