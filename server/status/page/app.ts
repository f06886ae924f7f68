/**
 * The page: its parts, one below the other, and the part that the reader points at.
 *
 * @module
 */

import type { PageElement } from "./browser.ts";
import { explain } from "./explain.ts";
import { drawFigures } from "./figures/figures.ts";
import { drawHeader } from "./header.ts";
import { drawInspector } from "./inspector.ts";
import type { LiveServer } from "./live.ts";
import { Picture } from "./picture/picture.ts";
import { sceneOf } from "./picture/scene.ts";
import { sceneTable } from "./picture/scene_table.ts";
import type { Settings } from "./settings.ts";
import { endsTable } from "./tables/ends.ts";
import { Processes } from "./tables/processes.ts";
import { wordsIn } from "./texts/words.ts";
import { Timeline } from "./timeline/timeline.ts";
import { html, useState, type VNode } from "./ui.ts";

/** What the page is made of. */
export interface AppProps {
  /** The server. */
  readonly live: LiveServer;
  /** How the page is shown. */
  readonly settings: Settings;
  /** Whether its colours are dark now. */
  readonly isDark: boolean;
  /** The room for pictures, in their own pixels. */
  readonly width: number;
  /** Called with what the reader wants. */
  readonly onSettings: (settings: Settings) => void;
}

/** Draws the page. */
export function App({ live, settings, isDark, width, onSettings }: AppProps): VNode {
  const [part, setPart] = useState<string | null>(null);
  const [isTableOpen, setTableOpen] = useState(false);
  const words = wordsIn(settings.language);
  const { state, now, link } = live;
  if (state === null) {
    return html`<p class="loading" role="status">${
      words(link === "lost" ? "lost" : "loading")
    }</p>`;
  }
  const scene = sceneOf(state, { now, lit: live.litConnections() });
  const onPoint = ({ target }: Event) => {
    const pointed = partAt(target);
    if (pointed !== null) setPart(pointed);
  };
  const onToggle = ({ currentTarget }: { readonly currentTarget: { readonly open: boolean } }) =>
    setTableOpen(currentTarget.open);
  return html`<div class="page" onmouseover=${onPoint} onclick=${onPoint} onfocusin=${onPoint}>
    ${drawHeader({ state, now, link, settings, isDark, words, onSettings })}
    <main>
      <section id="picture" aria-labelledby="picture-heading" tabindex="-1">
        <h2 id="picture-heading">${words("picture")}</h2>
        <${Picture} ...${{ state, scene, words, width, onPart: setPart }} />
        <details ontoggle=${onToggle}><summary>${words("asTable")}</summary>
          ${isTableOpen && sceneTable(scene, words)}</details>
      </section>
      <section aria-labelledby="timeline-heading">
        <h2 id="timeline-heading">${words("timeline")}</h2>
        <${Timeline} ...${{ state, now, words, width }} />
      </section>
      <section aria-labelledby="ends-heading">
        <h2 id="ends-heading">${words("ends")}</h2>
        ${endsTable(state.ended, words)}
      </section>
      <section aria-labelledby="figures-heading">
        <h2 id="figures-heading">${words("figures")}</h2>
        ${drawFigures({ history: state.history, words })}
      </section>
      <section aria-labelledby="processes-heading">
        <h2 id="processes-heading">${words("processes")}</h2>
        <${Processes} ...${{ state, words }} />
      </section>
    </main>
    <footer><p>${words("readOnly")}</p></footer>
    ${drawInspector(part === null ? null : explain(part, { state, words }), words)}
  </div>`;
}

/** The part that an element belongs to, or null. */
function partAt(target: unknown): string | null {
  const element = target as Partial<PageElement> | null;
  return element?.closest?.("[data-part]")?.getAttribute("data-part") ?? null;
}
