/**
 * The tests that `--only` and `--explain` name.
 *
 * @module
 */

import { type Flag, ValueError } from "../../cli/flags.ts";
import { CATALOGUE, type GradeTest } from "./catalogue.ts";
import { GROUPS } from "./texts/words.ts";
import { say } from "../../ipc/say.ts";

/** The tests of these names, each of a test or a group. Throws `ValueError` for another. */
export function selectTests(names: readonly string[]): readonly GradeTest[] {
  for (const name of names) {
    if (CATALOGUE.some((test) => test.name === name || test.group === name)) continue;
    const groups = Object.keys(GROUPS).join(", ");
    throw new ValueError(say`there is no test ${JSON.stringify(name)}; the groups are ${groups}`);
  }
  return CATALOGUE.filter(({ name, group }) => names.includes(name) || names.includes(group));
}

/** A flag whose value is a list of tests and groups, in the catalogue's order; empty where it is absent. */
export function testsFlag(help: string): Flag<readonly GradeTest[]> {
  return {
    placeholder: "NAME",
    words: [...Object.keys(GROUPS), ...CATALOGUE.map(({ name }) => name)],
    fallback: [],
    help,
    format: (tests) => tests.length === 0 ? "all" : tests.map(({ name }) => name).join(","),
    join: (selections) =>
      CATALOGUE.filter((test) => selections.some((tests) => tests.includes(test))),
    parse: (text) => selectTests(text.split(",").map((name) => name.trim())),
  };
}
