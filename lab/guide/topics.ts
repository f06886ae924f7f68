/**
 * What the guide has: the documents of the course and the examples. They are imported as texts, because a compiled
 * program has no folder to read them from; a module under another URL than its own, because it could not be imported as
 * a module any more.
 *
 * @module
 */

import explain from "../../docs/explain.md" with { type: "text" };
import faults from "../../docs/faults.md" with { type: "text" };
import glossary from "../../docs/glossary.md" with { type: "text" };
import grade from "../../docs/grade.md" with { type: "text" };
import ipc from "../../docs/ipc.md" with { type: "text" };
import glossaryKo from "../../docs/ko/glossary.md" with { type: "text" };
import ipcKo from "../../docs/ko/ipc.md" with { type: "text" };
import labKo from "../../docs/ko/lab.md" with { type: "text" };
import statusKo from "../../docs/ko/status.md" with { type: "text" };
import lab from "../../docs/lab.md" with { type: "text" };
import models from "../../docs/models.md" with { type: "text" };
import server from "../../docs/server.md" with { type: "text" };
import status from "../../docs/status.md" with { type: "text" };
import forkServer from "../../examples/c/fork_server.c" with { type: "text" };
import forkServerSigchld from "../../examples/c/fork_server_sigchld.c" with { type: "text" };
import iterativeServer from "../../examples/c/iterative_server.c" with { type: "text" };
import makefile from "../../examples/c/Makefile" with { type: "text" };
import splitClient from "../../examples/c/split_client.c" with { type: "text" };
import testClient from "../../examples/c/test_client.c" with { type: "text" };
import daytime from "../../examples/daytime.ts?text" with { type: "text" };
import http from "../../examples/http.ts?text" with { type: "text" };
import upperCase from "../../examples/upper_case.ts?text" with { type: "text" };
import type { Language } from "../../cli/language.ts";

/** A document, in the languages that it is written in: Markdown. */
export interface Document {
  /** In English. */
  readonly en: string;
  /** In Korean, where it has been translated. */
  readonly ko?: string;
}

/** The documents by their topics, in the order in which they are best read. */
export const DOCUMENTS: Readonly<Record<string, Document>> = {
  lab: { en: lab, ko: labKo },
  glossary: { en: glossary, ko: glossaryKo },
  status: { en: status, ko: statusKo },
  ipc: { en: ipc, ko: ipcKo },
  explain: { en: explain },
  faults: { en: faults },
  models: { en: models },
  grade: { en: grade },
  server: { en: server },
};

/** The examples by their topics, which are the names of their files. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  "daytime.ts": daytime,
  "upper_case.ts": upperCase,
  "http.ts": http,
  "iterative_server.c": iterativeServer,
  "fork_server.c": forkServer,
  "fork_server_sigchld.c": forkServerSigchld,
  "test_client.c": testClient,
  "split_client.c": splitClient,
  Makefile: makefile,
};

/** All topics. */
export const TOPICS: readonly string[] = [...Object.keys(DOCUMENTS), ...Object.keys(EXAMPLES)];

/** The document in that language, or in English where it has not been translated; null if there is none. */
export function documentIn(topic: string, language: Language): string | null {
  const document = Object.hasOwn(DOCUMENTS, topic) ? DOCUMENTS[topic] : undefined;
  return document === undefined ? null : document[language] ?? document.en;
}

/** The text of an example; null if there is none of that name. */
export function exampleNamed(topic: string): string | null {
  return Object.hasOwn(EXAMPLES, topic) ? EXAMPLES[topic] ?? null : null;
}

/** The heading of a document: its first line. */
export function titleOf(document: string): string {
  return /^# (.+)$/m.exec(document)?.[1] ?? "";
}
