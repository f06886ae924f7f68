/**
 * `brood guide`: prints or serves the course that is in the program.
 *
 * @module
 */

import { padEnd, widthOf } from "../../cli/columns.ts";
import type { Language } from "../../cli/language.ts";
import type { Lifetime } from "../../cli/lifetime.ts";
import { writeOutput } from "../../cli/output.ts";
import { type Translate, translatorTo } from "../../cli/translation.ts";
import { EXIT_STATUS } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import type { GuideOptions } from "./command.ts";
import { formatForTerminal } from "./markdown.ts";
import { documentIn, DOCUMENTS, exampleNamed, EXAMPLES, titleOf } from "./topics.ts";

/** Shows what was asked for. Resolves to the exit status. Rejects with `OperationalError` if that cannot be done. */
export async function runGuide(
  { topic, status, language }: GuideOptions,
  lifetime: Lifetime,
): Promise<number> {
  if (status !== null) {
    const { serveGuide } = await import("./web.ts");
    await serveGuide({ where: status, language, signal: lifetime.stopping });
    return EXIT_STATUS.done;
  }
  const text = topic === null
    ? formatTopics(language, await translatorTo(language))
    : textOf(topic, language);
  await writeOutput(Deno.stdout, new TextEncoder().encode(text));
  return EXIT_STATUS.done;
}

/** An example as it is, so that it can be written to a file. */
function textOf(topic: string, language: Language): string {
  return exampleNamed(topic) ?? formatForTerminal(documentIn(topic, language) ?? "") + "\n";
}

function formatTopics(language: Language, translate: Translate): string {
  const documents = Object.keys(DOCUMENTS)
    .map((topic) => [topic, titleOf(documentIn(topic, language) ?? "")] as const);
  const width = Math.max(...documents.map(([topic]) => widthOf(topic)));
  return [
    translate(say`"brood guide TOPIC" prints a page; the topics are:`),
    "",
    ...documents.map(([topic, title]) => `  ${padEnd(topic, width)}  ${title}`),
    "",
    translate(say`and the examples:`),
    "",
    `  ${Object.keys(EXAMPLES).join("  ")}`,
    "",
  ].join("\n");
}
