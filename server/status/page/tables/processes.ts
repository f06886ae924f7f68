/**
 * The processes as the kernel knows them.
 *
 * @module
 */

import type { ProcessView, ServerState } from "../../state.ts";
import { formatBytes, formatMs } from "../format.ts";
import { html, useState, type VNode } from "../ui.ts";
import type { TextKey, Words } from "../texts/words.ts";

const COLUMNS = [
  "column_pid",
  "column_role",
  "column_state",
] as const;

const NUMBER_COLUMNS = ["column_memory", "column_cpu"] as const;

const ROWS_SHOWN = 20;

const LETTERS: Readonly<Record<string, TextKey>> = {
  R: "letter_R",
  S: "letter_S",
  D: "letter_D",
  T: "letter_T",
  t: "letter_T",
  Z: "letter_Z",
};

/** What the table is made of. */
export interface ProcessesProps {
  /** The server. */
  readonly state: ServerState;
  /** The texts. */
  readonly words: Words;
}

/** Lists them, the parent first. */
export function Processes({ state, words }: ProcessesProps): VNode {
  const { processes, server } = state;
  const [isWhole, setWhole] = useState(false);
  if (processes.length === 0) return html`<p class="empty">${words("processesNone")}</p>`;
  const shown = isWhole ? processes : processes.slice(0, ROWS_SHOWN);
  return html`<div>
    <div class="scroll"><table class="processes">
      <thead><tr>${COLUMNS.map((key) => html`<th key=${key} scope="col">${words(key)}</th>`)}${
    NUMBER_COLUMNS.map((key) => html`<th key=${key} class="number" scope="col">${words(key)}</th>`)
  }</tr></thead>
      <tbody>${
    shown.map((view) => processRow(view, { words, isParent: view.pid === server.pid }))
  }</tbody>
    </table></div>
    ${
    shown.length < processes.length &&
    html`<button type="button" class="more" onclick=${() => setWhole(true)}>${
      words("showAll", { count: processes.length })
    }</button>`
  }
  </div>`;
}

function processRow(
  { pid, state, pssBytes, cpuMs }: ProcessView,
  { words, isParent }: { readonly words: Words; readonly isParent: boolean },
): VNode {
  const letter = LETTERS[state];
  const name = letter === undefined ? "" : words(letter);
  return html`
    <tr key=${pid} data-part=${isParent ? "parent" : `worker:${pid}`} tabindex="0"
      class=${state === "Z" ? "bad" : ""}>
      <th scope="row">${pid}</th>
      <td>${words(isParent ? "parent" : "worker")}</td>
      <td><span class="code">${state}</span> ${name}</td>
      <td class="number">${formatBytes(pssBytes)}</td>
      <td class="number">${formatMs(cpuMs)}</td>
    </tr>
  `;
}
