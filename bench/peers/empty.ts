/** A Deno program that does nothing: what a process costs by itself. */
export {};
