/**
 * Modules as URLs that hold their whole text: they can be loaded when nothing may be read any more.
 *
 * @module
 */

/** The URL of a module with this code. Errors of it name `file`, and the lines are the code's. */
export function moduleUrl(code: string, file: string): string {
  return dataUrl("text/javascript", `${code}\n//# sourceURL=${file}`);
}

/** The URL of a text of that media type. It has no quotation mark: it may stand between two of any kind. */
export function dataUrl(mediaType: string, text: string): string {
  return `data:${mediaType},${encodeURIComponent(text).replaceAll("'", "%27")}`;
}
