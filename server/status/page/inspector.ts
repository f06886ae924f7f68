/**
 * The strip at the foot of the window that says what the part is that the reader points at.
 *
 * @module
 */

import type { Explanation } from "./explain.ts";
import type { Words } from "./texts/words.ts";
import { html, type VNode } from "./ui.ts";

/** Draws the strip. What changes all the time in it is not read aloud again and again. */
export function drawInspector(explanation: Explanation | null, words: Words): VNode {
  if (explanation === null) {
    return html`
      <aside id="explanation" aria-label=${words("explanation")}>
        <p>${words("explainHint")}</p>
      </aside>
    `;
  }
  const { title, text, command, detail } = explanation;
  return html`
    <aside id="explanation" aria-label=${words("explanation")}>
      <div aria-live="polite">
        <p><b>${title}.</b> ${text}</p>
        <p class="command"><span>${words("command")}</span> <code>${command}</code></p>
      </div>
      ${detail !== undefined && html`<p class="detail">${detail}</p>`}
    </aside>
  `;
}
