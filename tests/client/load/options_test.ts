import { parseClientOptions } from "../../../client/command.ts";
import type { LoadOptions } from "../../../client/load/options.ts";
import { shareOfProcess } from "../../../client/load/processes/generators.ts";
import { sizeOfShare } from "../../../client/load/schedule.ts";
import { UsageError } from "../../../ipc/errors.ts";
import { assert, assertEquals, assertThrows } from "../../assert.ts";

const DEFAULTS: LoadOptions = {
  hostname: "127.0.0.1",
  port: 9000,
  connections: 1000,
  concurrency: 16,
  messages: 1,
  size: 64,
  binary: false,
  rate: 0,
  processes: 1,
  tls: null,
  connectTimeoutMs: 10_000,
  timeoutMs: 10_000,
  json: false,
  htmlPath: null,
};

function loadOf(...args: string[]): LoadOptions | null {
  const options = parseClientOptions([...args, "9000"]);
  assert(typeof options !== "string");
  return options.load;
}

Deno.test("--load alone is a load with the defaults", () => {
  assertEquals(loadOf("--load", "1000"), DEFAULTS);
});

Deno.test("without --load, and with 0, the client is interactive", () => {
  assertEquals([loadOf(), loadOf("--load", "0"), loadOf("--end", "bye")], [null, null, null]);
});

Deno.test("a load takes every flag of its own, and --connect-timeout", () => {
  const args = [
    "--concurrency=8",
    "--messages=3",
    "--size=1000",
    "--timeout=0.5",
    "--processes=2",
    "--binary",
  ];
  assertEquals(
    loadOf("--load=1000", ...args, "--connect-timeout=2", "--json", "--html=a b.html"),
    {
      ...DEFAULTS,
      concurrency: 8,
      messages: 3,
      size: 1000,
      binary: true,
      timeoutMs: 500,
      processes: 2,
      connectTimeoutMs: 2000,
      json: true,
      htmlPath: "a b.html",
    },
  );
  assertEquals(loadOf("--load=1000", "--rate=50"), { ...DEFAULTS, rate: 50 });
});

Deno.test("with a rate there may be more processes than connections at a time without one", () => {
  assertEquals(loadOf("--load=1000", "--rate=50", "--processes=20")?.processes, 20);
});

Deno.test("no more connections are open at a time than there are", () => {
  assertEquals(loadOf("--load", "3")?.concurrency, 3);
});

const REFUSED: readonly (readonly [args: string, message: string])[] = [
  ["--concurrency 3", "--concurrency needs --load"],
  ["--messages 3", "--messages needs --load"],
  ["--size 3", "--size needs --load"],
  ["--binary", "--binary needs --load"],
  ["--rate 3", "--rate needs --load"],
  ["--timeout 3", "--timeout needs --load"],
  ["--processes 3", "--processes needs --load"],
  ["--load 0 --json", "--json needs --load"],
  ["--html x", "--html needs --load"],
  ["--load 3 --end bye", "--end does not go with --load"],
  ["--load 3 --no-newline", "--no-newline does not go with --load"],
  ["--load 3 --note", "--note does not go with --load"],
  ["--load 3 --processes 4", "--processes 4 is more than --load 3"],
  ["--load 9 --concurrency 3 --processes 4", "--processes 4 is more than --concurrency 3"],
  [
    "--load 9 --concurrency 3 --rate 4",
    "--concurrency does not go with --rate, which opens each connection at its time",
  ],
  ["--load many", '--load "many": expected a whole number from 0 to 1000000000'],
  ["--load 9 --concurrency 0", '--concurrency "0": expected a whole number from 1 to 65535'],
  ["--load 9 --messages 0", '--messages "0": expected a whole number from 1 to 1000000000'],
  ["--load 9 --size 0", '--size "0": expected a whole number from 1 to 1073741824'],
  ["--load 9 --rate=-1", '--rate "-1": expected a whole number from 0 to 1000000'],
  ["--load 9 --timeout 0", '--timeout "0": expected seconds, from 0.001 to 2147483'],
  ["--load 9 --processes 65", '--processes "65": expected a whole number from 1 to 64'],
  ["--load 9 --html=", "--html needs a value: FILE"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`"brood client ${args}" is refused: ${message}`, () => {
    const error = assertThrows(() => loadOf(...args.split(" ")), UsageError);
    assertEquals([error.message, error.command], [message, "client"]);
  });
}

Deno.test("the shares of a load's processes are all of it, and none is empty", () => {
  for (const [connections, concurrency, processes] of [[10, 7, 3], [3, 3, 3], [64, 16, 5]]) {
    const load = { ...DEFAULTS, connections, concurrency, processes } as LoadOptions;
    const shares = Array.from({ length: load.processes }, (_, i) => shareOfProcess(load, i));
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b);
    assertEquals(sum(shares.map(sizeOfShare)), load.connections);
    assertEquals(sum(shares.map((share) => share.concurrency)), load.concurrency);
    assertEquals(shares.every((share) => sizeOfShare(share) > 0 && share.concurrency > 0), true);
  }
});
