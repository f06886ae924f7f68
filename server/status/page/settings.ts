/**
 * How the page is shown: its language, its colours, its size. They stand in the page's address, so that a link has
 * them.
 *
 * @module
 */

/** The languages that the page has. */
export const LANGUAGES = ["en", "ko"] as const;

/** A language. */
export type Language = typeof LANGUAGES[number];

/** The colours; `auto` is what the system has. */
export type Theme = "auto" | "light" | "dark";

/** How the page is shown. */
export interface Settings {
  /** The language of its texts. */
  readonly language: Language;
  /** Its colours. */
  readonly theme: Theme;
  /** Whether its type is large, for a projector. */
  readonly isLarge: boolean;
}

/** The settings of an address's query, and of what the reader's browser prefers. */
export function parseSettings(search: string, preferred: readonly string[]): Settings {
  const query = new URLSearchParams(search);
  const theme = query.get("theme");
  return {
    language: languageOf([query.get("lang") ?? "", ...preferred]),
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    isLarge: query.has("large"),
  };
}

/** The query of an address that has the settings. */
export function formatSettings({ language, theme, isLarge }: Settings): string {
  const parts = [`lang=${language}`];
  if (theme !== "auto") parts.push(`theme=${theme}`);
  if (isLarge) parts.push("large");
  return `?${parts.join("&")}`;
}

function languageOf(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found !== undefined) return found;
  }
  return "en";
}
