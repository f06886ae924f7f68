import { parseGuideOptions } from "../../../lab/guide/command.ts";
import { formatForTerminal, prepare } from "../../../lab/guide/markdown.ts";
import {
  documentIn,
  DOCUMENTS,
  exampleNamed,
  EXAMPLES,
  titleOf,
  TOPICS,
} from "../../../lab/guide/topics.ts";
import { answer } from "../../../lab/guide/web.ts";
import { UsageError } from "../../../ipc/errors.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
  assertThrows,
} from "../../assert.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The names of the files in a folder. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
  return entries.filter(({ isFile }) => isFile).map(({ name }) => name);
}

Deno.test("the guide has every example, and every page that was translated", async () => {
  const examples = [...await namesIn("examples"), ...await namesIn("examples/c")]
    .filter((name) => name !== "README.md" && name !== ".gitignore");
  assertEquals(Object.keys(EXAMPLES).toSorted(), examples.toSorted());
  const translated = (await namesIn("docs/ko")).map((name) => name.replace(/\.md$/, ""));
  const topics = Object.entries(DOCUMENTS).filter(([, { ko }]) => ko !== undefined);
  assertEquals(topics.map(([topic]) => topic).toSorted(), translated.toSorted());
});

Deno.test("a topic has the file of its name", async () => {
  for (const topic of Object.keys(DOCUMENTS)) {
    const english = await Deno.readTextFile(new URL(`docs/${topic}.md`, ROOT));
    assertEquals([documentIn(topic, "en"), titleOf(english) === ""], [english, false]);
    const korean = documentIn(topic, "ko");
    if (DOCUMENTS[topic]?.ko === undefined) assertEquals(korean, english);
    else assertEquals(korean, await Deno.readTextFile(new URL(`docs/ko/${topic}.md`, ROOT)));
  }
  assertEquals([documentIn("toString", "en"), exampleNamed("toString")], [null, null]);
});

Deno.test("on a terminal a link is the command that shows where it leads", () => {
  const page = `# Page

[한국어](ko/page.md)

See [the \`lab\`](lab.md#1-a) and [another](../README.md), [here](#below), [RFC](https://x.org/1).

<!-- not run: no reason -->

\`\`\`sh
echo "[a](lab.md)" # <!-- stays -->
\`\`\`

Not \`[a](lab.md)\`.
![a picture
of it](images/x.png)

<!-- translated from x -->
`;
  assertEquals(
    formatForTerminal(page),
    `# Page

See the \`lab\` (brood guide lab) and another, here, RFC (https://x.org/1).

\`\`\`sh
echo "[a](lab.md)" # <!-- stays -->
\`\`\`

Not \`[a](lab.md)\`.`,
  );
});

Deno.test("no page keeps a link to a file, or a note for its writers", () => {
  for (const topic of Object.keys(DOCUMENTS)) {
    for (const language of ["en", "ko"] as const) {
      const text = formatForTerminal(documentIn(topic, language) ?? "");
      const prose = text.replace(/^```.*?^```$|`[^`\n]*`/gms, "");
      assertNotMatch(prose, /\]\(|<!--/, `${topic} in ${language}`);
    }
  }
});

Deno.test("in a browser a link leads to the topic's page", () => {
  const linked = prepare(
    "[a](ipc.md#x) [b](../main.ts)",
    (text, { topic, anchor }) => `<${text} ${topic}${anchor}>`,
  );
  assertEquals(linked, "<a ipc#x> b");
});

Deno.test("the guide's pages are HTML in their language, with a policy that allows no script", async () => {
  const response = answer("/ko/lab", "en");
  const page = await response.text();
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  assertMatch(response.headers.get("content-security-policy") ?? "", /^default-src 'none';/);
  assertStringIncludes(page, '<html lang="ko">');
  assertStringIncludes(page, '<a href="/ko/lab" aria-current="page">lab</a>');
  assertStringIncludes(page, '<a href="/en/lab" lang="en">English</a>');
  assertStringIncludes(page, '<a href="/ko/fork_server.c">fork_server.c</a>');
  assertMatch(page, /<h1>실습: [^<]+<\/h1>/);
  assertMatch(page, /<a href="\/ko\/glossary">/);
  assertNotMatch(page, /<script|\.md"/);
});

Deno.test("the guide shows an example as text, and knows what is not there", async () => {
  const example = answer("/en/fork_server.c", "en");
  assertEquals(example.headers.get("content-type"), "text/plain; charset=utf-8");
  assertEquals(await example.text(), exampleNamed("fork_server.c"));
  assertEquals(answer("/en/nothing", "en").status, 404);
  for (const path of ["/", "/fr/lab", "/favicon.ico"]) {
    const elsewhere = answer(path, "ko");
    assertEquals([elsewhere.status, elsewhere.headers.get("location")], [302, "/ko/lab"]);
  }
  assertEquals(answer("/en/", "ko").headers.get("location"), "/en/lab");
});

Deno.test("brood guide takes a topic, or a port to serve all of them", () => {
  const parse = (...args: string[]) => {
    const options = parseGuideOptions(args);
    assert(typeof options !== "string");
    return options;
  };
  assertEquals(parse("--lang", "ko"), { topic: null, status: null, language: "ko" });
  assertEquals(parse("--lang=en", "lab"), { topic: "lab", status: null, language: "en" });
  assertEquals(parse("--status", "9001").status, { hostname: "127.0.0.1", port: 9001 });
  const unknown = assertThrows(() => parse("labs"), UsageError);
  assertEquals(
    [unknown.message, unknown.command],
    [`there is no topic "labs"; the topics are ${TOPICS.join(", ")}`, "guide"],
  );
  assertThrows(() => parse("--status", "0", "lab"), UsageError, "does not go with TOPIC");
});
