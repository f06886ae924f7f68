/**
 * The status process's entry: the hidden command `_status`, one process beside a server that was started with
 * `--status`. It serves the page, the metrics and the health over HTTP, so that whoever looks at them can neither slow
 * nor break the server.
 *
 * It reads the feed on its standard input (`feed.ts`), says on its standard output which port it listens on, or why it
 * cannot, and ends with its input: with the server, killed or not. Once it listens it gives up every permission.
 *
 * @module
 */

import { exitWith } from "../../../cli/exit.ts";
import { readArgv } from "../../../cli/flags.ts";
import { giveUpPermissions } from "../../../cli/permissions.ts";
import { keepShield } from "../../../cli/shield_from_source.ts";
import { textLinesOf } from "../../../cli/text_lines.ts";
import { formatEndpoint } from "../../../ipc/address.ts";
import { EXIT_STATUS, reasonOf } from "../../../ipc/errors.ts";
import { writeAll } from "../../../ipc/relay/copy.ts";
import type { FeedMessage } from "../../status/feed.ts";
import { EventReaders } from "./readers.ts";
import { Routes } from "./routes.ts";
import { STATUS_FLAGS } from "./status_command.ts";
import { StatusModel } from "../../status/model.ts";
import { PageFiles } from "../../status/page/files.ts";
import type { ServerState } from "../../status/state.ts";
import { say } from "../../../ipc/say.ts";

/** How often readers of `/events` are told what has changed. */
const FLUSH_MS = 200;

/** Runs a status process until its input ends. Resolves to its exit status. */
export async function runStatus(args: readonly string[]): Promise<number> {
  const flags = readArgv(STATUS_FLAGS, args);
  let model: StatusModel | null = null;
  const { promise: first, resolve: begin } = Promise.withResolvers<StatusModel>();
  const readers = new EventReaders(() => stateOf(model));
  const routes = new Routes({
    host: flags.host,
    state: async () => (model ?? await first).state,
    readers,
    files: new PageFiles(),
  });
  const server = listen(flags, routes);
  const said = typeof server === "string" ? server : String(server.addr.port);
  await writeAll(Deno.stdout, new TextEncoder().encode(`${said}\n`));
  if (typeof server === "string") return EXIT_STATUS.failed;
  giveUpPermissions([]);
  const flushing = setInterval(() => readers.flush(), FLUSH_MS);
  for await (const message of readFeed()) {
    if (message.type === "state") {
      model = new StatusModel(message.state);
      begin(model);
      readers.restart();
    } else {
      model?.apply(message);
      readers.add(message);
    }
  }
  clearInterval(flushing);
  readers.flush();
  readers.close();
  return EXIT_STATUS.done;
}

function stateOf(model: StatusModel | null): ServerState {
  if (model === null) throw new TypeError("Nobody reads before there is a state");
  return model.state;
}

/** The server that listens there, or why it cannot, in a line. */
function listen(
  { host: hostname, port }: { readonly host: string; readonly port: number },
  routes: Routes,
): Deno.HttpServer<Deno.NetAddr> | string {
  try {
    return Deno.serve(
      { hostname, port, onListen() {}, onError: () => new Response(null, { status: 500 }) },
      (request) => routes.answer(request),
    );
  } catch (error) {
    const where = formatEndpoint({ hostname, port });
    return say`Cannot listen on ${where} for the status page: ${reasonOf(error)}`;
  }
}

async function* readFeed(): AsyncGenerator<FeedMessage, void> {
  for await (const line of textLinesOf(Deno.stdin.readable)) yield JSON.parse(line);
}

if (import.meta.main) {
  keepShield();
  await exitWith(() => runStatus(Deno.args));
}
