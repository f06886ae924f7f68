/**
 * What a browser gets: the page, its style, and its modules, which are these files without their types. The status
 * process serves them; the modules keep their names, so that they import each other there as they do here.
 *
 * They are imported as texts, because a compiled program has no folder to read them from.
 *
 * @module
 */

import htm from "htm/standalone" with { type: "text" };
import statusHistogram from "../histogram.ts" with { type: "text" };
import statusHistory from "../history.ts" with { type: "text" };
import statusModel from "../model.ts" with { type: "text" };
import statusState from "../state.ts" with { type: "text" };
import app from "./app.ts" with { type: "text" };
import browser from "./browser.ts" with { type: "text" };
import explain from "./explain.ts" with { type: "text" };
import format from "./format.ts" with { type: "text" };
import header from "./header.ts" with { type: "text" };
import inspector from "./inspector.ts" with { type: "text" };
import live from "./live.ts" with { type: "text" };
import main from "./main.ts" with { type: "text" };
import settings from "./settings.ts" with { type: "text" };
import ui from "./ui.ts" with { type: "text" };
import waitStatus from "./wait_status.ts" with { type: "text" };
import figuresCurve from "./figures/curve.ts" with { type: "text" };
import figuresFigures from "./figures/figures.ts" with { type: "text" };
import figuresSeries from "./figures/series.ts" with { type: "text" };
import pictureFrame from "./picture/frame.ts" with { type: "text" };
import pictureGrid from "./picture/grid.ts" with { type: "text" };
import pictureGridLayout from "./picture/grid_layout.ts" with { type: "text" };
import picturePicture from "./picture/picture.ts" with { type: "text" };
import pictureQueue from "./picture/queue.ts" with { type: "text" };
import pictureRowLayout from "./picture/row_layout.ts" with { type: "text" };
import pictureRows from "./picture/rows.ts" with { type: "text" };
import pictureScene from "./picture/scene.ts" with { type: "text" };
import pictureSceneTable from "./picture/scene_table.ts" with { type: "text" };
import tablesEnds from "./tables/ends.ts" with { type: "text" };
import tablesProcesses from "./tables/processes.ts" with { type: "text" };
import textsExplanations from "./texts/explanations.ts" with { type: "text" };
import textsLabels from "./texts/labels.ts" with { type: "text" };
import textsWords from "./texts/words.ts" with { type: "text" };
import timelineLayout from "./timeline/layout.ts" with { type: "text" };
import timelineTicks from "./timeline/ticks.ts" with { type: "text" };
import timelineTimeline from "./timeline/timeline.ts" with { type: "text" };
import timelineView from "./timeline/view.ts" with { type: "text" };
import { INDEX_HTML } from "./index_html.ts";
import { STYLE } from "./style/style.ts";

/** A file that a browser may ask for. */
export interface PageFile {
  /** Its type, as HTTP names it. */
  readonly contentType: string;
  /** What is in it. */
  readonly body: string;
}

const JAVASCRIPT = "text/javascript; charset=utf-8";

/** Where the browser gets the library from: it has no names of packages. */
const LIBRARY = "/htm.js";

/** The modules with their types, by the paths that a browser asks for. */
const MODULES: ReadonlyMap<string, string> = new Map(Object.entries({
  "/status/histogram.ts": statusHistogram,
  "/status/history.ts": statusHistory,
  "/status/model.ts": statusModel,
  "/status/state.ts": statusState,
  "/status/page/app.ts": app,
  "/status/page/browser.ts": browser,
  "/status/page/explain.ts": explain,
  "/status/page/format.ts": format,
  "/status/page/header.ts": header,
  "/status/page/inspector.ts": inspector,
  "/status/page/live.ts": live,
  "/status/page/main.ts": main,
  "/status/page/settings.ts": settings,
  "/status/page/ui.ts": ui,
  "/status/page/wait_status.ts": waitStatus,
  "/status/page/figures/curve.ts": figuresCurve,
  "/status/page/figures/figures.ts": figuresFigures,
  "/status/page/figures/series.ts": figuresSeries,
  "/status/page/picture/frame.ts": pictureFrame,
  "/status/page/picture/grid.ts": pictureGrid,
  "/status/page/picture/grid_layout.ts": pictureGridLayout,
  "/status/page/picture/picture.ts": picturePicture,
  "/status/page/picture/queue.ts": pictureQueue,
  "/status/page/picture/row_layout.ts": pictureRowLayout,
  "/status/page/picture/rows.ts": pictureRows,
  "/status/page/picture/scene.ts": pictureScene,
  "/status/page/picture/scene_table.ts": pictureSceneTable,
  "/status/page/tables/ends.ts": tablesEnds,
  "/status/page/tables/processes.ts": tablesProcesses,
  "/status/page/texts/explanations.ts": textsExplanations,
  "/status/page/texts/labels.ts": textsLabels,
  "/status/page/texts/words.ts": textsWords,
  "/status/page/timeline/layout.ts": timelineLayout,
  "/status/page/timeline/ticks.ts": timelineTicks,
  "/status/page/timeline/timeline.ts": timelineTimeline,
  "/status/page/timeline/view.ts": timelineView,
}));

/** The files of the page. The types of a module are stripped when it is first asked for, which may be never. */
export class PageFiles {
  readonly #files = new Map<string, PageFile>([
    ["/", { contentType: "text/html; charset=utf-8", body: INDEX_HTML }],
    ["/page.css", { contentType: "text/css; charset=utf-8", body: STYLE }],
    [LIBRARY, { contentType: JAVASCRIPT, body: htm }],
  ]);

  /** The file at a path, or null if there is none. */
  async get(path: string): Promise<PageFile | null> {
    const file = this.#files.get(path);
    if (file !== undefined) return file;
    const source = MODULES.get(path);
    if (source === undefined) return null;
    const stripped = { contentType: JAVASCRIPT, body: await moduleBody(source) };
    this.#files.set(path, stripped);
    return stripped;
  }

  /** Every path. */
  get paths(): readonly string[] {
    return [...new Set([...this.#files.keys(), ...MODULES.keys()])];
  }
}

async function moduleBody(source: string): Promise<string> {
  // A compiler of some megabytes.
  const { default: amaro } = await import("amaro");
  const { code } = amaro.transformSync(source, { mode: "strip-only" });
  return code.replaceAll('"htm/standalone"', JSON.stringify(LIBRARY));
}
