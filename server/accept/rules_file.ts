/**
 * The rules of `--allow`, `--deny` and `--rules`. The file is read again on SIGHUP: new connections see its new rules.
 * Where it has a mistake, or cannot be read any more, that is told, and the old rules stay.
 *
 * @module
 */

import { OperationalError, reasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import type { EventBus } from "../events.ts";
import { HangUp } from "./hang_up.ts";
import type { Network } from "./network.ts";
import { parseRules, type Rule, Rules } from "./rules.ts";

/** Where rules come from. */
export interface RulesOptions {
  /** Networks whose clients get in. */
  readonly allow: readonly Network[];
  /** Networks whose clients do not. */
  readonly deny: readonly Network[];
  /** The file with more rules; null for none. */
  readonly file: string | null;
  /** Where it is told that the file was read again, or could not be. */
  readonly events: EventBus;
}

/** Listens for SIGHUP from its opening to its disposal. */
export class RulesFile implements AsyncDisposable {
  readonly #options: RulesOptions;
  readonly #hangUp: HangUp | null;
  #rules: Rules;

  private constructor(options: RulesOptions, rules: Rules) {
    this.#options = options;
    this.#rules = rules;
    const { file } = options;
    this.#hangUp = file === null ? null : new HangUp(() => this.#readAgain(file));
  }

  /** Reads the file. Throws {@linkcode OperationalError} in one line where it cannot. */
  static async open(options: RulesOptions): Promise<RulesFile> {
    const { rules } = await readRules(options);
    return new RulesFile(options, rules);
  }

  /** Whether a client with that address gets in, by the rules as they are now. */
  admits(address: string): boolean {
    return this.#rules.admits(address);
  }

  async #readAgain(file: string): Promise<void> {
    const { events } = this.#options;
    try {
      const { rules, count } = await readRules(this.#options);
      this.#rules = rules;
      events.emit({ event: "rules_read", file, rules: count });
    } catch (cause) {
      if (!(cause instanceof OperationalError)) throw cause;
      const error = say`${cause.message}; the rules stay as they were`;
      events.emit({ event: "rules_failed", error });
    }
  }

  /** Listens no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hangUp?.[Symbol.asyncDispose]();
  }
}

/** All rules, and how many of them the file has. */
async function readRules(
  { allow, deny, file }: RulesOptions,
): Promise<{ readonly rules: Rules; readonly count: number }> {
  const inFile = file === null ? [] : parseRules(await readText(file), file);
  const rules = new Rules([
    ...allow.map((network): Rule => ({ verdict: "allow", network })),
    ...deny.map((network): Rule => ({ verdict: "deny", network })),
    ...inFile,
  ]);
  return { rules, count: inFile.length };
}

async function readText(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new OperationalError(say`Cannot read the rules ${file}: ${reasonOf(cause)}`, { cause });
  }
}
