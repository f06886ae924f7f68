/**
 * What the picture shows as a table, for those who do not see it.
 *
 * @module
 */

import { formatBytes, formatMs, UNKNOWN } from "../format.ts";
import { html, type VNode } from "../ui.ts";
import type { Words } from "../texts/words.ts";
import type { Scene, SceneConnection } from "./scene.ts";

const COLUMNS = [
  "column_pid",
  "column_state",
  "column_start",
  "column_parentFds",
  "column_workerFds",
  "column_client",
  "column_holder",
  "column_bytes",
  "column_message",
] as const;

/** A table of more has no readers. */
const ROWS_SHOWN = 200;

/** Lists the rows of the picture. */
export function sceneTable({ rows }: Scene, words: Words): VNode {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${words("picture")}>
      <table>
        <thead>
          <tr>${COLUMNS.map((key) => html`<th key=${key} scope="col">${words(key)}</th>`)}</tr>
        </thead>
        <tbody>${rows.slice(0, ROWS_SHOWN).map(({ key, worker, wire, connection }) =>
          html`
            <tr key=${key}>
              <th scope="row">${worker?.pid ?? UNKNOWN}</th>
              <td>${worker === null ? UNKNOWN : words(`state_${worker.look}`)}</td>
              <td>${formatMs(worker?.startMs ?? null)}</td>
              <td>${listOf([wire?.parentFds, connection?.parentFds])}</td>
              <td>${listOf([wire?.workerFds, connection?.workerFds])}</td>
              <td class="code">${connection?.address ?? UNKNOWN}</td>
              <td>${connection === null ? UNKNOWN : words(holderOf(connection))}</td>
              <td>${connection === null
                ? UNKNOWN
                : `${formatBytes(connection.bytesIn)} / ${formatBytes(connection.bytesOut)}`}</td>
              <td class="code message">${connection?.message ?? ""}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

function holderOf(
  { isInParent, isInWorker }: SceneConnection,
): "holder_both" | "holder_worker" | "holder_parent" {
  if (!isInWorker) return "holder_parent";
  return isInParent ? "holder_both" : "holder_worker";
}

function listOf(ends: readonly (readonly number[] | null | undefined)[]): string {
  return ends.flatMap((numbers) => numbers ?? []).join(", ") || UNKNOWN;
}
