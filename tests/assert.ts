/** `@std/assert` with types: every test takes its assertions from here. */
// @ts-types="../types/std_assert.d.ts"
export * from "@std/assert";
