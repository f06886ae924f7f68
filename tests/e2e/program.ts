/**
 * The program under test, in the two forms that users have: from source and compiled. {@linkcode testProgram} runs an
 * e2e test once with each.
 *
 * @module
 */

import { SERVER_PERMISSIONS } from "../../tools/permissions.ts";
import { findMissingTools } from "../support/tools.ts";

/** A form of the program. */
export interface Program {
  readonly form: "source" | "compiled";
  /** The program and the arguments that go before its own. */
  readonly path: string;
  readonly args: readonly string[];
}

const ROOT = new URL("../../", import.meta.url);

/** Where `deno task test` puts the binary that the tests run. */
export const COMPILED_BINARY = decodeURIComponent(new URL("dist/test/brood", ROOT).pathname);

/** As `deno task server` starts it, and `deno task client` but for the environment's permission. */
const SOURCE: Program = {
  form: "source",
  path: Deno.execPath(),
  args: [
    "run",
    "--no-prompt",
    ...SERVER_PERMISSIONS,
    new URL("main.ts", ROOT).href,
  ],
};

const COMPILED: Program = { form: "compiled", path: COMPILED_BINARY, args: [] };

/** As many clients as a test of every way of serving has at a time: each process takes its time to start. */
export const PREFORK_WORKERS = 2;

/** A way of serving an echo, by mode, handler and transport: the contract that all keep is tested with each. */
export interface Serving {
  readonly name: string;
  readonly flags: readonly string[];
  /** What stands behind `--`; none means that a handler of ours serves. */
  readonly command?: readonly string[];
  /** Whether it serves clients at the same time. */
  readonly isConcurrent: boolean;
}

/** An echo as a user writes it, in JavaScript: for the compiled program types are stripped, which takes its time. */
const ECHO_MODULE = ["--handler", fixture("echo_handler.js")];

const ITERATIVE = ["--mode", "iterative"];
const PREFORK = ["--mode", "prefork", "--workers", String(PREFORK_WORKERS)];
const SPARE = ["--spare", "1"];
const PIPE = ["--transport", "pipe"];
const SOCKET = ["--transport", "socket"];

/** Every way of serving. */
export const SERVINGS: readonly Serving[] = [
  { name: "per-connection", flags: [], isConcurrent: true },
  { name: "per-connection with spares", flags: SPARE, isConcurrent: true },
  { name: "prefork", flags: PREFORK, isConcurrent: true },
  { name: "iterative", flags: ITERATIVE, isConcurrent: false },
  { name: "per-connection over pipes", flags: PIPE, isConcurrent: true },
  { name: "a module, per connection", flags: ECHO_MODULE, isConcurrent: true },
  { name: "a module, over pipes", flags: [...PIPE, ...ECHO_MODULE], isConcurrent: true },
  { name: "a module, prefork", flags: [...PREFORK, ...ECHO_MODULE], isConcurrent: true },
  { name: "a module, iterative", flags: [...ITERATIVE, ...ECHO_MODULE], isConcurrent: false },
  { name: "a program, over pipes", flags: PIPE, command: ["cat"], isConcurrent: true },
  {
    name: "a program, iterative over pipes",
    ...programOf([...ITERATIVE, ...PIPE]),
    isConcurrent: false,
  },
  { name: "per-connection, over the socket", flags: SOCKET, isConcurrent: true },
  { name: "spares, over the socket", flags: [...SOCKET, ...SPARE], isConcurrent: true },
  { name: "prefork, over the socket", flags: [...PREFORK, ...SOCKET], isConcurrent: true },
  { name: "a module, over the socket", flags: [...SOCKET, ...ECHO_MODULE], isConcurrent: true },
  {
    name: "a module, prefork over the socket",
    flags: [...PREFORK, ...SOCKET, ...ECHO_MODULE],
    isConcurrent: true,
  },
  { name: "a program, over the socket", ...programOf([]), isConcurrent: true },
  { name: "a program, iterative over the socket", ...programOf(ITERATIVE), isConcurrent: false },
];

/** Whether this process sees the bytes of its connections: it counts them, and ends a connection that is idle. */
export function countsBytes({ command, flags }: Pick<Serving, "command" | "flags">): boolean {
  return command === undefined || flags.includes("pipe");
}

function programOf(flags: readonly string[]): Pick<Serving, "flags" | "command"> {
  return { flags, command: ["cat"] };
}

/** The path of a fixture. */
export function fixture(name: string): string {
  return decodeURIComponent(new URL(`tests/fixtures/${name}`, ROOT).pathname);
}

/** What a test may say of itself. */
export interface TestOptions {
  /** Programs that it runs besides ours. Where one is missing it is skipped, by name; in CI it fails. */
  readonly needs?: readonly string[];
  /** Why the machine cannot show what the test is about, if so: then it is skipped everywhere. */
  readonly impossible?: string | undefined;
  /** The forms that it is run with; both unless told. */
  readonly forms?: readonly Program["form"][];
}

/** Registers a test for both forms of the program. */
export function testProgram(
  name: string,
  run: (program: Program, steps: Steps) => Promise<void>,
  options: TestOptions = {},
): void {
  for (const program of [SOURCE, COMPILED]) {
    if (options.forms?.includes(program.form) === false) continue;
    Deno.test(asDefined(
      `${program.form}: ${name}`,
      (context) => run(program, new Steps(context)),
      options,
    ));
  }
}

/**
 * The parts of a test that has one server for several, each told as a test of its own: it has its own connections, and
 * needs no other part. What is left behind is looked for when the test ends.
 */
export class Steps {
  readonly #context: Deno.TestContext;

  /** For the test with that context. */
  constructor(context: Deno.TestContext) {
    this.#context = context;
  }

  /** Runs a part. If it fails, the next one is run all the same. */
  async run(
    name: string,
    fn: () => Promise<void>,
    options: Pick<TestOptions, "needs"> = {},
  ): Promise<void> {
    await this.#context.step({
      ...asDefined(name, fn, options),
      // The server's outputs are read all the time, which no part has begun.
      sanitizeOps: false,
      sanitizeResources: false,
    });
  }
}

/** A test that is skipped where what it needs is missing, with the reason in its name. */
function asDefined(
  name: string,
  fn: (context: Deno.TestContext) => Promise<void>,
  { needs = [], impossible }: TestOptions,
): { name: string; ignore: boolean; fn: (context: Deno.TestContext) => Promise<void> } {
  const tools = findMissingTools(needs);
  const reason = impossible ?? tools.reason;
  return {
    name: reason === null ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== null,
    async fn(context) {
      if (tools.missing !== "") throw new Error(`In CI ${tools.missing} must be installed`);
      await fn(context).catch((error) => {
        throw unsuppressed(error);
      });
    },
  };
}

/** An error with those that it has suppressed: what a test of Deno's prints of such an error names neither. */
function unsuppressed(error: unknown): unknown {
  if (!(error instanceof SuppressedError)) return error;
  const causes = [];
  let first = error;
  for (; first instanceof SuppressedError; first = first.suppressed) causes.push(first.error);
  return new AggregateError([first, ...causes], "the test's error, and those of its end");
}
