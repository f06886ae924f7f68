import type { ConnectionInfo } from "../../../ipc/transport.ts";
import type { CloseReason, EventName, HeaderProblem, ServerEvent } from "../../../server/events.ts";
import { EventBus } from "../../../server/events.ts";
import {
  formatJson,
  formatText,
  type LogOptions,
  MESSAGE_BYTES_SHOWN,
  subscribeLog,
} from "../../../server/log/log.ts";
import { assert, assertEquals, assertNotMatch } from "../../assert.ts";
import { bytesOf } from "../../support/bytes.ts";
import { LOGGED_NAMES } from "../recorded_events.ts";

const DATE = new Date("2026-01-02T03:04:05.678Z");
const TIME = '"time":"2026-01-02T03:04:05.678Z"';

const CONNECTION: ConnectionInfo = {
  id: 12,
  remoteAddr: { hostname: "127.0.0.1", port: 51_234 },
  localAddr: { hostname: "127.0.0.1", port: 9000 },
};
const IPV6_CONNECTION: ConnectionInfo = {
  id: 13,
  remoteAddr: { hostname: "::1", port: 51_235 },
  localAddr: { hostname: "::1", port: 9000 },
};

const CLIENT = '"connectionId":12,"remoteHost":"127.0.0.1","remotePort":51234';

interface Row {
  readonly event: ServerEvent;
  /** Null where the text log leaves it out. */
  readonly text: string | null;
  /** What follows the time in the JSON log, the braces left out. */
  readonly json: string;
}

const LISTENING = {
  event: "listening",
  host: "127.0.0.1",
  port: 9000,
  mode: "per-connection",
  pid: 4001,
  backlog: 128,
  maxConnections: 40,
} as const;

