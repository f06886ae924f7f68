import { ControlChannel, ControlError, type ControlMessage } from "../../ipc/control.ts";
import { assertEquals, assertRejects } from "../assert.ts";
import { bytesOf, oneByOne, readAll } from "../support/bytes.ts";
import { MemoryStream } from "../support/memory_stream.ts";
import { systemError } from "../support/system_error.ts";
import { TempFolder } from "../support/temp_folder.ts";

const HELLO: ControlMessage = { type: "hello", worker: 12 };
const FINISHED: ControlMessage = { type: "finished" };
const STOP: ControlMessage = { type: "stop" };
const HELLO_LINE = '{"type":"hello","worker":12}\n';
const STOP_LINE = '{"type":"stop"}\n';

/** The bytes that the buffer of a channel holds. */
const LINE_BYTES_MAX = 4096;

function channelOf(pieces: readonly Uint8Array[]): ControlChannel {
  return new ControlChannel(new MemoryStream({ reads: () => pieces }));
}

async function assertReceives(
  pieces: readonly Uint8Array[],
  expected: readonly (ControlMessage | null)[],
) {
  const channel = channelOf(pieces);
  for (const message of expected) assertEquals(await channel.receive(), message);
}

function throwBug(): never {
  throw new RangeError("a bug");
}

/** Both ends of a channel over a real socket. */
async function connectedPair(): Promise<readonly [near: ControlChannel, far: Deno.UnixConn]> {
  await using folder = new TempFolder();
  const path = folder.join("hub");
  using listener = Deno.listen({ transport: "unix", path });
  const accepted = listener.accept();
  return [await ControlChannel.connect(path), await accepted];
}

Deno.test("a message goes over the channel as one line of JSON", async () => {
  const [near, far] = await connectedPair();
  using _far = far;
  {
    using channel = near;
    await channel.send(HELLO);
    await channel.send(STOP);
  }
  assertEquals(await readAll(far), HELLO_LINE + STOP_LINE);
});

Deno.test("ControlChannel.receive() resolves to each message, then to null when the other side is gone", async () => {
  const [near, far] = await connectedPair();
  using channel = near;
  {
    using peer = new ControlChannel(far);
    await peer.send(STOP);
    await peer.send(FINISHED);
    await peer.send(HELLO);
  }
  assertEquals(await channel.receive(), STOP);
  assertEquals(await channel.receive(), FINISHED);
  assertEquals(await channel.receive(), HELLO);
  assertEquals(await channel.receive(), null);
  assertEquals(await channel.receive(), null);
});

Deno.test("ControlChannel.send() loses a message to a side that is gone, without an error", async () => {
  const [near, far] = await connectedPair();
  using channel = near;
  far.close();
  await channel.send(STOP);
  assertEquals(await channel.receive(), null);
});

Deno.test("ControlChannel.send() lets a bug through", async () => {
  const channel = new ControlChannel(new MemoryStream({ takes: throwBug }));
  await assertRejects(() => channel.send(STOP), RangeError, "a bug");
});

Deno.test("ControlChannel.send() writes the whole line, however few bytes each write takes", async () => {
  const stream = new MemoryStream({ takes: () => 1 });
  await new ControlChannel(stream).send(HELLO);
  assertEquals(stream.writtenText, HELLO_LINE);
});

Deno.test("ControlChannel.connect() rejects with the operating system's error where nobody listens", async () => {
  await using folder = new TempFolder();
  await assertRejects(() => ControlChannel.connect(folder.join("hub")), Deno.errors.NotFound);
});

Deno.test("ControlChannel.receive() puts a message together from single bytes", async () => {
  await assertReceives(oneByOne(bytesOf(HELLO_LINE + STOP_LINE)), [HELLO, STOP, null]);
});

Deno.test("ControlChannel.receive() takes the messages of one read one by one", async () => {
  await assertReceives([bytesOf(STOP_LINE + HELLO_LINE + STOP_LINE)], [STOP, HELLO, STOP, null]);
});

Deno.test("ControlChannel.receive() keeps the beginning of a message that came with the one before", async () => {
  const pieces = [STOP_LINE + HELLO_LINE.slice(0, 9), HELLO_LINE.slice(9)].map(bytesOf);
  await assertReceives(pieces, [STOP, HELLO, null]);
});

Deno.test("ControlChannel.receive() goes on after a read of no bytes", async () => {
  await assertReceives([new Uint8Array(), bytesOf(STOP_LINE)], [STOP, null]);
});

