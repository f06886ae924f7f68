/**
 * Which time the timeline shows: how much, and whether it goes along with the present.
 *
 * @module
 */

/** A span of time that is looked at. */
export interface View {
  /** How much. */
  readonly spanMs: number;
  /** Where it ends; null if that is now, all the time. */
  readonly endsAt: number | null;
}

/** What the reader can do with it. */
export type ViewAction = "zoomIn" | "zoomOut" | "earlier" | "later" | "pause";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** From closest to farthest. */
export const SPANS: readonly number[] = [
  2 * SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
];

/** The last minute. */
export const FIRST_VIEW: View = { spanMs: MINUTE, endsAt: null };

const ACTIONS: Readonly<Record<string, ViewAction>> = {
  "+": "zoomIn",
  "=": "zoomIn",
  "-": "zoomOut",
  ArrowLeft: "earlier",
  ArrowRight: "later",
  " ": "pause",
};

/** What a key does, or null. */
export function actionOf(key: string): ViewAction | null {
  return ACTIONS[key] ?? null;
}

/** Does it. */
export function change(view: View, action: ViewAction, now: number): View {
  const { spanMs } = view;
  const endsAt = view.endsAt ?? now;
  switch (action) {
    case "zoomIn":
      return { ...view, spanMs: SPANS.findLast((span) => span < spanMs) ?? spanMs };
    case "zoomOut":
      return { ...view, spanMs: SPANS.find((span) => span > spanMs) ?? spanMs };
    case "earlier":
      return { spanMs, endsAt: endsAt - spanMs / 4 };
    case "later": {
      const later = endsAt + spanMs / 4;
      return { spanMs, endsAt: later >= now ? null : later };
    }
    case "pause":
      return { spanMs, endsAt: view.endsAt === null ? now : null };
  }
}
