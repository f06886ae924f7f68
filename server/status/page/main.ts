/**
 * The page's beginning in the browser: connects to the server, and draws the page again when something has changed, ten
 * times a second at most.
 *
 * @module
 */

import { App } from "./app.ts";
import { browser } from "./browser.ts";
import { formatAddress } from "./format.ts";
import { LiveServer } from "./live.ts";
import { formatSettings, parseSettings, type Settings } from "./settings.ts";
import { wordsIn } from "./texts/words.ts";
import { html, render } from "./ui.ts";

/** Often enough for what goes on, seldom enough for a slow machine. */
const FRAME_MS = 100;

/** How often times go on where nothing happens. */
const STEP_MS = 500;

/** How much larger pictures are in large type, as the style says of the text. */
const LARGE = 1.4;

/** Pictures need as much; where there is less room, or none yet, they are drawn so wide and shown smaller. */
const WIDTH_MIN = 320;

const { document, history, location, navigator } = browser;
const root = document.querySelector("#app");
const systemDark = browser.matchMedia("(prefers-color-scheme: dark)");
let settings = parseSettings(location.search, navigator.languages);
let drawnVersion = -1;
let drawnAt = 0;

const live = new LiveServer({
  open: () => new browser.EventSource("/events"),
  clock: () => Date.now(),
  later: (run, ms) => setTimeout(run, ms),
});

function draw(): void {
  if (root === null) return;
  const { language, theme, isLarge } = settings;
  const isDark = theme === "auto" ? systemDark.matches : theme === "dark";
  const { documentElement } = document;
  documentElement.lang = language;
  documentElement.dataset["theme"] = isDark ? "dark" : "light";
  documentElement.dataset["size"] = isLarge ? "large" : "normal";
  const server = live.state?.server;
  const words = wordsIn(language);
  document.title = server === undefined
    ? "Brood"
    : words("title", { address: formatAddress(server.host, server.port) });
  const width = Math.floor(Math.max(root.clientWidth / (isLarge ? LARGE : 1), WIDTH_MIN));
  render(html`<${App} ...${{ live, settings, isDark, width, onSettings }} />`, root);
  drawnVersion = live.version;
  drawnAt = Date.now();
}

function onSettings(next: Settings): void {
  settings = next;
  history.replaceState(null, "", formatSettings(settings));
  draw();
}

draw();
setInterval(() => {
  if (document.hidden) return;
  if (live.version !== drawnVersion || Date.now() - drawnAt >= STEP_MS) draw();
}, FRAME_MS);
browser.addEventListener("resize", draw);
systemDark.addEventListener("change", draw);
