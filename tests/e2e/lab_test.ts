/**
 * docs/lab.md says what is true: each command in it runs, in the order of the page, and prints what the page shows.
 * Numbers may differ, and there may be more lines.
 */

import { assert, assertEquals } from "../assert.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { RunningProcess, within } from "./process.ts";
import { type Program, testProgram } from "./program.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/lab.md", ROOT));

/** A command of the page, and the lines that it is said to print. */
interface Step {
  readonly command: string;
  readonly shown: readonly string[];
  readonly isServer: boolean;
  /** Whether somebody types into it. */
  readonly isInteractive: boolean;
}

/** The commands of a part of the page. */
function stepsOf(part: string): Step[] {
  const steps: { command: string; shown: string[] }[] = [];
  for (const [, block = ""] of part.matchAll(/^```console\n(.*?)^```$/gms)) {
    for (const line of block.trimEnd().split("\n")) {
      if (line.startsWith("$ ")) steps.push({ command: line.slice(2), shown: [] });
      else steps.at(-1)?.shown.push(line);
    }
  }
  return steps.map((step) => ({
    ...step,
    isServer: step.command.startsWith("brood server"),
    isInteractive: /^brood client\b/.test(step.command),
  }));
}

/** The parts of the page that have commands, by their headings. */
const PARTS = PAGE.split(/^## /m).slice(1).flatMap((part) => {
  const [heading = ""] = part.split("\n");
  const steps = stepsOf(part);
  return steps.length === 0 ? [] : [{ heading, steps }];
});

/** A line without what differs from one run to the next. */
function normalize(line: string): string {
  return line.replace(/[\d.]*\d/g, "N").replace(/\s+/g, " ").trim();
}

/** Whether a line begins as one that the page shows. */
function isAs(line: string, shown: string): boolean {
  return normalize(line).startsWith(normalize(shown));
}

/** Runs the commands of one part. Disposing ends what still runs. */
class Lab implements AsyncDisposable {
  readonly #folder = new TempFolder();
  readonly #env: Readonly<Record<string, string>>;
  #server: RunningProcess | null = null;
  readonly #clients: RunningProcess[] = [];
  #pid = "";
  readonly #ports: readonly [server: string, status: string];

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
    this.#ports = [freePort(), freePort()];
  }

  /** The process of a command. `exec`, where it is one program: then it is that program's. */
  #start(command: string, prefix = ""): RunningProcess {
    const typed = this.#fillIn(command);
    const script = `cd '${this.#folder.path}' && ${prefix}${typed}`;
    return new RunningProcess(["bash", "-c", script], { env: this.#env });
  }

  /** The page's ports and pid are examples. */
  #fillIn(text: string): string {
    const [server, status] = this.#ports;
    return text.replaceAll("9000", server).replaceAll("9001", status)
      .replace(/\bPID\b/g, this.#pid)
      // Enough to see that it runs.
      .replace("--seconds 20", "--seconds 3");
  }

  async run({ command, shown, isServer, isInteractive }: Step): Promise<void> {
    if (isServer) {
      await this.stop();
      const server = this.#start(command, "exec ");
      this.#server = server;
      for (const line of shown) await this.#shows(server, line);
      this.#pid = await server.stdout.find((line) => /\(mode .*pid (\d+)/.exec(line)?.[1]);
    } else if (isInteractive) {
      const client = this.#start(command, "exec ");
      this.#clients.push(client);
      for (const line of shown) await this.#shows(client, line);
    } else {
      const process = this.#start(command);
      await process.endInput();
      await process.ended();
      const lines = `${process.stdout.text}${process.stderr.text}`.split("\n");
      let next = 0;
      for (const line of lines) if (isAs(line, shown[next] ?? "\n")) next += 1;
      assertEquals(shown.slice(next), [], `${command} printed:\n${lines.join("\n")}`);
      await process[Symbol.asyncDispose]();
    }
  }

  /** Waits until a program that goes on has printed such a line. */
  async #shows(process: RunningProcess, shown: string): Promise<void> {
    const find = (line: string) => isAs(line, shown) ? line : undefined;
    const found = Promise.any([process.stdout.find(find), process.stderr.find(find)]);
    await within(found, () => `"${shown}"`);
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
    for (const name of ["brood", "examples", "my_server"]) {
      await Deno.remove(this.#folder.join(name)).catch(() => {});
    }
    await this.#folder[Symbol.asyncDispose]();
  }
}

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

Deno.test("docs/lab.md has commands in each of its seven parts", () => {
  assertEquals(PARTS.length, 7);
  assert(PARTS.flatMap(({ steps }) => steps).length > 15);
});

for (const { heading, steps } of PARTS) {
  testProgram(`the lab, ${heading}: each command prints what the page shows`, async (program) => {
    await using lab = new Lab(program);
    for (const step of steps) await lab.run(step);
  }, { needs: ["bash", "ss", "ps", "ncat", "cc"] });
}
