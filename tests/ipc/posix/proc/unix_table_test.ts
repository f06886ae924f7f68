import { parseUnixTable } from "../../../../ipc/posix/proc/unix_table.ts";
import { assertEquals } from "../../../assert.ts";

const HEAD = "Num       RefCount Protocol Flags    Type St Inode Path\n";
const LISTENING = "00000000b11a2d24: 00000002 00000000 00010000 0001 01 3136423 /tmp/a b/w6\n";
const CONNECTED = "000000003758b030: 00000003 00000000 00000000 0001 03 2743786\n";
const WAITING = "0000000000000000: 00000002 00000000 00000000 0005 02     0 @name\n";

Deno.test("parseUnixTable() reads where sockets are bound to, and their states", () => {
  assertEquals(parseUnixTable(HEAD + LISTENING + CONNECTED + WAITING), [
    { inode: 3_136_423, path: "/tmp/a b/w6", state: "LISTEN" },
    { inode: 2_743_786, path: null, state: "CONNECTED" },
    { inode: 0, path: "@name", state: "CONNECTING" },
  ]);
});

Deno.test("parseUnixTable() leaves out a line that is cut off, and what is none", () => {
  for (let end = 0; end < LISTENING.length; end++) {
    assertEquals(
      parseUnixTable(CONNECTED + LISTENING.slice(0, end)).length,
      1,
      LISTENING.slice(0, end),
    );
  }
  assertEquals(parseUnixTable(""), []);
  assertEquals(
    parseUnixTable(LISTENING.replace(" 01 ", " 09 ").replace("00010000", "00000000")),
    [],
  );
});

Deno.test("parseUnixTable() keeps what else a path has in it", () => {
  const path = "/tmp/\r\u2028 00010000 0001 01 1 x";
  assertEquals(parseUnixTable(LISTENING.replace("/tmp/a b/w6", path))[0]?.path, path);
});
