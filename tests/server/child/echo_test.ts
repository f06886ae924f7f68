import { echo } from "../../../server/child/echo.ts";
import { assertEquals, assertRejects } from "../../assert.ts";
import { bytesOf, readAll, receive, send } from "../../support/bytes.ts";
import { ResettablePair, TcpPair } from "../../support/sockets.ts";

Deno.test("echo() sends back each message as it comes", async () => {
  using pair = await TcpPair.open();
  const echoed = echo(pair.server);
  for (const message of ["hello\n", "안녕\0", "\r\n"]) {
    await send(pair.client, message);
    const { length } = bytesOf(message);
    assertEquals(await receive(pair.client, length), message);
  }
  await pair.client.closeWrite();
  await echoed;
});

Deno.test("echo() passes the end of file on after the last byte", async () => {
  using pair = await TcpPair.open();
  const echoed = echo(pair.server);
  await send(pair.client, "the last words");
  await pair.client.closeWrite();
  assertEquals(await readAll(pair.client), "the last words");
  await echoed;
});

Deno.test("echo() sends back more than the kernel holds", async () => {
  using pair = await TcpPair.open();
  const echoed = echo(pair.server);
  const text = "0123456789abcdef".repeat(512 * 1024);
  const sent = send(pair.client, text).then(() => pair.client.closeWrite());
  assertEquals(await readAll(pair.client) === text, true, "the bytes came back changed");
  await Promise.all([sent, echoed]);
});

Deno.test("echo() rejects with the stream's error when the client resets the connection", async () => {
  using pair = await ResettablePair.open();
  const rejected = assertRejects(
    () => echo(pair.conn),
    Deno.errors.ConnectionReset,
  );
  await pair.reset();
  await rejected;
});
