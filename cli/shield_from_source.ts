/**
 * The shield of a process that runs from source (see `shield.ts`): there Deno itself listens for some signals, ignored
 * or not, and ends the process when one comes that nobody else listens for. The compiled program leaves them ignored.
 *
 * @module
 */

/** What Deno listens for. */
const TAKEN_BY_DENO: readonly Deno.Signal[] = ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1"];

/** Takes no notice of them either, to the end of the process. To be called first: until then they do end it. */
export function keepShield(): void {
  if (Deno.build.os === "windows") return;
  for (const signal of TAKEN_BY_DENO) Deno.addSignalListener(signal, () => {});
}
