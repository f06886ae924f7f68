/**
 * The last child processes that have ended: their wait statuses, and why.
 *
 * @module
 */

import type { EndedWorker } from "../../state.ts";
import { formatMs } from "../format.ts";
import { html, type VNode } from "../ui.ts";
import { waitStatusLines } from "../wait_status.ts";
import type { Words } from "../texts/words.ts";

const COLUMNS = [
  "column_pid",
  "column_status",
  "column_reason",
  "column_start",
  "column_life",
  "column_zombie",
] as const;

const ROWS_SHOWN = 12;

/** Lists them, the last first. */
export function endsTable(ended: readonly EndedWorker[], words: Words): VNode {
  if (ended.length === 0) return html`<p class="empty">${words("endsNone")}</p>`;
  const last = ended.slice(-ROWS_SHOWN).toReversed();
  return html`
    <div class="scroll">
      <table class="ends">
        <thead>
          <tr>${COLUMNS.map((key) => html`<th key=${key} scope="col">${words(key)}</th>`)}</tr>
        </thead>
        <tbody>${last.map((worker) => endRow(worker, words))}</tbody>
      </table>
    </div>
  `;
}

function endRow(worker: EndedWorker, words: Words): VNode {
  const { pid, startedAt, readyAt, endedAt, reason, zombieMs, status, signal } = worker;
  const [predicate, value] = waitStatusLines(worker);
  const isBad = signal !== null || status !== 0;
  return html`
    <tr key=${`${pid}:${startedAt}`} data-part=${`worker:${pid}`} tabindex="0"
      class=${isBad ? "bad" : ""}>
      <th scope="row">${pid}</th>
      <td class="code">${predicate}, <b>${value}</b></td>
      <td>${words(`exit_${reason}`)}</td>
      <td>${formatMs(readyAt === null ? null : readyAt - startedAt)}</td>
      <td>${formatMs(endedAt - startedAt)}</td>
      <td>${zombieMs === null ? "-" : formatMs(zombieMs)}</td>
    </tr>
  `;
}
