import { shielded, SHIELDED_SIGNALS } from "../../cli/shield.ts";
import { signalNumber } from "../../ipc/posix/processes/wait_status.ts";
import { assertEquals } from "../assert.ts";
import { findMissingTools } from "../support/tools.ts";

const isLinux = Deno.build.os === "linux";

/** What of a process's status tells which signals it ignores. */
const STATUS = { path: "/bin/cat", args: ["/proc/self/status"] };

/** Runs a command; what it prints. */
async function outputOf(path: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(path, { args: [...args] }).output();
  return new TextDecoder().decode(stdout);
}

/** The signals that a process has told to ignore, by their bits. */
function ignoredIn(status: string): bigint {
  const [, mask = "0"] = /^SigIgn:\t([0-9a-f]+)$/m.exec(status) ?? [];
  return BigInt(`0x${mask}`);
}

const SHIELD = SHIELDED_SIGNALS.reduce(
  (mask, signal) => mask | 1n << BigInt((signalNumber(signal) ?? 0) - 1),
  0n,
);

Deno.test({
  name: "shielded() starts a program that ignores what is meant for the server, and nothing else",
  ignore: !isLinux,
  async fn() {
    const { path, args } = shielded(STATUS);
    const plain = ignoredIn(await outputOf(STATUS.path, STATUS.args));
    assertEquals(ignoredIn(await outputOf(path, args)), plain | SHIELD);
  },
});

Deno.test({
  name: "shielded() works with the shell of busybox, too",
  ignore: !isLinux || findMissingTools(["busybox"]).missing !== "",
  async fn() {
    const status = await outputOf("busybox", ["sh", ...shielded(STATUS).args]);
    assertEquals(ignoredIn(status) & SHIELD, SHIELD);
  },
});

Deno.test({
  name: "shielded() leaves the arguments, the number and what else is told as they are",
  ignore: Deno.build.os === "windows",
  async fn() {
    const script = 'echo "$$"; printf "%s|" "$@"';
    const odd = ["a b", "", "$x", "'", "-c"];
    const command = shielded({
      path: "/bin/sh",
      args: ["-c", script, "sh", ...odd],
      env: { A: "1" },
    });
    assertEquals(command.env, { A: "1" });
    const { path, args } = command;
    const child = new Deno.Command(path, { args: [...args], stdout: "piped" }).spawn();
    const { stdout } = await child.output();
    const said = new TextDecoder().decode(stdout);
    assertEquals(said, `${child.pid}\n${odd.map((word) => `${word}|`).join("")}`);
  },
});

Deno.test("shielded() leaves a program alone that cannot be executed: its start says why", () => {
  for (const path of ["/nowhere/brood", "/etc/passwd"]) {
    const command = { path, args: ["server"] };
    assertEquals(shielded(command), command);
  }
});
