/**
 * What a shell needs to complete a command line of this program: a script for it, made from the commands' own tables.
 *
 * A value is completed where its flag says which words or files it may be; elsewhere nothing is offered, because
 * whatever the shell offered would be wrong.
 *
 * @module
 */

import { UsageError } from "../ipc/errors.ts";
import { type CommandSpec, flagsOf, parseCommandLine, type Question } from "./command_line.ts";
import type { Flag, FlagTable } from "./flags.ts";
import { say } from "../ipc/say.ts";

/** The shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell. */
export type Shell = typeof SHELLS[number];

/** The `completions` command as its user sees it. */
export const COMPLETIONS_COMMAND: CommandSpec<Record<never, never>> = {
  name: "completions",
  summary: "Prints what lets a shell complete the commands and flags of brood.",
  operands: [SHELLS.join("|")],
  flags: {},
  hasVersion: true,
  notes: [],
  glossary: {
    heading: "What to write, and where:",
    rows: [
      ["~/.bashrc", "source <(brood completions bash)"],
      ["~/.zshrc, behind compinit", "source <(brood completions zsh)"],
      ["~/.config/fish/config.fish", "brood completions fish | source"],
    ],
  },
};

/** Parses the arguments behind `brood completions`. Returns what they ask if they do. Throws `UsageError`. */
export function parseShell(args: readonly string[]): { readonly shell: Shell } | Question {
  const parsed = parseCommandLine(COMPLETIONS_COMMAND, args);
  if (typeof parsed === "string") return parsed;
  const [word = ""] = parsed.operands;
  const shell = SHELLS.find((name) => name === word);
  if (shell !== undefined) return { shell };
  throw new UsageError(say`${JSON.stringify(word)}: expected ${SHELLS.join(" or ")}`, {
    command: COMPLETIONS_COMMAND.name,
  });
}

/** The script of that shell for these commands. */
export function formatCompletions(
  shell: Shell,
  commands: readonly CommandSpec<FlagTable>[],
): string {
  const completed = commands.map(completedOf);
  switch (shell) {
    case "bash":
      return bashScript(completed);
    case "zsh":
      return zshScript(completed);
    case "fish":
      return fishScript(completed);
  }
}

/** A command as a shell completes it. */
interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  /** What its operands may be, where that is known. */
  readonly words: readonly string[];
  /** Whether a program may stand behind `--`. */
  readonly takesProgram: boolean;
}

/** A flag likewise. */
interface CompletedFlag {
  /** Without its dashes. */
  readonly name: string;
  readonly alias: string | null;
  readonly help: string;
  /** Whether it may be given again. */
  readonly isRepeatable: boolean;
  /** What its value may be; null for a switch. */
  readonly value: { readonly words: readonly string[]; readonly isFile: boolean } | null;
}

function completedOf(spec: CommandSpec<FlagTable>): Completed {
  const { name, summary, operands, program } = spec;
  const flags = flagsOf(spec).map(([name, flag]) => ({
    name,
    alias: flag.alias ?? null,
    help: flag.help,
    isRepeatable: flag.join !== undefined,
    value: flag.placeholder === null ? null : valueOf(flag),
  }));
  const words = operands.flatMap(wordsOf);
  return { name, summary, words, flags, takesProgram: program !== undefined };
}

/** `FILE` in a placeholder is a file, a word in small letters is itself: `echo|FILE`. */
function valueOf({ placeholder, words }: Flag<unknown>): CompletedFlag["value"] {
  const text = placeholder ?? "";
  return { words: words ?? wordsOf(text), isFile: text.split("|").includes("FILE") };
}

function wordsOf(placeholder: string): string[] {
  return placeholder.split("|").filter((part) => /^[a-z-]+$/.test(part));
}

function namesOf({ name, alias }: CompletedFlag): string[] {
  return [`--${name}`, ...alias === null ? [] : [`-${alias}`]];
}

