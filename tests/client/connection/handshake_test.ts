import { handshakeReasonOf, tlsErrorOf, truncated } from "../../../client/connection/handshake.ts";
import { TruncatedError } from "../../../client/connection/tls_errors.ts";
import { CutOffError, isStreamError, StreamError } from "../../../ipc/errors.ts";
import { assert, assertEquals } from "../../assert.ts";
import { systemError } from "../../support/system_error.ts";

const REASONS: readonly (readonly [text: string, reason: string])[] = [
  [
    "invalid peer certificate: UnknownIssuer",
    "nobody who is trusted has issued its certificate (--tls-ca FILE trusts a CA, --insecure verifies nothing)",
  ],
  ["invalid peer certificate: Expired", "its certificate has expired"],
  [
    "invalid peer certificate: certificate expired: verification time 2 (UNIX), but certificate is not valid after 1",
    "its certificate has expired",
  ],
  [
    "invalid peer certificate: NotValidYet",
    "its certificate is not valid yet (or this clock is wrong)",
  ],
  [
    'invalid peer certificate: certificate not valid for name "a"; certificate is only valid for DnsName("b") or IpAddress(::1)',
    "its certificate is for b, ::1, and not for a",
  ],
  [
    'invalid peer certificate: certificate not valid for name "a"; certificate is not valid for any names',
    "its certificate names no server, and not a",
  ],
  ["invalid peer certificate: NotValidForName", "its certificate names no server, and not a"],
  [
    "invalid peer certificate: BadSignature",
    "its certificate was not issued by the CA that it names",
  ],
  ["invalid peer certificate: Revoked", "its certificate is not valid: Revoked"],
  [
    "received unexpected handshake message: got ClientHello when expecting ServerHello",
    "what the server answers is no TLS (does it speak TLS on that port?)",
  ],
  [
    "received corrupt message of type InvalidContentType",
    "what the server answers is no TLS (does it speak TLS on that port?)",
  ],
  ["received fatal alert: HandshakeFailure", "the server has refused it: HandshakeFailure"],
  ["unexpected end of file", "the server has closed the connection during the handshake"],
  ["something new", "something new"],
];

for (const [text, reason] of REASONS) {
  Deno.test(`a handshake that fails with "${text}" is told in plain words`, () => {
    assertEquals(handshakeReasonOf(new Error(text), "a"), reason);
  });
}

Deno.test("a handshake that the system's error ends is told by that", () => {
  assertEquals(
    handshakeReasonOf(systemError("ECONNRESET"), "a"),
    "connection reset by the other side",
  );
});

Deno.test("an end without close_notify, an alert and a wrong record are told in plain words", () => {
  const tell = (error: Error) => {
    const told = tlsErrorOf(error);
    assert(told instanceof StreamError && isStreamError(told) && told.cause === error);
    return told.message;
  };
  assertEquals(tell(new Deno.errors.UnexpectedEof("peer closed connection")), truncated().message);
  assertEquals(tell(new CutOffError()), truncated().message);
  assertEquals(
    tell(new Deno.errors.InvalidData("received fatal alert: CertificateRequired")),
    "the server wants a certificate of its client, and there is none",
  );
  assertEquals(
    tell(new Deno.errors.InvalidData("received fatal alert: InternalError")),
    "the server has ended TLS: InternalError",
  );
  assertEquals(
    tell(new Deno.errors.InvalidData("cannot decrypt peer's message")),
    "what the server sent is no TLS: cannot decrypt peer's message",
  );
});

Deno.test("every other error of a connection stays as it is", () => {
  for (const error of [systemError("EPIPE"), new TruncatedError("x"), new TypeError("a bug"), 1]) {
    assertEquals(tlsErrorOf(error), error);
  }
});
