import { Echo } from "../../../client/load/echo.ts";
import { VisitError } from "../../../client/load/failure.ts";
import { Pattern } from "../../../client/load/pattern.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const MESSAGE = { connection: 3, position: 640, size: 64 };

/** The bytes of the message from the first to that behind the last. */
function bytesOf(first: number, last: number, pattern = Pattern.TEXT): Uint8Array {
  const bytes = new Uint8Array(last - first);
  pattern.fill(bytes, { connection: 3, position: 640 + first });
  return bytes;
}

/** An echo of which so many bytes have come back, at 1000 ms. The message is sent. */
function echoOf(received: number, pattern = Pattern.TEXT): Echo {
  const echo = new Echo(pattern, MESSAGE);
  echo.isSent = true;
  if (received > 0) echo.take(bytesOf(0, received, pattern), 1000);
  return echo;
}

function told(error: VisitError): readonly [kind: string, reason: string] {
  return [error.kind, error.message];
}

Deno.test("an echo is taken in pieces until nothing is missing", () => {
  const echo = echoOf(10);
  assertEquals(echo.missing, 54);
  echo.take(bytesOf(10, 64), 1001);
  assertEquals(echo.missing, 0);
});

Deno.test("an end of file behind a part of the echo is a short echo, and before it an early end", () => {
  const short = "connection 3 got 12 of 64 bytes back, and was closed";
  assertEquals(told(echoOf(12).closed()), ["shortEcho", short]);
  assertEquals(told(echoOf(0).closed()), [
    "closedEarly",
    "connection 3 was closed after 640 bytes",
  ]);
});

Deno.test("an echo is not short while the message is being sent", () => {
  const echo = echoOf(12);
  echo.isSent = false;
  assertEquals(told(echo.closed()), ["closedEarly", "connection 3 was closed after 652 bytes"]);
  const timeout = new VisitError("timedOut", "no echo");
  assert(echo.explain(timeout, { nowMs: 11_000, timeoutMs: 10_000 }) === timeout);
});

Deno.test("a time that passes behind a part of the echo is a short echo, unless that was still coming", () => {
  const timeout = new VisitError("timedOut", "no echo");
  const time = { nowMs: 6000, timeoutMs: 10_000 };
  const explained = echoOf(12).explain(timeout, time);
  assert(explained instanceof VisitError);
  assertEquals(told(explained), [
    "shortEcho",
    "connection 3 got 12 of 64 bytes back, and no more within 10 s",
  ]);
  assert(echoOf(12).explain(timeout, { ...time, nowMs: 5999 }) === timeout);
  for (const received of [0, 64]) assert(echoOf(received).explain(timeout, time) === timeout);
});

Deno.test("another failure stays what it is", () => {
  const echo = echoOf(12);
  for (const error of [new VisitError("wrongEcho", "as it was"), new RangeError("a bug")]) {
    assert(echo.explain(error, { nowMs: 1e9, timeoutMs: 1 }) === error);
  }
});

Deno.test("an echo with bytes missing in the middle is short", () => {
  const short = "connection 3 got 12 of 64 bytes back, and then those from byte 40 on";
  const bytes = Uint8Array.of(...bytesOf(5, 12), ...bytesOf(40, 64));
  const error = assertThrows(() => echoOf(5).take(bytes, 0), VisitError);
  assertEquals(told(error), ["shortEcho", short]);
});

Deno.test("an echo with a byte changed is wrong, and not short", () => {
  const bytes = bytesOf(5, 64);
  bytes[7] = 0;
  const error = assertThrows(() => echoOf(5).take(bytes, 0), VisitError);
  assertEquals(told(error), ["wrongEcho", "byte 652 of connection 3 came back as 0"]);
});

Deno.test("a short echo that ends before a NUL says so", () => {
  // The first message of a connection that has a NUL in it, and not at its begin.
  const position = 64 *
    Array.from({ length: 100 }, (_, message) => message).findIndex((message) => {
      const bytes = new Uint8Array(64);
      Pattern.BINARY.fill(bytes, { connection: 3, position: message * 64 });
      return bytes.indexOf(0) > 0;
    });
  const bytes = new Uint8Array(64);
  Pattern.BINARY.fill(bytes, { connection: 3, position });
  const nul = bytes.indexOf(0);
  const echo = new Echo(Pattern.BINARY, { connection: 3, position, size: 64 });
  echo.isSent = true;
  echo.take(bytes.subarray(0, nul), 0);
  assertEquals(
    echo.closed().message,
    `connection 3 got ${nul} of 64 bytes back, and was closed (the next one was a NUL, which ends a string in C)`,
  );
});
