/**
 * The flags for what a process that the server starts inherits: variables, its folder, limits.
 *
 * @module
 */

import { text, toggle } from "../../cli/flags.ts";
import { limitsFlag } from "./limits.ts";
import { variablesFlag } from "./variables.ts";

/** The flags, by the names of their options. */
export const INHERITANCE_FLAGS = {
  env: variablesFlag({
    placeholder: "NAME[=VALUE]",
    help: "a variable of programs: with that value, or the server's own; repeatable",
  }),
  noEnv: toggle("programs have no variables but those of --env and of their connection"),
  chdir: text({ placeholder: "DIR", fallback: "", help: "the folder that programs start in" }),
  limit: limitsFlag({
    placeholder: "NAME=N",
    help:
      "what a process may use: open-files, memory (bytes, K, M, G), cpu (seconds), processes; repeatable",
  }),
};
