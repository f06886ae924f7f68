/**
 * The page's style, put together. The parts are no files of their own, because `deno doc` takes each file that is
 * imported for a module, and fails with a style sheet.
 *
 * @module
 */

import { COLOURS_STYLE } from "./colours.ts";
import { FIGURES_STYLE } from "./figures.ts";
import { FRAME_STYLE } from "./frame.ts";
import { LEGEND_STYLE } from "./legend.ts";
import { MEDIA_STYLE } from "./media.ts";
import { PICTURE_STYLE } from "./picture.ts";
import { TABLES_STYLE } from "./tables.ts";
import { TIMELINE_STYLE } from "./timeline.ts";

/** All of it; the later of two rules holds. */
export const STYLE: string = [
  COLOURS_STYLE,
  FRAME_STYLE,
  PICTURE_STYLE,
  LEGEND_STYLE,
  TIMELINE_STYLE,
  FIGURES_STYLE,
  TABLES_STYLE,
  MEDIA_STYLE,
].join("");
