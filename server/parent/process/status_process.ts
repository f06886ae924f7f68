/**
 * The status process as the server knows it (see `status.ts`): it tells on its standard output which port it listens
 * on, or why it does not.
 *
 * @module
 */

import { formatArgv } from "../../../cli/flags.ts";
import { selfCommand } from "../../../cli/self.ts";
import { shielded } from "../../../cli/shield.ts";
import { type Endpoint, formatEndpoint } from "../../../ipc/address.ts";
import type { Clock } from "../../../ipc/clock.ts";
import { OperationalError } from "../../../ipc/errors.ts";
import { STATUS_COMMAND, STATUS_FLAGS } from "../../child/status/status_command.ts";
import { Companion } from "../../../cli/companion.ts";
import { say } from "../../../ipc/say.ts";

/** Starts a status process that is to listen there. Throws `OperationalError` if it cannot be started. */
export function startStatusProcess({ hostname: host, port }: Endpoint, clock: Clock): Companion {
  const flags = [
    ...STATUS_COMMAND.flags,
    `--allow-net=${formatEndpoint({ hostname: host, port })}`,
  ];
  const command = selfCommand(
    { ...STATUS_COMMAND, flags },
    formatArgv(STATUS_FLAGS, { host, port }),
  );
  return new Companion(shielded(command), {
    name: "the process of the status page",
    clock,
    stdout: "piped",
  });
}

/**
 * Resolves to the port that it listens on. Rejects with {@linkcode OperationalError} that says why it does not. To be
 * called once.
 */
export async function portOf(
  { stdout, pid }: Pick<Companion, "stdout" | "pid">,
): Promise<number> {
  let said = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    said += piece;
    if (said.endsWith("\n")) break;
  }
  if (/^\d+\n$/.test(said)) return Number(said);
  throw new OperationalError(
    said.trimEnd() || say`The process of the status page (pid ${pid}) ended before it listened`,
  );
}
