import { parseTcpTable, parseTcpTableAt } from "../../../../ipc/posix/proc/tcp_table.ts";
import { assertEquals } from "../../../assert.ts";

const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const LISTENING =
  "   0: 0100007F:2328 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000        0 3144063 3 0 100 0 0 10 0\n";
const CONNECTED =
  "  12: 0100007F:A054 0200000A:2328 01 0000001F:00000100 01:00000014 00000000     0        0 3144064 2 0 20 0 0 10 -1\n";
const OF_IPV6 =
  "   0: B80D0120000000000000000001000000:0050 0000000000000000FFFF00000100007F:FFFF 08 00000000:00000000 00:00000000 00000000   33        0 77 1 0 100 0 0 10 0\n";

Deno.test("parseTcpTable() reads a socket that listens, and the length of its queue", () => {
  assertEquals(parseTcpTable(HEAD + LISTENING), [{
    inode: 3_144_063,
    local: { hostname: "127.0.0.1", port: 9000 },
    remote: { hostname: "0.0.0.0", port: 0 },
    state: "LISTEN",
    receiveQueue: 2,
    sendQueue: 0,
    uid: 1000,
  }]);
});

Deno.test("parseTcpTable() reads a connection, and what is to be sent and to be read", () => {
  assertEquals(parseTcpTable(HEAD + LISTENING + CONNECTED)[1], {
    inode: 3_144_064,
    local: { hostname: "127.0.0.1", port: 41_044 },
    remote: { hostname: "10.0.0.2", port: 9000 },
    state: "ESTABLISHED",
    receiveQueue: 256,
    sendQueue: 31,
    uid: 0,
  });
});

Deno.test("parseTcpTable() reads addresses of IPv6, and those of IPv4 as what they are", () => {
  const [socket] = parseTcpTable(OF_IPV6);
  assertEquals(socket?.local, { hostname: "2001:db8::1", port: 80 });
  assertEquals(socket?.remote, { hostname: "127.0.0.1", port: 65_535 });
  assertEquals([socket?.state, socket?.uid, socket?.inode], ["CLOSE_WAIT", 33, 77]);
});

Deno.test("parseTcpTable() has a name for each state of the kernel, and leaves out what is none", () => {
  const codes = Array.from(
    { length: 14 },
    (_, code) => code.toString(16).padStart(2, "0").toUpperCase(),
  );
  const table = codes.map((code) => LISTENING.replace(" 0A ", ` ${code} `)).join("");
  const states =
    "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN " +
    "CLOSING NEW_SYN_RECV";
  assertEquals(parseTcpTable(table).map(({ state }) => state).join(" "), states);
});

Deno.test("parseTcpTable() leaves out a line that is cut off, and what is none", () => {
  const inodeEnd = LISTENING.indexOf(" 3 0 100");
  for (let end = 0; end <= inodeEnd; end++) {
    assertEquals(
      parseTcpTable(CONNECTED + LISTENING.slice(0, end)).length,
      1,
      LISTENING.slice(0, end),
    );
  }
  assertEquals(parseTcpTable(""), []);
  assertEquals(parseTcpTable(HEAD), []);
  assertEquals(parseTcpTable(LISTENING.replace("0100007F", "0100007F01")), []);
  assertEquals(parseTcpTable(LISTENING.replace("0100007F", "0100007G")), []);
});

Deno.test("parseTcpTableAt() reads the sockets whose own end has that port, as parseTcpTable() does", () => {
  const table = HEAD + LISTENING + CONNECTED + OF_IPV6;
  const [listening, connected, ofIpv6] = parseTcpTable(table);
  // The other end of the connection has the port of the socket that listens.
  assertEquals(parseTcpTableAt(9000, table)[0], listening);
  assertEquals(parseTcpTableAt(41_044, table)[0], connected);
  assertEquals(parseTcpTableAt(80, table)[0], ofIpv6);
  const counts = [9000, 41_044, 80, 0].map((port) => parseTcpTableAt(port, table).length);
  assertEquals(counts, [1, 1, 1, 0]);
});
