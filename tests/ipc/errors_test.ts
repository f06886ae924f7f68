import {
  errnoOf,
  EXIT_STATUS,
  isShortage,
  isStreamError,
  OperationalError,
  problemOf,
  reasonOf,
  UsageError,
} from "../../ipc/errors.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "../assert.ts";
import { throwBug } from "../support/failures.ts";
import { closedPort, ResettablePair, TcpPair } from "../support/sockets.ts";
import { systemError } from "../support/system_error.ts";
import { TempFolder } from "../support/temp_folder.ts";

const connectTo = (hostname: string, port: number) => () => Deno.connect({ hostname, port });

Deno.test("EXIT_STATUS tells the four ends of the program apart", () => {
  assertEquals(EXIT_STATUS, { done: 0, failed: 1, usage: 2, bug: 70 });
});

Deno.test("UsageError carries the command that was called, if there was one", () => {
  assertEquals(new UsageError("x", { command: "server" }).command, "server");
  assertEquals(new UsageError("x").command, null);
});

Deno.test("a refused connection is the operating system's ECONNREFUSED", async () => {
  const error = await assertRejects(connectTo("127.0.0.1", closedPort()), Error);
  assertEquals(errnoOf(error), "ECONNREFUSED");
  assertEquals(reasonOf(error), "connection refused");
});

Deno.test("a missing file is the operating system's ENOENT", async () => {
  await using folder = new TempFolder();
  const error = await assertRejects(() => Deno.open(folder.join("missing")), Error);
  assertEquals(errnoOf(error), "ENOENT");
  assertEquals(reasonOf(error), "no such file or directory");
});

Deno.test("reasonOf() keeps the operating system's name where there are no plain words for it", async () => {
  await using folder = new TempFolder();
  await Deno.symlink("loop", folder.join("loop"));
  const error = await assertRejects(() => Deno.open(folder.join("loop")), Error);
  assertEquals(reasonOf(error), "ELOOP");
});

/** Host names that stand for no address, most of them for more than one reason that the system has words for. */
const NO_HOSTS = [
  "nosuch.invalid",
  "a b",
  "a..b",
  ".",
  "a\0b",
  "a\x01b",
  "http://x",
  "localhost:9",
  "999.1.1.1",
  "::1%nope",
  "ä",
  "x".repeat(64) + ".com",
  "x".repeat(300),
];

for (const hostname of NO_HOSTS) {
  const shown = JSON.stringify(hostname.slice(0, 20));
  Deno.test(`reasonOf() has plain words for a host name that cannot be resolved: ${shown}`, async () => {
    const error = await assertRejects(connectTo(hostname, 9), Error);
    assertEquals(errnoOf(error), null);
    assertEquals(reasonOf(error), "the host name could not be resolved");
  });
}

Deno.test("reasonOf() is the message of any other error, and the text of anything else", () => {
  assertEquals(reasonOf(new TypeError("not a number")), "not a number");
  assertEquals(reasonOf("just a text"), "just a text");
});

Deno.test("isStreamError() is true for what the other side does to a connection", async () => {
  using lost = await ResettablePair.open();
  const reading = assertRejects(
    () => lost.conn.read(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
  await lost.reset();
  const reset = await reading;
  const brokenPipe = await assertRejects(
    () => lost.conn.write(new Uint8Array(1)),
    Deno.errors.BrokenPipe,
  );

  assert(isStreamError(reset));
  assertEquals(reasonOf(reset), "connection reset by the other side");
  assert(isStreamError(brokenPipe));
  assertEquals(reasonOf(brokenPipe), "broken pipe: nobody reads it any more");
});

Deno.test("isStreamError() is true for an operation on a stream that this side closes", async () => {
  using pair = await TcpPair.open();
  const reading = pair.client.read(new Uint8Array(1));
  pair.client.close();
  const underWay = await assertRejects(() => reading, Error);
  const afterwards = await assertRejects(() => pair.client.write(new Uint8Array(1)), Error);

  assert(isStreamError(underWay));
  assert(isStreamError(afterwards));
});

Deno.test("isStreamError() is false for a bug", () => {
  for (const bug of [new TypeError("x"), new RangeError("x"), new Error("x"), "x", null]) {
    assert(!isStreamError(bug));
  }
});

Deno.test("errnoOf() is null for what carries no name", () => {
  const aborted = new DOMException("x", "AbortError");
  for (
    const other of [new TypeError("x"), aborted, { code: "ENOENT" }, "ENOENT", null, undefined]
  ) {
    assertEquals(errnoOf(other), null);
  }
});

for (const code of ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]) {
  Deno.test(`isShortage() is true for ${code}`, () => {
    assertEquals(isShortage(systemError(code)), true);
  });
}

Deno.test("isShortage() is false for what one connection is to blame for, and for a bug", () => {
  const others = [systemError("ECONNRESET"), systemError("EAGAIN"), new RangeError("a bug")];
  assertEquals(others.map(isShortage), [false, false, false]);
});

Deno.test({
  name: "errnoOf() knows an error of the system to which Deno gives no name, by its number",
  ignore: Deno.build.os !== "linux",
  fn() {
    const nameless = (message: string) => errnoOf(new Error(message));
    assertEquals(nameless("Too many open files in system (os error 23)"), "ENFILE");
    assertEquals(nameless("Protocol error (os error 71)"), "EPROTO");
    assertEquals(nameless("No such device (os error 19)"), "ENODEV");
    assertEquals(nameless("Unknown error 41 (os error 41)"), "errno 41");
    assertEquals(nameless("os error 23 is what it said"), null);
    assertEquals(errnoOf("(os error 23)"), null);
  },
});

Deno.test({
  name: "errnoOf() knows an error that the kernel makes and Deno gives no name",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const path = await Deno.makeTempFile({ dir: "/tmp", prefix: "brood_test_" });
    try {
      await Deno.copyFile("/bin/true", path);
      await Deno.chmod(path, 0o755);
      using _writing = await Deno.open(path, { write: true });
      const error = await assertRejects(async () => await new Deno.Command(path).output(), Error);
      assertEquals(errnoOf(error), "ETXTBSY");
    } finally {
      await Deno.remove(path);
    }
  },
});

Deno.test("problemOf() tells why something cannot be done, and throws what is a bug", () => {
  assertEquals(problemOf(() => {}), null);
  const fail = () => {
    throw new OperationalError("Cannot do it");
  };
  assertEquals(problemOf(fail), "Cannot do it");
  assertThrows(() => problemOf(throwBug), RangeError, "a bug");
});