/** In single quotes, as every one of these shells reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function bashScript(commands: readonly Completed[]): string {
  const names = [...commands.map(({ name }) => name), "help", "--help", "--version"];
  return `# Completes brood in bash: source <(brood completions bash)
_brood() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} i
  COMPREPLY=()
  # --flag=value is three words to bash.
  local before=
  [[ $current == = ]] && current= before=$previous
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD-2]} before=$previous
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quoted(names.join(" "))} -- "$current"))
    return
  fi
  for ((i = 2; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -- ]] || continue
    if ((i == COMP_CWORD - 1)); then COMPREPLY=($(compgen -c -- "$current")); fi
    compopt -o default 2> /dev/null
    return
  done
  # So is name=value behind a flag, and nobody knows that value.
  [[ -n $before && $before != -* ]] && return
  case \${COMP_WORDS[1]} in
${commands.map(bashCommand).join("\n")}
  esac
}
complete -F _brood brood ./brood ./dist/brood`;
}

function bashCommand({ name, flags, words, takesProgram }: Completed): string {
  const cases = flags.flatMap((flag) => {
    const { value } = flag;
    if (value === null) return [];
    const known = value.words.length === 0 ? "" : ` -W ${quoted(value.words.join(" "))}`;
    const kinds = value.isFile ? `${known} -f` : known;
    const reply = kinds === "" ? "" : ` COMPREPLY=($(compgen${kinds} -- "$current"));`;
    return [`        ${namesOf(flag).join("|")})${reply} return ;;`];
  });
  const all = [...words, ...flags.flatMap(namesOf), ...takesProgram ? ["--"] : []];
  return `    ${name})
      case $previous in
${cases.join("\n")}
      esac
      COMPREPLY=($(compgen -W ${quoted(all.join(" "))} -- "$current"))
      ;;`;
}

function zshScript(commands: readonly Completed[]): string {
  const described = commands.map(({ name, summary }) => quoted(`${name}:${summary}`));
  return `#compdef brood
# Completes brood in zsh: source <(brood completions zsh)
_brood() {
  local curcontext=$curcontext state line
  local -a commands=(${described.join(" ")})
  _arguments -C '(- *)--help[print this and exit]' '(- *)--version[print the version and exit]' \\
    '1: :->command' '*:: :->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(zshCommand).join("\n")}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _brood ]]; then _brood "$@"; else compdef _brood brood; fi`;
}

function zshCommand({ name, flags, words, takesProgram }: Completed): string {
  const specs = flags.flatMap((flag) => {
    const help = flag.help.replace(/[[\]:\\]/g, "\\$&");
    const { value } = flag;
    const rest = value === null ? "" : `:value:${zshAction(value)}`;
    const again = flag.isRepeatable ? "*" : "";
    return namesOf(flag).map((dashed) => quoted(`${again}${dashed}[${help}]${rest}`));
  });
  if (words.length > 0) specs.push(quoted(`1:value:(${words.join(" ")})`));
  if (takesProgram) specs.push("'*:: :_normal'");
  return `        ${name}) _arguments -S ${specs.join(" \\\n          ")} ;;`;
}

function zshAction({ words, isFile }: NonNullable<CompletedFlag["value"]>): string {
  if (!isFile) return words.length === 0 ? " " : `(${words.join(" ")})`;
  return words.length === 0 ? "_files" : `{_files; compadd -- ${words.join(" ")}}`;
}

function fishScript(commands: readonly Completed[]): string {
  const first = commands.map(({ name, summary }) =>
    `complete -c brood -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`
  );
  const operands = commands.flatMap(({ name, words }) =>
    words.map((word) => `complete -c brood -n '__fish_seen_subcommand_from ${name}' -a ${word}`)
  );
  const flags = commands.flatMap(({ name, flags }) =>
    flags.map(({ name: flag, alias, help, value }) => {
      const parts = [`complete -c brood -n '__fish_seen_subcommand_from ${name}' -l ${flag}`];
      if (alias !== null) parts.push(`-s ${alias}`);
      // -x: its value is one of these words; -rF: a file may be it, too.
      if (value !== null) parts.push(value.isFile ? "-rF" : "-x");
      if (value !== null && value.words.length > 0) {
        parts.push(`-a ${quoted(value.words.join(" "))}`);
      }
      return [...parts, `-d ${quoted(help)}`].join(" ");
    })
  );
  return ["# Completes brood in fish: brood completions fish | source", "complete -c brood -f"]
    .concat(first, operands, flags).join("\n");
}
