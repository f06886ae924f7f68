/**
 * What a handler module in a worker does without, besides permissions: whatever would let it keep what it knows, or
 * share it with the workers of other connections, and Deno's own internals.
 *
 * @module
 */

/**
 * Stores that Deno keeps on disk whatever is permitted, and threads that have them again. Node's threads cannot be
 * taken away so cheaply: what they find there is the worker's own, because its `--location` is (see
 * `worker_command.ts`).
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
  "location",
];

/**
 * Takes all of that away, for the rest of this process. To be called before the first line of a module of others runs.
 */
export function confine(): void {
  for (const name of GLOBALS) Reflect.deleteProperty(globalThis, name);
  Reflect.deleteProperty(Deno, "openKv");
  // With it go the operations behind Deno's functions: on the control channel, for one.
  Reflect.deleteProperty(Deno, Reflect.get(Deno, "internal"));
}