const ROWS: readonly Row[] = [
  {
    event: LISTENING,
    text: "Server start... listening on 127.0.0.1:9000 (mode per-connection, pid 4001)",
    json: '"event":"listening","host":"127.0.0.1","port":9000,"mode":"per-connection","pid":4001,' +
      '"backlog":128,"maxConnections":40',
  },
  {
    event: { ...LISTENING, host: "::1" },
    text: "Server start... listening on [::1]:9000 (mode per-connection, pid 4001)",
    json: '"event":"listening","host":"::1","port":9000,"mode":"per-connection","pid":4001,' +
      '"backlog":128,"maxConnections":40',
  },
  {
    event: { ...LISTENING, fault: "no-wait" },
    text:
      "Server start... listening on 127.0.0.1:9000 (mode per-connection, pid 4001, fault no-wait)",
    json: '"event":"listening","host":"127.0.0.1","port":9000,"mode":"per-connection","pid":4001,' +
      '"backlog":128,"maxConnections":40,"fault":"no-wait"',
  },
  {
    event: { event: "connection_accepted", connection: CONNECTION, workerPid: 4010 },
    text: "client 127.0.0.1:51234 is connected... (worker 4010)",
    json: `"event":"connection_accepted",${CLIENT},"workerPid":4010`,
  },
  {
    event: { event: "connection_accepted", connection: IPV6_CONNECTION, workerPid: null },
    text: "client [::1]:51235 is connected...",
    json: '"event":"connection_accepted","connectionId":13,"remoteHost":"::1",' +
      '"remotePort":51235,"workerPid":null',
  },
  {
    event: { event: "worker_started", workerPid: 4010 },
    text: null,
    json: '"event":"worker_started","workerPid":4010',
  },
  {
    event: message("hello\n"),
    text: "Client(51234): hello",
    json: `"event":"message_received",${CLIENT},"bytes":6,"text":"hello\\n"`,
  },
  {
    event: {
      event: "connection_closed",
      connection: CONNECTION,
      bytesIn: 5,
      bytesOut: 6,
      durationMs: 3214.4,
      reason: "finished",
    },
    text: "Client(51234): is disconnected (5 bytes in, 6 bytes out, 3.214 s)",
    json: `"event":"connection_closed",${CLIENT},"bytesIn":5,"bytesOut":6,"durationMs":3214.4,` +
      '"reason":"finished"',
  },
  {
    event: {
      event: "worker_exited",
      workerPid: 4010,
      status: 3,
      signal: null,
      reason: "exited",
    },
    text: "worker 4010 exited with status 3",
    json: '"event":"worker_exited","workerPid":4010,"status":3,"signal":null,"reason":"exited"',
  },
  {
    event: {
      event: "worker_exited",
      workerPid: 4011,
      status: null,
      signal: "SIGKILL",
      reason: "killed_by_us",
    },
    text: "worker 4011 was killed by SIGKILL",
    json: '"event":"worker_exited","workerPid":4011,"status":null,"signal":"SIGKILL",' +
      '"reason":"killed_by_us"',
  },
  {
    event: { event: "worker_failed", workerPid: 4012, error: "Worker 4012 ended" },
    text: "warning: Worker 4012 ended",
    json: '"event":"worker_failed","workerPid":4012,"error":"Worker 4012 ended"',
  },
  {
    event: {
      event: "connection_rejected",
      remoteHost: "::1",
      remotePort: 51_236,
      reason: "max_per_host",
      maxPerHost: 3,
      rejected: 7,
    },
    text: "client [::1]:51236 is rejected: its address has 3 connections already",
    json: '"event":"connection_rejected","remoteHost":"::1","remotePort":51236,' +
      '"reason":"max_per_host","maxPerHost":3,"rejected":7',
  },
  ...(Object.entries({
    absent: "it does not begin with a PROXY header",
    malformed: "its PROXY header is malformed",
    too_long: "its PROXY header is too long",
    cut_off: "it ended before its PROXY header did",
    late: "its PROXY header was not there in time",
    server_stopped: "the server stopped before its PROXY header was there",
  }) as [HeaderProblem, string][]).map(([problem, told]): Row => ({
    event: {
      event: "connection_rejected",
      remoteHost: "192.0.2.7",
      remotePort: 51_238,
      reason: "proxy_header",
      problem,
      rejected: 1,
    },
    text: `client 192.0.2.7:51238 is rejected: ${told}`,
    json: '"event":"connection_rejected","remoteHost":"192.0.2.7","remotePort":51238,' +
      `"reason":"proxy_header","problem":"${problem}","rejected":1`,
  })),
  {
    event: {
      event: "connection_accepted",
      connection: { ...CONNECTION, proxyAddr: { hostname: "10.0.0.1", port: 7000 } },
      workerPid: 28_301,
    },
    text: "client 127.0.0.1:51234 is connected... (worker 28301)",
    json: '"event":"connection_accepted","connectionId":12,"remoteHost":"127.0.0.1",' +
      '"remotePort":51234,"proxyHost":"10.0.0.1","proxyPort":7000,"workerPid":28301',
  },
  {
    event: {
      event: "connection_rejected",
      remoteHost: "unix:/tmp/\x1b\nclient",
      remotePort: 0,
      reason: "tls_failed",
      error: "what it sends is not TLS",
      rejected: 1,
    },
    text: "client unix:/tmp/\\x1b\\x0aclient is rejected: what it sends is not TLS",
    json: '"event":"connection_rejected","remoteHost":"unix:/tmp/\\u001b\\nclient",' +
      '"remotePort":0,"reason":"tls_failed","error":"what it sends is not TLS","rejected":1',
  },
  {
    event: {
      event: "connection_rejected",
      remoteHost: "192.0.2.7",
      remotePort: 51_237,
      reason: "max_rate",
      maxRate: 5,
      rejected: 2,
    },
    text: "client 192.0.2.7:51237 is rejected: its address makes more than 5 connections a second",
    json: '"event":"connection_rejected","remoteHost":"192.0.2.7","remotePort":51237,' +
      '"reason":"max_rate","maxRate":5,"rejected":2',
  },
  {
    event: {
      event: "connection_rejected",
      remoteHost: "192.0.2.7",
      remotePort: 51_238,
      reason: "denied",
      rejected: 1,
    },
    text: "client 192.0.2.7:51238 is rejected: the rules deny its address",
    json: '"event":"connection_rejected","remoteHost":"192.0.2.7","remotePort":51238,' +
      '"reason":"denied","rejected":1',
  },
  {
    event: {
      event: "connection_rejected",
      remoteHost: "192.0.2.7",
      remotePort: 51_239,
      reason: "tls_failed",
      error: "what it sends is not TLS",
      rejected: 4,
    },
    text: "client 192.0.2.7:51239 is rejected: what it sends is not TLS",
    json: '"event":"connection_rejected","remoteHost":"192.0.2.7","remotePort":51239,' +
      '"reason":"tls_failed","error":"what it sends is not TLS","rejected":4',
  },
  {
    event: { event: "certificates_read", file: "server.pem" },
    text: "the certificate server.pem was read again: new connections get it",
    json: '"event":"certificates_read","file":"server.pem"',
  },
  {
    event: { event: "certificates_failed", error: "Cannot use the private key" },
    text: "warning: Cannot use the private key",
    json: '"event":"certificates_failed","error":"Cannot use the private key"',
  },
  {
    event: { event: "rules_read", file: "rules.txt", rules: 3 },
    text: "the rules rules.txt were read again (3): new connections go by them",
    json: '"event":"rules_read","file":"rules.txt","rules":3',
  },
  {
    event: { event: "rules_failed", error: "Cannot read the rules" },
    text: "warning: Cannot read the rules",
    json: '"event":"rules_failed","error":"Cannot read the rules"',
  },
  {
    event: { event: "admission_paused", maxConnections: 40 },
    text: "all 40 slots are taken: new connections wait",
    json: '"event":"admission_paused","maxConnections":40',
  },
  {
    event: { event: "admission_resumed", maxConnections: 40 },
    text: "a slot is free: accepting again",
    json: '"event":"admission_resumed","maxConnections":40',
  },
  {
    event: { event: "accept_failed", error: "Cannot accept on [::1]:9000: out of memory" },
    text: "warning: Cannot accept on [::1]:9000: out of memory",
    json: '"event":"accept_failed","error":"Cannot accept on [::1]:9000: out of memory"',
  },
  {
    event: { event: "handler_not_isolated" },
    text: "warning: iterative mode runs the handler in the server itself: nothing isolates it",
    json: '"event":"handler_not_isolated"',
  },
  {
    event: { event: "guard_lost", error: "The guard (pid 4002) is gone" },
    text: "warning: The guard (pid 4002) is gone",
    json: '"event":"guard_lost","error":"The guard (pid 4002) is gone"',
  },
  {
    event: { event: "status_listening", url: "http://127.0.0.1:9001/" },
    text: "Status page: http://127.0.0.1:9001/",
    json: '"event":"status_listening","url":"http://127.0.0.1:9001/"',
  },
  {
    event: { event: "status_lost", error: "The process of the status page is gone" },
    text: "warning: The process of the status page is gone",
    json: '"event":"status_lost","error":"The process of the status page is gone"',
  },
  {
    event: { event: "service_manager_lost", error: "Cannot tell the service manager" },
    text: "warning: Cannot tell the service manager",
    json: '"event":"service_manager_lost","error":"Cannot tell the service manager"',
  },
  {
    event: { event: "run_folder_failed", error: "Cannot remove /tmp/brood-1/w1: reason" },
    text: "warning: Cannot remove /tmp/brood-1/w1: reason",
    json: '"event":"run_folder_failed","error":"Cannot remove /tmp/brood-1/w1: reason"',
  },
  {
    event: { event: "handler_failed", connection: IPV6_CONNECTION, error: "Error: oh" },
    text: "warning: the handler failed for [::1]:51235: Error: oh",
    json: '"event":"handler_failed","connectionId":13,"remoteHost":"::1","remotePort":51235,' +
      '"error":"Error: oh"',
  },
  {
    event: { event: "draining", delayMs: 2500 },
    text: "Server drain... accepting for 2.5 s more",
    json: '"event":"draining","delayMs":2500',
  },
  {
    event: { event: "stopping", connections: 0, graceMs: 30_000 },
    text: "Server stop...",
    json: '"event":"stopping","connections":0,"graceMs":30000',
  },
  {
    event: { event: "stopping", connections: 1, graceMs: 500 },
    text: "Server stop... waiting up to 0.5 s for 1 connection",
    json: '"event":"stopping","connections":1,"graceMs":500',
  },
  {
    event: { event: "stopping", connections: 2, graceMs: 30_000 },
    text: "Server stop... waiting up to 30 s for 2 connections",
    json: '"event":"stopping","connections":2,"graceMs":30000',
  },
  {
    event: { event: "stopped", connectionsAccepted: 9, connectionsAborted: 2 },
    text: null,
    json: '"event":"stopped","connectionsAccepted":9,"connectionsAborted":2',
  },
];

