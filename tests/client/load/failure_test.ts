import { HandshakeError, TruncatedError } from "../../../client/connection/tls_errors.ts";
import { StreamError } from "../../../ipc/errors.ts";
import {
  FAILURE_KINDS,
  type FailureKind,
  failureOf,
  VisitError,
} from "../../../client/load/failure.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { systemError } from "../../support/system_error.ts";

/** What the operating system says, what it counts as, and the words for it. */
const ERRORS: readonly (readonly [errno: string, kind: FailureKind, reason: string])[] = [
  ["ECONNREFUSED", "refused", "connection refused"],
  ["ECONNRESET", "reset", "connection reset by the other side"],
  ["EPIPE", "reset", "broken pipe: nobody reads it any more"],
  ["ECONNABORTED", "reset", "ECONNABORTED"],
  ["ETIMEDOUT", "timedOut", "timed out"],
  ["EHOSTUNREACH", "unreachable", "no route to that host"],
  ["ENETUNREACH", "unreachable", "network is unreachable"],
  ["EADDRNOTAVAIL", "noPort", "this machine has no such address"],
  ["EMFILE", "noDescriptor", "too many open files in this process (see ulimit -n)"],
  ["ENFILE", "noDescriptor", "too many open files in the system"],
  ["EACCES", "other", "permission denied"],
  ["EWHATEVER", "other", "EWHATEVER"],
];

for (const [errno, kind, reason] of ERRORS) {
  Deno.test(`${errno} counts as ${kind}, and is told as ${reason}`, () => {
    assertEquals(failureOf(systemError(errno)), { kind, reason });
  });
}

Deno.test("a connection that was closed under an operation counts as other", () => {
  assertEquals(failureOf(new Deno.errors.BadResource("Bad resource ID")).kind, "other");
});

Deno.test("an error of a visit counts as what it says", () => {
  for (const kind of FAILURE_KINDS) {
    assertEquals(failureOf(new VisitError(kind, "as it was")), { kind, reason: "as it was" });
  }
});

Deno.test("a bug counts as nothing", () => {
  for (const bug of [new RangeError("a bug"), new Error("a bug")]) {
    assertThrows(() => failureOf(bug), Error, "a bug");
  }
});

Deno.test("TLS that does not come about is a kind of its own, and one that is cut off a connection closed early", () => {
  assertEquals(failureOf(new HandshakeError("x")), { kind: "handshake", reason: "x" });
  assertEquals(failureOf(new TruncatedError("x")), { kind: "closedEarly", reason: "x" });
  assertEquals(failureOf(new StreamError("x")), { kind: "other", reason: "x" });
});
