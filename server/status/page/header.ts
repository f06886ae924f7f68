/**
 * The head of the page: which server it is, what it does with new connections, and how the page is shown.
 *
 * @module
 */

import type { ServerState } from "../state.ts";
import { formatAddress, formatMs, formatNumber } from "./format.ts";
import type { Link } from "./live.ts";
import { formatSettings, LANGUAGES, type Settings } from "./settings.ts";
import type { Words } from "./texts/words.ts";
import { html, type VNode } from "./ui.ts";

/** What the head is made of. */
export interface HeaderOptions {
  /** The server. */
  readonly state: ServerState;
  /** The time, by the server's clock. */
  readonly now: number;
  /** Whether events come. */
  readonly link: Link;
  /** How the page is shown. */
  readonly settings: Settings;
  /** Whether its colours are dark now. */
  readonly isDark: boolean;
  /** The texts. */
  readonly words: Words;
  /** Called with what the reader wants. */
  readonly onSettings: (settings: Settings) => void;
}

const LANGUAGE_NAMES = { en: "English", ko: "한국어" } as const;

/** Draws the head. */
export function drawHeader(options: HeaderOptions): VNode {
  const { state, words } = options;
  const { server, phase } = state;
  const address = formatAddress(server.host, server.port);
  return html`<header>
    <a class="skip" href="#picture">${words("skip")}</a>
    <div class="bar">
      <h1>${words("title", { address })}
        <span class="phase ${phase}" role="status">${words(`phase_${phase}`)}</span></h1>
      ${drawOptions(options)}
    </div>
    <p class="notice ${noticeOf(options) === "" ? "none" : ""}" role="status">${
    noticeOf(options)
  }</p>
    ${drawFacts(options)}
  </header>`;
}

/** What the reader must know first; "" if all is well. */
function noticeOf({ state, link, words }: HeaderOptions): string {
  if (state.phase === "stopped") return words("stopped");
  if (link === "lost") return words("lost");
  if (state.failure !== null) return words("failure", { error: state.failure });
  return "";
}

function drawFacts({ state, now, words }: HeaderOptions): VNode {
  const { server, totals, connections } = state;
  const values = { count: Object.keys(connections).length, max: server.maxConnections };
  const rejected = Object.values(totals.rejected).reduce((sum, count) => sum + count, 0);
  const facts: readonly (readonly [name: string, value: string])[] = [
    [words("mode"), server.mode],
    [words("transport"), server.transport ?? words("noTransport")],
    [words("handler"), server.handler],
    ...server.fault !== null ? [[words("fault"), server.fault] as const] : [],
    [words("slots"), words("of", values)],
    [words("accepted"), formatNumber(totals.accepted)],
    ...rejected > 0 ? [[words("rejected"), formatNumber(rejected)] as const] : [],
    [words("uptime"), formatMs(Math.floor((now - server.startedAt) / 1000) * 1000)],
  ];
  return html`<dl class="facts">${
    facts.map(([name, value]) =>
      html`
        <div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>
      `
    )
  }</dl>`;
}

function drawOptions({ settings, isDark, words, onSettings }: HeaderOptions): VNode {
  const { language, isLarge } = settings;
  return html`<nav class="buttons" aria-label=${words("options")}>
    ${
    LANGUAGES.filter((other) => other !== language).map((other) => {
      const next = { ...settings, language: other };
      return html`
        <a key=${other} lang=${other} hreflang=${other} href=${formatSettings(next)}
          onclick=${(event: Event) => {
            event.preventDefault();
            onSettings(next);
          }}>${LANGUAGE_NAMES[other]}</a>
      `;
    })
  }
    <button type="button" onclick=${() =>
    onSettings({ ...settings, theme: isDark ? "light" : "dark" })}>
      ${words(isDark ? "toLight" : "toDark")}</button>
    <button type="button" aria-pressed=${isLarge ? "true" : "false"}
      onclick=${() => onSettings({ ...settings, isLarge: !isLarge })}>${words("large")}</button>
  </nav>`;
}