function message(data: string | Uint8Array): ServerEvent {
  const bytes = typeof data === "string" ? bytesOf(data) : data;
  return { event: "message_received", connection: CONNECTION, data: bytes };
}

Deno.test("The table of this test has every event that is logged", () => {
  assertEquals(new Set(ROWS.map(({ event }) => event.event)), new Set(LOGGED_NAMES));
});

Deno.test("formatText() writes every event as people read it", () => {
  for (const { event, text } of ROWS) assertEquals(formatText(event), text);
});

Deno.test("formatJson() writes every event as a flat object on one line", () => {
  for (const { event, json } of ROWS) assertEquals(formatJson(event, DATE), `{${TIME},${json}}`);
});

const REMARKS: Readonly<Record<CloseReason, string>> = {
  finished: "",
  client_lost: ", the client was lost",
  worker_lost: ", its worker was lost",
  worker_failed: ", no worker could serve it",
  idle_timeout: ", idle for too long",
  max_duration: ", it lasted for too long",
  server_stopped: ", the server stopped",
  handler_failed: ", its handler failed",
};

for (const [reason, remark] of Object.entries(REMARKS) as [CloseReason, string][]) {
  Deno.test(`formatText() tells how a connection ended whose reason is ${reason}`, () => {
    const text = formatText({
      event: "connection_closed",
      connection: CONNECTION,
      bytesIn: 0,
      bytesOut: 0,
      durationMs: 0,
      reason,
    });
    assertEquals(
      text,
      `Client(51234): is disconnected (0 bytes in, 0 bytes out, 0.000 s${remark})`,
    );
  });
}

