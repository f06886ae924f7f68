/** Stub. */
export function pageFiles(): ReadonlyMap<string, { contentType: string; body: string }> {
  return new Map();
}
