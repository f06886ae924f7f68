/** What `brood completions` prints, in the shells that it is for. */

import { COMPLETIONS_COMMAND, formatCompletions, parseShell } from "../../cli/completions.ts";
import { CLIENT_COMMAND } from "../../client/command.ts";
import { UsageError } from "../../ipc/errors.ts";
import { GRADE_COMMAND } from "../../lab/grade/command.ts";
import { SERVER_COMMAND } from "../../server/command.ts";
import { assertEquals, assertThrows } from "../assert.ts";
import { runToEnd } from "../e2e/process.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findMissingTools } from "../support/tools.ts";

const COMMANDS = [SERVER_COMMAND, CLIENT_COMMAND, GRADE_COMMAND, COMPLETIONS_COMMAND];

/** Prints what bash offers for the words behind the script, the last of which is being typed. */
const ASK_BASH = `source "$0"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_brood
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Prints what zsh lists for a line, on a terminal of its own: what it writes there is looked for in it. */
const ASK_ZSH = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; autoload -Uz compinit; compinit -u -D; source $1; setopt nolistbeep; LISTMAX=1000"
zpty -w z 'bindkey "^X" list-choices; print begin-$((6 * 7))'
zpty -r z out '*begin-42*'
zpty -n -w z "$2"$'\\x18'
zpty -r z out "*$3*"
print -r -- "$out"
zpty -d z`;

/** Registers a test in a real shell, with a file that has its script. */
function testShell(
  shell: "bash" | "zsh" | "fish",
  name: string,
  run: (path: string) => Promise<void>,
): void {
  const { missing, reason } = findMissingTools([shell]);
  Deno.test({
    name: `${shell} ${name}${reason === null ? "" : ` (${reason})`}`,
    ignore: reason !== null,
    async fn() {
      assertEquals(missing, "");
      await using folder = new TempFolder();
      const path = folder.join("completions");
      await Deno.writeTextFile(path, formatCompletions(shell, COMMANDS));
      await run(path);
    },
  });
}

testShell("bash", "completes commands, flags and values, and a program behind --", async (path) => {
  const offers = async (...words: string[]) => {
    const { status, stdout, stderr } = await runToEnd(["bash", "-c", ASK_BASH, path, ...words]);
    assertEquals([status, stderr], [0, ""]);
    // Of a program that is in two folders bash tells twice.
    return [...new Set(stdout.trim().split("\n"))];
  };
  assertEquals(await offers("brood", "c"), ["client", "completions"]);
  assertEquals(await offers("brood", "server", "--mode", ""), [
    "per-connection",
    "iterative",
    "prefork",
  ]);
  assertEquals(await offers("brood", "server", "--mode", "=", "pr"), ["prefork"]);
  assertEquals(await offers("brood", "server", "--log", "="), ["text", "json", "explain"]);
  assertEquals(await offers("brood", "server", "--max-c"), ["--max-connections"]);
  assertEquals(await offers("brood", "client", "--n"), ["--no-newline", "--note"]);
  assertEquals(await offers("brood", "grade", "--only", "reaps"), ["reaps", "reaps/burst"]);
  const again = ["brood", "grade", "--only", "talks", "--only", "reaps/"];
  assertEquals(await offers(...again), ["reaps/burst"]);
  assertEquals(await offers("brood", "completions", "z"), ["zsh"]);
  assertEquals(await offers("brood", "grade", "--v"), ["--version"]);
  // Nobody knows a number.
  assertEquals(await offers("brood", "server", "--workers", ""), [""]);
  // Nor what is behind a name.
  assertEquals(await offers("brood", "server", "--handler", "a", "=", ""), [""]);
  assertEquals(await offers("brood", "server", "--handler", "a", "="), [""]);
  assertEquals(await offers("brood", "server", "--handler", path.slice(0, -3)), [path]);
  assertEquals(await offers("brood", "server", "9000", "--", "mkfif"), ["mkfifo"]);
});

testShell("fish", "completes commands, flags and values, with what they do", async (path) => {
  const offers = async (line: string) => {
    const script = "source $argv[1]; complete -C $argv[2]";
    const { status, stdout, stderr } = await runToEnd(["fish", "-N", "-c", script, path, line]);
    assertEquals([status, stderr], [0, ""]);
    return stdout.trim().split("\n");
  };
  assertEquals(await offers("brood cl"), [`client\t${CLIENT_COMMAND.summary}`]);
  const { help } = SERVER_COMMAND.flags.mode;
  assertEquals(await offers("brood server --mode pre"), [`prefork\t${help}`]);
  assertEquals(await offers("brood server --ba"), [
    `--backlog\t${SERVER_COMMAND.flags.backlog.help}`,
  ]);
  assertEquals(await offers("brood completions z"), ["zsh"]);
});

testShell("zsh", "lists commands, flags and values", async (path) => {
  const lists = async (line: string, word: string) => {
    const { status } = await runToEnd(["zsh", "-f", "-c", ASK_ZSH, "zsh", path, line, word]);
    assertEquals(status, 0);
  };
  // It waits for the word that it is to list.
  await lists("brood cl", "Sends the lines");
  await lists("brood server --max-c", "concurrent connections");
  await lists("brood grade --only talks/nu", "nul-bytes");
  await lists("brood grade --only talks --only talks/nu", "nul-bytes");
});

Deno.test("a shell that there is no script for is refused", () => {
  assertEquals(parseShell(["zsh"]), { shell: "zsh" });
  assertEquals(parseShell(["--help"]), "help");
  assertThrows(() => parseShell(["csh"]), UsageError, '"csh": expected bash or zsh or fish');
  assertThrows(() => parseShell([]), UsageError, "bash|zsh|fish is missing");
});
