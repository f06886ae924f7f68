/**
 * Types for the part of `amaro` that Brood calls.
 */

declare const amaro: {
  /** Replaces the types in TypeScript source by blanks. Throws where it has more than types, such as an `enum`. */
  transformSync(
    source: string,
    options: { readonly mode: "strip-only" },
  ): { readonly code: string };
};

export default amaro;
