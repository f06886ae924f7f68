/**
 * What the page calls of a browser. TypeScript's own types of it (`lib="dom"`) would change those of the whole program,
 * where streams are Deno's.
 *
 * @module
 */

import type { Source } from "./live.ts";

/** An element of the page. */
export interface PageElement {
  /** Its width, without its borders. */
  readonly clientWidth: number;
  /** The language of its texts. */
  lang: string;
  /** Its `data-` attributes. */
  readonly dataset: Record<string, string>;
  /** The value of an attribute; null if it has none. */
  getAttribute(name: string): string | null;
  /** It, or the next one around it that the selector finds. */
  closest(selector: string): PageElement | null;
}

/** The page itself. */
export interface PageDocument {
  /** What the window is called. */
  title: string;
  /** Whether nobody sees it. */
  readonly hidden: boolean;
  /** All of it. */
  readonly documentElement: PageElement;
  /** The first element that the selector finds. */
  querySelector(selector: string): PageElement | null;
}

/** A key that is pressed. */
export interface KeyPress {
  /** Its name, or what it writes. */
  readonly key: string;
  /** Whether a key is held that makes it a command of the browser's. */
  readonly ctrlKey: boolean;
  /** Likewise. */
  readonly metaKey: boolean;
  /** Likewise. */
  readonly altKey: boolean;
  /** Keeps the browser from doing what it does with the key. */
  preventDefault(): void;
}

/** Something that the reader prefers, as far as the browser tells. */
export interface Preference {
  /** Whether he does. */
  readonly matches: boolean;
  /** Calls `listener` when that changes. */
  addEventListener(name: "change", listener: () => void): void;
}

/** The browser. */
export interface BrowserWindow {
  /** The page. */
  readonly document: PageDocument;
  /** Its address. */
  readonly location: { readonly search: string };
  /** Where the reader was. */
  readonly history: { replaceState(state: null, unused: string, url: string): void };
  /** The reader's languages. */
  readonly navigator: { readonly languages: readonly string[] };
  /** Server-sent events. */
  readonly EventSource: new (url: string) => Source;
  /** What the reader prefers. */
  matchMedia(query: string): Preference;
  /** Calls `listener` when the window has another size. */
  addEventListener(name: "resize", listener: () => void): void;
}

/** The browser that the page is in. */
export const browser = globalThis as unknown as BrowserWindow;
