/**
 * The rules of `--allow`, `--deny` and `--rules`. The file is read again on SIGHUP: new connections see its new rules.
 * Where it has a mistake, or cannot be read any more, that is told, and the old rules stay.
 *
 * @module
 */

import { OperationalError, reasonOf } from "../../ipc/errors.ts";
import { say } from "../../ipc/say.ts";
import type { EventBus } from "../events.ts";
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
  readonly #onHangUp = () => void (this.#reading = this.#readAgain(this.#reading));
  #rules: Rules;
  #reading: Promise<void> = Promise.resolve();

  private constructor(options: RulesOptions, rules: Rules) {
    this.#options = options;
    this.#rules = rules;
    if (this.#listens) Deno.addSignalListener("SIGHUP", this.#onHangUp);
  }

  /** Reads the file. Throws {@linkcode OperationalError} in one line where it cannot. */
  static async open(options: RulesOptions): Promise<RulesFile> {
    const { rules } = await readRules(options);
    return new RulesFile(options, rules);
  }

  /** Windows has no SIGHUP that a program could listen for. */
  get #listens(): boolean {
    return this.#options.file !== null && Deno.build.os !== "windows";
  }

  /** Whether a client with that address gets in, by the rules as they are now. */
  admits(address: string): boolean {
    return this.#rules.admits(address);
  }

  async #readAgain(before: Promise<void>): Promise<void> {
    await before;
    const { events, file } = this.#options;
    if (file === null) return;
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
    if (this.#listens) Deno.removeSignalListener("SIGHUP", this.#onHangUp);
    await this.#reading;
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
