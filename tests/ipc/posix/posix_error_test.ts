import { errnoOf, isShortage, isStreamError, reasonOf } from "../../../ipc/errors.ts";
import { PosixError } from "../../../ipc/posix/posix_error.ts";
import { assertEquals } from "../../assert.ts";
import { posixTest } from "./opened.ts";

posixTest("PosixError is worded as Deno's errors are, and known as the system's", () => {
  const error = new PosixError("Cannot receive", 104);
  assertEquals(
    String(error),
    "PosixError: Cannot receive: Connection reset by peer (os error 104)",
  );
  assertEquals([error.code, error.errno], ["ECONNRESET", 104]);
  assertEquals(errnoOf(error), "ECONNRESET");
  assertEquals(reasonOf(error), "connection reset by the other side");
  assertEquals(isStreamError(error), true);
});

posixTest("PosixError of a shortage is one", () => {
  assertEquals(isShortage(new PosixError("Cannot accept", 24)), true);
});

posixTest("PosixError has a text for what is no error, too", () => {
  const error = new PosixError("Cannot do it", 4095);
  assertEquals(error.message, "Cannot do it: Unknown error 4095 (os error 4095)");
  assertEquals(error.code, "errno 4095");
});
