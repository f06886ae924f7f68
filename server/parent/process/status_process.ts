/**
 * The status process as the server knows it (see `status.ts`): it tells on its standard output which port it listens
 * on.
 *
 * @module
 */

import { formatArgv } from "../../../cli/flags.ts";
import { selfCommand } from "../../../cli/self.ts";
import { type Endpoint, formatEndpoint } from "../../../ipc/address.ts";
import type { Clock } from "../../../ipc/clock.ts";
import { STATUS_COMMAND, STATUS_FLAGS } from "../../status/status.ts";
import { Companion } from "./companion.ts";

/** How a status process is started. */
export interface StatusProcessOptions {
  /** Times its end. */
  readonly clock: Clock;
  /** Whether it may say why it cannot listen. */
  readonly stderr: "inherit" | "null";
}

/** Starts a status process that is to listen there. Throws `OperationalError` if it cannot be started. */
export function startStatusProcess(
  { hostname: host, port }: Endpoint,
  options: StatusProcessOptions,
): Companion {
  const flags = [
    ...STATUS_COMMAND.flags,
    `--allow-net=${formatEndpoint({ hostname: host, port })}`,
  ];
  const command = selfCommand(
    { ...STATUS_COMMAND, flags },
    formatArgv(STATUS_FLAGS, { host, port }),
  );
  return new Companion(command, {
    ...options,
    name: "the process of the status page",
    stdout: "piped",
  });
}

/** Resolves to the port that it listens on, or to null if it ends before it does: it has said why. To be called once. */
export async function portOf({ stdout }: Pick<Companion, "stdout">): Promise<number | null> {
  let text = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.endsWith("\n")) return Number(text);
  }
  return null;
}
