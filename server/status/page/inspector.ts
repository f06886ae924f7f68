/**
 * The strip at the foot of the window that says what the part is that the reader points at.
 *
 * @module
 */

import type { Explanation } from "./explain.ts";
import type { Words } from "./texts/words.ts";
import { html, type VNode } from "./ui.ts";

/** Draws the strip. */
export function drawInspector(explanation: Explanation | null, words: Words): VNode {
  return html`<aside id="explanation" aria-label=${words("explanation")} aria-live="polite">${
    explanation === null ? html`<p>${words("explainHint")}</p>` : html`
      <p><b>${explanation.title}.</b> ${explanation.text}</p>
      <p class="command"><span>${words("command")}</span> <code>${explanation.command}</code></p>
    `
  }</aside>`;
}
