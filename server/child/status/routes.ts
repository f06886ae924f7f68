/**
 * What the status process answers: the page with its files, the state, its changes, metrics and health.
 *
 * @module
 */

import { healthOf } from "../../status/health.ts";
import { formatMetrics, METRICS_TYPE } from "../../status/metrics.ts";
import type { ServerState } from "../../status/state.ts";
import type { EventReaders } from "./readers.ts";
import type { PageFiles } from "../../status/page/files.ts";
import { refusalOf } from "./requests.ts";

/** What the answers are made of. */
export interface RoutesOptions {
  /** The host that the page listens on, as the user named it. */
  readonly host: string;
  /** The state, once the server has told one: it is about to listen. */
  readonly state: () => Promise<ServerState>;
  /** Who reads `/events`. */
  readonly readers: EventReaders;
  /** The files of the page. */
  readonly files: Pick<PageFiles, "get">;
}

/**
 * Nothing but the page's own files runs or is asked, and nobody may put the page into a frame (Content Security Policy
 * level 3).
 */
export const PAGE_POLICY: string =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": PAGE_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Answers requests. */
export class Routes {
  readonly #options: RoutesOptions;

  /** Answers from that. */
  constructor(options: RoutesOptions) {
    this.#options = options;
  }

  /** The answer to a request. */
  async answer(request: Request): Promise<Response> {
    const refusal = refusalOf(request, this.#options.host);
    if (refusal !== null) return plain(`${refusal.reason}\n`, refusal.status);
    const response = await this.#route(new URL(request.url).pathname);
    if (request.method === "GET") return response;
    await response.body?.cancel();
    return new Response(null, response);
  }

  async #route(path: string): Promise<Response> {
    const { files, readers } = this.#options;
    const file = await files.get(path);
    if (file !== null) return respond(file.body, { type: file.contentType });
    if (!PATHS.has(path)) return plain(`There is no ${path}: ${[...PATHS].join(", ")}\n`, 404);
    const state = await this.#options.state();
    switch (path) {
      case "/metrics":
        return respond(await formatMetrics(state), { type: METRICS_TYPE });
      case "/health": {
        const { ok, body } = healthOf(state);
        return json(body, ok ? 200 : 503);
      }
      case "/events": {
        const stream = readers.open();
        if (stream === null) return plain("Too many read /events already\n", 503);
        return respond(stream, { type: "text/event-stream" });
      }
      default:
        return json(state);
    }
  }
}

/** What is answered besides the files of the page. */
const PATHS: ReadonlySet<string> = new Set(["/metrics", "/health", "/state.json", "/events"]);

function json(value: unknown, status = 200): Response {
  return respond(JSON.stringify(value) + "\n", { type: "application/json", status });
}

function plain(text: string, status: number): Response {
  return respond(text, { type: "text/plain; charset=utf-8", status });
}

function respond(
  body: BodyInit,
  { type, status = 200 }: { readonly type: string; readonly status?: number },
): Response {
  return new Response(body, { status, headers: { ...HEADERS, "content-type": type } });
}
