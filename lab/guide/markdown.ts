/**
 * The documents as the guide shows them: without what only the project's own files need, and with links to topics in
 * place of files.
 *
 * @module
 */

import { DOCUMENTS } from "./topics.ts";

/**
 * What is not plain text: a block of code; a picture or a link, its text and where it leads; code in a line; a note for
 * those who work on the documents, with the empty line behind it.
 */
const MARKUP =
  /(?<block>^```.*?^```$)|(?<mark>!?)\[(?<text>(?:`[^`\n]*`|[^\]`])*)\]\((?<href>[^)\s]*)\)|(?<code>`[^`\n]*`)|<!--.*?-->\n{0,2}/gms;

/** A place in a document. */
export interface Target {
  /** The document. */
  readonly topic: string;
  /** The heading in it, with its `#`, or nothing. */
  readonly anchor: string;
}

/**
 * A document for readers. `link` makes a link to a topic of its text; a link that leads out of the guide is its text
 * alone, and a picture is left out.
 */
export function prepare(
  document: string,
  link: (text: string, target: Target) => string,
): string {
  return document.replace(MARKUP, (...args) => {
    const { block, mark, text = "", href, code } = args.at(-1) as Readonly<
      Record<"block" | "mark" | "text" | "href" | "code", string | undefined>
    >;
    if (href === undefined) return block ?? code ?? "";
    if (mark !== "") return "";
    const [path = "", anchor] = href.split("#");
    const topic = /(?:^|\/)([^/]+)\.md$/.exec(path)?.[1] ?? "";
    if (/^https?:/.test(href)) return `${text} (${href})`;
    // The twin in the other language, and places in the same document, are no topics of their own.
    if (!Object.hasOwn(DOCUMENTS, topic)) return text;
    return link(text, { topic, anchor: anchor === undefined ? "" : `#${anchor}` });
  }).trim();
}

/** A document for a terminal. */
export function formatForTerminal(document: string): string {
  return prepare(withoutTwin(document), (text, { topic }) => `${text} (brood guide ${topic})`);
}

/** Leaves out the line that leads to the document in the other language. */
export function withoutTwin(document: string): string {
  return document.replace(/^\[(?:한국어|English)\]\([^)]*\)\n\n/m, "");
}
