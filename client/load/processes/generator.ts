/**
 * The load generator's entry: the hidden command `_generator`, which the client starts with `--processes`.
 *
 * It says that it is ready, waits for the start, opens its share of the connections, and tells what it counted. It ends
 * then, or when the parent is gone (the end of its standard input). Ctrl-C in the parent's terminal does not reach it.
 *
 * @module
 */

import { systemClock } from "../../../ipc/clock.ts";
import { EXIT_STATUS } from "../../../ipc/errors.ts";
import { exitWith } from "../../../cli/exit.ts";
import { integer, readArgv, text, toggle } from "../../../cli/flags.ts";
import { giveUpPermissions } from "../../../cli/permissions.ts";
import type { HiddenCommand } from "../../../cli/self.ts";
import { UnresolvedError } from "../failure.ts";
import { type LoadMessage, receiveMessages, sendMessage } from "./messages.ts";
import { runShare, type ShareOptions, type ShareRun } from "./share.ts";
import { Tally } from "../tally/tally.ts";

/** The hidden command that runs a share of a load. It connects, and may do nothing else. */
export const GENERATOR_COMMAND: HiddenCommand = {
  name: "_generator",
  module: import.meta.url,
  permissions: ["net"],
  flags: [],
};

const count = (help: string) =>
  integer({ placeholder: "N", fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help });

/** What the parent tells a generator. */
export const SHARE_FLAGS = {
  hostname: text({ placeholder: "HOST", fallback: "", help: "the server's host name or address" }),
  port: count("the server's port"),
  first: count("the number of the first connection"),
  step: count("from the number of a connection to the next"),
  connections: count("what the numbers are less than"),
  concurrency: count("connections at a time"),
  rate: count("connections per second of the whole load"),
  messages: count("messages that each connection sends"),
  size: count("the length of a message, in bytes"),
  binary: toggle("whether any byte is sent, or text"),
  connectTimeoutMs: count("how long a connection may take to connect"),
  timeoutMs: count("how long to wait for an echo"),
};

/** The parent draws its progress bar a little more often than people see. */
const PROGRESS_EVERY_MS = 100;

/** Runs a share of a load as the parent says. Resolves to the exit status. */
export async function runGenerator(args: readonly string[]): Promise<number> {
  const share: ShareOptions = readArgv(SHARE_FLAGS, args);
  giveUpPermissions(GENERATOR_COMMAND.permissions);
  const messages = receiveMessages(Deno.stdin);
  await sendMessage(Deno.stdout, { type: "ready" });
  const start = (await messages.next()).value;
  if (start?.type !== "start") return EXIT_STATUS.failed;
  const stopping = new AbortController();
  return await Promise.race([
    runAndTell(share, { stopping: stopping.signal, trust: start.trust }),
    untilParentGone(messages, () => stopping.abort()),
  ]);
}

async function runAndTell(
  share: ShareOptions,
  run: Pick<ShareRun, "stopping" | "trust">,
): Promise<number> {
  const tally = new Tally();
  const ended = new AbortController();
  const telling = tellProgress(tally, ended.signal);
  try {
    await runShare(share, { ...run, tally });
  } catch (error) {
    if (!(error instanceof UnresolvedError)) throw error;
    await sendMessage(Deno.stdout, { type: "unresolved" });
    return EXIT_STATUS.failed;
  } finally {
    ended.abort();
    await telling;
  }
  await sendMessage(Deno.stdout, { type: "result", tally: tally.encode() });
  return EXIT_STATUS.done;
}

async function tellProgress(tally: Tally, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await systemClock.sleep(PROGRESS_EVERY_MS, ended);
    await sendMessage(Deno.stdout, { type: "progress", settled: tally.settled });
  }
}

async function untilParentGone(
  messages: AsyncIterable<LoadMessage>,
  onStop: () => void,
): Promise<number> {
  for await (const message of messages) if (message.type === "stop") onStop();
  return EXIT_STATUS.failed;
}

if (import.meta.main) await exitWith(() => runGenerator(Deno.args));