Deno.test("ControlChannel.receive() resolves to null when the other side is gone in the middle of a line", async () => {
  await assertReceives([bytesOf('{"type":"st')], [null]);
});

Deno.test("ControlChannel.receive() resolves to null when the other side is lost", async () => {
  const channel = new ControlChannel(
    new MemoryStream({
      *reads() {
        yield bytesOf(STOP_LINE);
        throw systemError("ECONNRESET");
      },
    }),
  );
  assertEquals(await channel.receive(), STOP);
  assertEquals(await channel.receive(), null);
});

Deno.test("ControlChannel.receive() lets a bug through", async () => {
  const channel = new ControlChannel(new MemoryStream({ reads: throwBug }));
  await assertRejects(() => channel.receive(), RangeError, "a bug");
});

Deno.test("ControlChannel.receive() passes over the fields of a message that it does not know", async () => {
  const lines = '{"type":"hello","worker":12,"pid":3}\n{"x":1,"type":"stop"}\n';
  await assertReceives([bytesOf(lines)], [HELLO, STOP]);
});

for (const line of ["", "stop", "{", '{"type":"stop"}}', "\u0000"]) {
  Deno.test(`ControlChannel.receive() rejects for ${JSON.stringify(line)}, which is no JSON`, async () => {
    const error = await assertRejects(
      () => channelOf([bytesOf(line + "\n")]).receive(),
      ControlError,
      "not JSON",
    );
    assertEquals(error.cause instanceof SyntaxError, true);
  });
}

for (
  const line of [
    "null",
    '"stop"',
    "[]",
    "{}",
    '{"type":"Stop"}',
    '{"type":["stop"]}',
    '{"type":"hello"}',
    '{"type":"hello","worker":"12"}',
    '{"type":"hello","worker":null}',
    '{"type":"received","size":1}',
    '{"type":"received","data":"AA=","size":1}',
    '{"type":"received","data":"A-==","size":1}',
    '{"type":"received","data":["AA=="],"size":1}',
    '{"type":"received","data":"AA==","size":-1}',
    '{"type":"received","data":"AA==","size":"1"}',
    '{"type":"closed","bytesIn":1,"bytesOut":2}',
    '{"type":"closed","bytesIn":1,"bytesOut":2,"reason":"server_stopped"}',
    '{"type":"closed","bytesIn":1.5,"bytesOut":2,"reason":"finished"}',
    '{"type":"closed","bytesIn":1,"bytesOut":null,"reason":"finished"}',
    '{"type":"closed","bytesOut":2,"reason":"finished"}',
  ]
) {
  Deno.test(`ControlChannel.receive() rejects for ${line}, which is no message`, async () => {
    await assertRejects(
      () => channelOf([bytesOf(line + "\n")]).receive(),
      ControlError,
      `Cannot read the control message ${JSON.stringify(line)}: unknown type`,
    );
  });
}

Deno.test("ControlChannel.receive() takes a line as long as its buffer", async () => {
  const line = STOP_LINE.padStart(LINE_BYTES_MAX);
  const pieces = [line.slice(0, -1), "\n" + HELLO_LINE].map(bytesOf);
  await assertReceives(pieces, [STOP, HELLO]);
});

Deno.test("ControlChannel.receive() rejects for a line that is longer than its buffer", async () => {
  const line = STOP_LINE.padStart(LINE_BYTES_MAX + 1);
  const channel = channelOf([bytesOf(line)]);
  await assertRejects(() => channel.receive(), ControlError, "no end of line in 4096 bytes");
});

Deno.test("disposing a ControlChannel closes its stream", () => {
  const stream = new MemoryStream();
  new ControlChannel(stream)[Symbol.dispose]();
  assertEquals(stream.calls.close, 1);
});

Deno.test("a hangup goes over the channel with the connection that it is about", async () => {
  const [near, far] = await connectedPair();
  using channel = near;
  const hangup: ControlMessage = { type: "hangup", connection: 12 };
  {
    using peer = new ControlChannel(far);
    await peer.send(hangup);
    await peer.send(STOP);
  }
  assertEquals(await channel.receive(), hangup);
  assertEquals(await channel.receive(), STOP);
});

for (
  const line of [
    '{"type":"hangup"}',
    '{"type":"hangup","connection":"12"}',
    '{"type":"hangup","worker":12}',
  ]
) {
  Deno.test(`ControlChannel.receive() rejects for ${line}, which tells no connection`, async () => {
    const channel = channelOf([bytesOf(line + "\n")]);
    await assertRejects(() => channel.receive(), ControlError, "unknown type");
  });
}