/** A message, and how the text log shows it. */
const MESSAGES: readonly (readonly [string, string, string])[] = [
  ["leaves a message without a newline as it is", "hello", "hello"],
  ["strips a newline", "hello\n", "hello"],
  ["strips a carriage return with its newline", "hello\r\n", "hello"],
  ["strips one newline only", "hello\n\n", "hello\\n"],
  ["strips one CRLF only", "hello\r\n\r\n", "hello\\r\\n"],
  ["keeps a carriage return of its own", "hello\r", "hello\\r"],
  ["keeps a newline inside", "one\ntwo\n", "one\\ntwo"],
  ["keeps a typed backslash and n", "hello\\n", "hello\\\\n"],
  ["shows a message that is a newline as an empty one", "\n", ""],
  ["escapes what could drive the terminal", "\x1b[2J\n", "\\x1b[2J"],
  ["keeps Korean", "안녕\n", "안녕"],
];

for (const [what, sent, shown] of MESSAGES) {
  Deno.test(`formatText() ${what}`, () => {
    assertEquals(formatText(message(sent)), `Client(51234): ${shown}`);
  });
}

Deno.test("formatText() shows a message of the longest length whole", () => {
  const text = "a".repeat(MESSAGE_BYTES_SHOWN);
  assertEquals(formatText(message(text)), `Client(51234): ${text}`);
});

Deno.test("formatText() cuts a longer message and tells its length", () => {
  const shown = "a".repeat(MESSAGE_BYTES_SHOWN);
  const text = formatText(message(shown + "bc\n"));
  assertEquals(text, `Client(51234): ${shown}... (${MESSAGE_BYTES_SHOWN + 3} bytes)`);
});

Deno.test("formatJson() cuts a longer message and tells its length", () => {
  const shown = "a".repeat(MESSAGE_BYTES_SHOWN);
  const length = MESSAGE_BYTES_SHOWN + 3;
  assertEquals(
    formatJson(message(shown + "bc\n"), DATE),
    `{${TIME},"event":"message_received",${CLIENT},"bytes":${length},"text":"${shown}"}`,
  );
});

