/**
 * What a handler module in a worker does without, besides permissions: whatever would let it keep what it knows, or
 * share it with the workers of other connections, and Deno's own internals.
 *
 * @module
 */

/**
 * Stores that Deno keeps on disk for the main module whatever is permitted, and threads, which have those stores again
 * and go on when the handler waits.
 */
const GLOBALS = [
  "localStorage",
  "sessionStorage",
  "Storage",
  "caches",
  "Cache",
  "CacheStorage",
  "indexedDB",
  "BroadcastChannel",
  "Worker",
  "SharedWorker",
];

/** Takes all of that away, for the rest of this process. To be called before the first line of a module of others runs. */
export async function confine(): Promise<void> {
  for (const name of GLOBALS) Reflect.deleteProperty(globalThis, name);
  Reflect.deleteProperty(Deno, "openKv");
  // With it go the operations behind Deno's functions: on the control channel, for one.
  Reflect.deleteProperty(Deno, Reflect.get(Deno, "internal"));
  const { Worker } = await import("node:worker_threads");
  // Modules of Node's cannot be taken away, but a class whose parent throws has no instances.
  Object.setPrototypeOf(Worker, refuseThread);
  Object.preventExtensions(Worker);
}

function refuseThread(): never {
  throw new Error("A handler module cannot start a thread in a worker");
}
