/**
 * The blocks of commands in the documents, and who runs each: a test that runs them as they stand, unless the line
 * above says `run by: FILE, "what stands there"` or `not run: why`.
 *
 * @module
 */

import { englishPathOf } from "./document_twins.ts";
import { type Block, type Document, documentPaths, readDocument } from "./markdown.ts";

/** Who runs a block. */
export type Runner =
  | { readonly kind: "here" }
  | { readonly kind: "elsewhere"; readonly file: string; readonly words: string }
  | { readonly kind: "nobody"; readonly reason: string };

/** The languages of blocks that hold commands. */
export const COMMAND_LANGUAGES: readonly string[] = ["sh", "console"];

/** Who runs a block. Throws where the line above cannot be understood. */
export function runnerOf({ mark }: Pick<Block, "mark">): Runner {
  if (mark === null || !/^(?:run by|not run)\b/.test(mark)) return { kind: "here" };
  const [, file = "", words = ""] = /^run by: (\S+), "(.+)"$/.exec(mark) ?? [];
  if (file !== "") return { kind: "elsewhere", file, words };
  const [, reason = ""] = /^not run: (\S+ \S+ \S.*)$/.exec(mark) ?? [];
  if (reason !== "") return { kind: "nobody", reason };
  throw new Error(`Write <!-- run by: FILE, "words" --> or <!-- not run: why -->: ${mark}`);
}

/** Every English document with its blocks of commands. Those of a Korean one are compared with them. */
export async function documentsWithCommands(): Promise<
  readonly { readonly document: Document; readonly blocks: readonly Block[] }[]
> {
  const paths = (await documentPaths()).filter((path) => englishPathOf(path) === null);
  const documents = await Promise.all(paths.map(readDocument));
  return documents.map((document) => ({
    document,
    blocks: document.blocks.filter(({ language }) => COMMAND_LANGUAGES.includes(language)),
  }));
}