Deno.test("formatJson() lets no control character of a client through", () => {
  const controls = message("\x00\x1b[2J\x07\x7f\u009b2J");
  assertNotMatch(formatJson(controls, DATE), /\p{Cc}/u);
});

Deno.test("formatJson() keeps a byte order mark that a client sent", () => {
  const { text }: { text: string } = JSON.parse(formatJson(message("\ufeffhi"), DATE));
  assertEquals(text, "\ufeffhi");
});

/** Emits every row on a bus with a log. Returns the lines of both sinks. */
function logEverything(options: Pick<LogOptions, "format" | "quiet"> & Partial<LogOptions>) {
  const events = new EventBus();
  const output: string[] = [];
  const warnings: string[] = [];
  subscribeLog(events, {
    showsMessages: true,
    ...options,
    output: { writeLine: (line) => output.push(line) },
    warnings: { writeLine: (line) => warnings.push(line) },
    date: () => DATE,
  });
  for (const { event } of ROWS) events.emit(event);
  return { events, output, warnings };
}

const WARNINGS: readonly EventName[] = [
  "accept_failed",
  "worker_failed",
  "handler_failed",
  "handler_not_isolated",
  "guard_lost",
  "status_lost",
  "service_manager_lost",
  "run_folder_failed",
  "rules_failed",
  "certificates_failed",
];

function isWarning({ event }: Row): boolean {
  return WARNINGS.includes(event.event);
}

function textOf(rows: readonly Row[]): (string | null)[] {
  return rows.map(({ text }) => text).filter((text) => text !== null);
}

function jsonOf(rows: readonly Row[]): string[] {
  return rows.map(({ json }) => `{${TIME},${json}}`);
}

const START_ROWS = ROWS.filter(({ event }) => /listening$/.test(event.event));
const WARNING_ROWS = ROWS.filter(isWarning);

Deno.test("The text log writes warnings to their own sink and the rest to the output", () => {
  const { output, warnings } = logEverything({ format: "text", quiet: false });
  assertEquals(output, textOf(ROWS.filter((row) => !isWarning(row))));
  assertEquals(warnings, textOf(WARNING_ROWS));
});

Deno.test("The JSON log writes every event to the output, and the warnings as text to their sink", () => {
  const { output, warnings } = logEverything({ format: "json", quiet: false });
  assertEquals(output, jsonOf(ROWS));
  assertEquals(warnings, textOf(WARNING_ROWS));
});

Deno.test("The quiet text log leaves the start line and the warnings", () => {
  const { output, warnings } = logEverything({ format: "text", quiet: true });
  assertEquals(output, textOf(START_ROWS));
  assertEquals(warnings, textOf(WARNING_ROWS));
});

Deno.test("The quiet JSON log leaves the start line and the warnings", () => {
  const { output, warnings } = logEverything({ format: "json", quiet: true });
  assertEquals(output, jsonOf(START_ROWS));
  assertEquals(warnings, textOf(WARNING_ROWS));
});

const OTHER_ROWS = ROWS.filter(({ event }) => event.event !== "message_received");

Deno.test("A text log without messages has everything else", () => {
  const { output } = logEverything({ format: "text", quiet: false, showsMessages: false });
  assertEquals(output, textOf(OTHER_ROWS.filter((row) => !isWarning(row))));
});

Deno.test("A JSON log without messages has everything else", () => {
  const { output } = logEverything({ format: "json", quiet: false, showsMessages: false });
  assertEquals(output, jsonOf(OTHER_ROWS));
});

for (const format of ["text", "json"] as const) {
  Deno.test(`The ${format} log without messages wants none`, () => {
    const { events } = logEverything({ format, quiet: false, showsMessages: false });
    assert(!events.wants("message_received"));
    assert(events.wants("connection_closed"));
  });

  Deno.test(`The quiet ${format} log wants no messages, and the full one does`, () => {
    assert(!logEverything({ format, quiet: true }).events.wants("message_received"));
    assert(logEverything({ format, quiet: false }).events.wants("message_received"));
  });
}
