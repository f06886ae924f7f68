/**
 * The commands of a document, and a shell in which they run as a reader types them: the page's ports and numbers are
 * examples, and `brood` is the program under test.
 *
 * @module
 */

import { assert, assertEquals } from "../assert.ts";
import { COMMAND_LANGUAGES } from "../support/command_blocks.ts";
import type { Block } from "../support/markdown.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, within } from "./process.ts";
import type { Program } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);

/** A command of a page, and the lines that it is said to print. */
export interface Step {
  readonly command: string;
  readonly shown: readonly string[];
  readonly kind: "server" | "client" | "other";
  /** What somebody types into it, as its comment says: `# you type hello and END`. */
  readonly typed: readonly string[];
}

/** The commands of some blocks: in `console` those behind `$`, in `sh` every line. */
export function stepsOf(blocks: readonly Block[]): readonly Step[] {
  const steps: { command: string; shown: string[] }[] = [];
  for (const { language, lines } of blocks) {
    if (!COMMAND_LANGUAGES.includes(language)) continue;
    for (const line of lines) {
      if (language === "sh") steps.push({ command: line, shown: [] });
      else if (line.startsWith("$ ")) steps.push({ command: line.slice(2), shown: [] });
      else steps.at(-1)?.shown.push(line);
    }
  }
  return steps.map(({ command, shown }) => ({
    command,
    shown,
    kind: /^brood server\b/.test(command)
      ? "server"
      : /^brood client\b/.test(command)
      ? "client"
      : "other",
    typed: /# .*\byou type (.+)$/.exec(command)?.[1]?.split(" and ") ?? [],
  }));
}

/** The programs that commands name, of those that are not on every machine. */
export function toolsOf(steps: readonly Step[]): readonly string[] {
  const tools = ["ss", "ps", "ncat", "cc", "curl", "pstree"];
  const words = steps.flatMap(({ command }) => command.split("#")[0]?.split(/[\s();|]+/) ?? []);
  return ["bash", ...tools.filter((tool) => words.includes(tool))];
}

/** A line without what differs from one run to the next. */
function normalize(line: string): string {
  return line.replace(/[\d.,]*\d/g, "N").replace(/\s+/g, " ").trim();
}

/** Whether a line begins as one that the page shows, which may be cut: `pids 9710, 9711, ...`. */
function isAs(line: string, shown: string): boolean {
  return normalize(line).startsWith(normalize(shown.replace(/\.\.\.$/, "")));
}

/** Runs the commands of a part of a page. Disposing ends what still runs. */
export class PageShell implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #env: Readonly<Record<string, string>>;
  readonly #clients: RunningProcess[] = [];
  readonly #ports: readonly [server: string, status: string] = [freePort(), freePort()];
  #server: RunningProcess | null = null;
  #pid = "";

  constructor(program: Program) {
    const bin = this.#folder.join("brood");
    const words = [program.path, ...program.args].map((word) => `'${word}'`);
    Deno.writeTextFileSync(bin, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
    Deno.symlinkSync(new URL("examples", ROOT), this.#folder.join("examples"));
    this.#env = {
      PATH: `${this.#folder.path}:${Deno.env.get("PATH")}`,
      TMPDIR: this.#folder.path,
      XDG_RUNTIME_DIR: "",
    };
  }

  /** Runs a command. A server and a client that waits for the keyboard go on; others run to their end. */
  async run(step: Step): Promise<void> {
    if (step.kind === "server") return await this.#serve(step);
    if (this.#server === null && step.command.includes("brood client")) {
      await this.#serve({ command: "brood server 9000", shown: [], kind: "server", typed: [] });
    }
    if (step.kind === "client") return await this.#connect(step);
    await this.#finish(step);
  }

  async #serve({ command, shown }: Step): Promise<void> {
    await this.stop();
    const server = this.#start(command, "exec ");
    this.#server = server;
    this.#pid = await server.stdout.find((line) =>
      /(?:\(mode .*pid |"event":"listening".*"pid":)(\d+)/.exec(line)?.[1]
    );
    for (const line of shown) await shows(server, line);
  }

  async #connect({ command, shown, typed }: Step): Promise<void> {
    const client = this.#start(command, "exec ");
    this.#clients.push(client);
    for (const line of typed) await client.type(`${line}\n`);
    for (const line of shown) await shows(client, line);
  }

  async #finish({ command, shown }: Step): Promise<void> {
    // Both outputs in one, as a terminal has them.
    await using process = this.#start(command, "exec 2>&1; ");
    await process.endInput();
    const { code } = await process.ended();
    const lines = process.stdout.all;
    let next = 0;
    for (const line of lines) if (isAs(line, shown[next] ?? "\n")) next += 1;
    const printed = `${command} printed:\n${lines.join("\n")}`;
    assertEquals(shown.slice(next), [], printed);
    // A grading in which a test has failed ends with 1.
    assertEquals(code, shown.some((line) => line.startsWith("FAIL")) ? 1 : 0, printed);
  }

  /** The process of a command. With `exec`, where it is one program, it is that program's. */
  #start(command: string, prefix: string): RunningProcess {
    const script = `set -o pipefail; cd '${this.#folder.path}' && ${prefix}${
      this.#fillIn(command)
    }`;
    return new RunningProcess(["bash", "-c", script], { env: this.#env });
  }

  /** The page's ports and pid are examples. */
  #fillIn(text: string): string {
    const [server, status] = this.#ports;
    const filled = text.replaceAll("9000", server).replaceAll("9001", status);
    assert(!/\b9\d{3}\b/.test(text.replace(/9000|9001/g, "")), `a port that no test has: ${text}`);
    return filled.replace(/\bPID\b/g, this.#pid)
      // Enough to see that it runs.
      .replace("--seconds 20", "--seconds 3");
  }

  /** Ends the clients, and then the server, as a user would. */
  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) {
      await client.type("END\n");
      await client.endInput();
      await client.ended();
      await client[Symbol.asyncDispose]();
    }
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.signal("SIGINT");
    await server.ended();
    await server[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Waits until a program that goes on has printed such a line. */
async function shows(process: RunningProcess, shown: string): Promise<void> {
  const find = (line: string) => isAs(line, shown) ? line : undefined;
  const found = Promise.any([process.stdout.find(find), process.stderr.find(find)]);
  await within(found, () => `"${shown}"`);
}

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}
