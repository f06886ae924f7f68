import { CLIENT_COMMAND, parseClientOptions } from "../../client/command.ts";
import { formatHelp } from "../../cli/help.ts";
import { languageOf } from "../../cli/language.ts";
import { UsageError } from "../../ipc/errors.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "../assert.ts";

const DEFAULTS = {
  hostname: "127.0.0.1",
  port: 9000,
  endWord: "END",
  noNewline: false,
  note: false,
  split: false,
  tls: null,
  connectTimeoutMs: 10_000,
  verbose: false,
  load: null,
  language: languageOf([]),
};

Deno.test("parseClientOptions() needs no more than the port", () => {
  assertEquals(parseClientOptions(["9000"]), DEFAULTS);
});

Deno.test("parseClientOptions() takes the host before the port", () => {
  for (const hostname of ["example.org", "::1", "10.0.0.1", "9000"]) {
    assertEquals(parseClientOptions([hostname, "9001"]), { ...DEFAULTS, hostname, port: 9001 });
  }
});

Deno.test("parseClientOptions() takes every flag", () => {
  const words = ["--end", "bye bye", "--no-newline", "--note", "--split"];
  const args = [...words, "--connect-timeout=0.25", "--verbose", "9000"];
  assertEquals(parseClientOptions(args), {
    ...DEFAULTS,
    endWord: "bye bye",
    noNewline: true,
    note: true,
    split: true,
    connectTimeoutMs: 250,
    verbose: true,
  });
});

Deno.test("parseClientOptions() takes -v for --verbose", () => {
  assertEquals(parseClientOptions(["-v", "9000"]), { ...DEFAULTS, verbose: true });
  assertEquals(parseClientOptions(["--end", "-v", "9000"]), { ...DEFAULTS, endWord: "-v" });
});

Deno.test("parseClientOptions() takes the ports from 1 to 65535", () => {
  for (const port of [1, 65_535]) {
    assertEquals(parseClientOptions([String(port)]), { ...DEFAULTS, port });
  }
});

Deno.test("parseClientOptions() takes an IPv6 address in brackets", () => {
  assertEquals(parseClientOptions(["[::1]", "9000"]), { ...DEFAULTS, hostname: "::1" });
});

Deno.test("parseClientOptions() returns what is asked", () => {
  assertEquals(parseClientOptions(["--help"]), "help");
  assertEquals(parseClientOptions(["--version"]), "version");
});

const PORT_EXPECTED = "expected a whole number from 1 to 65535";
const SECONDS_EXPECTED = "expected seconds, from 0.001 to 2147483";

const REFUSED: readonly (readonly [args: readonly string[], message: string])[] = [
  [[], "PORT is missing"],
  [["0"], `PORT "0": ${PORT_EXPECTED}`],
  [["65536"], `PORT "65536": ${PORT_EXPECTED}`],
  [["example.org"], `PORT "example.org": ${PORT_EXPECTED}`],
  [["::1", "http"], `PORT "http": ${PORT_EXPECTED}`],
  [["9000", "::1"], `PORT "::1": ${PORT_EXPECTED}`],
  [["", "9000"], 'HOST "": expected a text that is not empty'],
  [["::1", "9000", "9001"], 'surplus argument "9001"'],
  [["--end=", "9000"], "--end needs a value: WORD"],
  [["--connect-timeout", "0", "9000"], `--connect-timeout "0": ${SECONDS_EXPECTED}`],
  [["--connect-timeout=10s", "9000"], `--connect-timeout "10s": ${SECONDS_EXPECTED}`],
  [["--no-newline=yes", "9000"], "--no-newline takes no value"],
  [["--newline", "9000"], "unknown flag --newline"],
  [["--split=yes", "9000"], "--split takes no value"],
  [["-V", "9000"], "unknown flag -V"],
  [["-vv", "9000"], "unknown flag -vv"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`"brood client ${args.join(" ")}" is refused: ${message}`, () => {
    const error = assertThrows(() => parseClientOptions(args), UsageError);
    assertEquals([error.message, error.command], [message, "client"]);
  });
}

Deno.test("the client's help tells the usage, every flag and its default", () => {
  const help = formatHelp(CLIENT_COMMAND);
  assertStringIncludes(help, "Usage: brood client [OPTIONS] [HOST] PORT\n");
  assertStringIncludes(help, "--end WORD           the line that ends the input (END)\n");
  assertStringIncludes(help, "--no-newline         send each line without its newline\n");
  assertStringIncludes(
    help,
    "--split              print what comes back from a process of its own\n",
  );
  assertStringIncludes(help, "--note               do as the lecture's client: ");
  assertStringIncludes(
    help,
    "-v, --verbose        tell the connection, its end, and which process does what\n",
  );
  assertStringIncludes(help, "--connect-timeout S  how long to wait for the connection (10)\n");
});

Deno.test("--tls asks for TLS, which --tls-ca and --insecure need", () => {
  const tlsOf = (...args: string[]) => {
    const options = parseClientOptions([...args, "9000"]);
    return typeof options === "string" ? options : options.tls;
  };
  assertEquals(tlsOf("--tls"), { caFile: null, isVerified: true });
  assertEquals(tlsOf("--tls", "--tls-ca", "ca.pem"), { caFile: "ca.pem", isVerified: true });
  assertEquals(tlsOf("--insecure", "--tls"), { caFile: null, isVerified: false });
  for (
    const [args, message] of [
      [["--tls-ca", "ca.pem"], "--tls-ca needs --tls"],
      [["--insecure"], "--insecure needs --tls"],
      [
        ["--tls", "--insecure", "--tls-ca", "ca.pem"],
        "--insecure does not go with --tls-ca: nothing would be verified with those CAs",
      ],
    ] as const
  ) {
    assertThrows(() => tlsOf(...args), UsageError, message);
  }
});

Deno.test("a load goes with TLS", () => {
  const options = parseClientOptions(["--tls", "--load", "5", "9000"]);
  assertEquals(
    typeof options === "string" ? options : options.load?.tls,
    { caFile: null, isVerified: true },
  );
});
