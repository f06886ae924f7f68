/**
 * The guide in a browser: one page for each topic, in both languages. It has no script and asks nothing of any other
 * machine.
 *
 * @module
 */

import { marked } from "marked";
import { escapeHtml } from "../../client/load/report/chart.ts";
import { type Language, LANGUAGES } from "../../cli/language.ts";
import { print } from "../../cli/exit.ts";
import { translatorTo } from "../../cli/translation.ts";
import { type Endpoint, formatEndpoint } from "../../ipc/address.ts";
import { OperationalError, reasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import { prepare, withoutTwin } from "./markdown.ts";
import { documentIn, DOCUMENTS, exampleNamed, EXAMPLES, titleOf } from "./topics.ts";

/** How a page looks. */
const STYLE = `
:root { color-scheme: light dark }
body { font: 18px/1.6 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1rem }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; border-bottom: 1px solid #8886; padding-bottom: .5rem }
nav a[aria-current] { font-weight: 700; color: inherit }
pre { overflow-x: auto; padding: .8rem; background: #8882; font-size: .85em; line-height: 1.4 }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #8886; padding: .2rem .6rem; text-align: left }
`;

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** How the languages call themselves. */
const NAMES: Readonly<Record<Language, string>> = { en: "English", ko: "한국어" };

/** Where the guide is served, and until when. */
export interface GuideServerOptions {
  /** Where to listen. */
  readonly where: Endpoint;
  /** The language of whoever asks for none. */
  readonly language: Language;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Serves the guide until the signal aborts. Rejects with `OperationalError` if it cannot listen there. */
export async function serveGuide({ where, language, signal }: GuideServerOptions): Promise<void> {
  const { hostname, port } = where;
  const translate = await translatorTo(language);
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname, port, signal, onListen() {} },
      ({ url }) => answer(new URL(url).pathname, language),
    );
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new OperationalError(say`Cannot listen on ${formatEndpoint(where)}: ${reason}`, {
      cause,
    });
  }
  const url = `http://${formatEndpoint({ hostname, port: server.addr.port })}/`;
  print(translate(say`The guide: ${url}`));
  await server.finished;
}

/** What is at a path: `/`, `/LANGUAGE/TOPIC`, or `/LANGUAGE/FILE` for an example. */
export function answer(pathname: string, fallback: Language): Response {
  const [, name = "", topic = ""] = pathname.split("/");
  const language = LANGUAGES.find((each) => each === name);
  if (language === undefined) return redirect(`/${fallback}/lab`);
  const example = exampleNamed(topic);
  if (example !== null) return respond(example, "text/plain");
  const document = documentIn(topic, language);
  if (document !== null) return respond(formatPage(document, { topic, language }), "text/html");
  return topic === "" ? redirect(`/${language}/lab`) : new Response("404\n", { status: 404 });
}

function redirect(location: string): Response {
  return new Response(null, { status: 302, headers: { location } });
}

function respond(body: string, type: string): Response {
  return new Response(body, {
    headers: { ...HEADERS, "content-type": `${type}; charset=utf-8` },
  });
}

interface PageOptions {
  readonly topic: string;
  readonly language: Language;
}

function formatPage(document: string, { topic, language }: PageOptions): string {
  const linked = prepare(
    withoutTwin(document),
    (text, { topic }) => `[${text}](/${language}/${topic})`,
  );
  const links = Object.keys(DOCUMENTS).map((each) =>
    `<a href="/${language}/${each}"${each === topic ? ' aria-current="page"' : ""}>${each}</a>`
  );
  const languages = LANGUAGES.filter((each) => each !== language)
    .map((each) => `<a href="/${each}/${topic}" lang="${each}">${NAMES[each]}</a>`);
  const examples = Object.keys(EXAMPLES)
    .map((file) => `<a href="/${language}/${file}">${file}</a>`);
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(titleOf(document))}</title>
<style>${STYLE}</style>
</head>
<body>
<nav>${[...links, ...languages].join("\n")}</nav>
<main>
${marked.parse(linked, { async: false })}
</main>
<nav>${examples.join("\n")}</nav>
</body>
</html>
`;
}
