/**
 * The report as one page of HTML that needs nothing else: the table, what each model shows, a bar for each figure, and
 * the curves of the latencies. Every figure is in an element that names its model and itself as the JSON report does
 * (`data-metric`), with its value as it is there (`data-value`).
 *
 * @module
 */

import {
  CHART_STYLE,
  type ChartLine,
  escapeHtml,
  lineChart,
} from "../../../client/load/report/chart.ts";
import { nines, PERCENTS } from "../../../client/load/report/html_report.ts";
import type { Language } from "../../../cli/language.ts";
import { inEnglish, type Translate } from "../../../cli/translation.ts";
import { say } from "../../../ipc/say.ts";
import type { ModelId } from "../models.ts";
import { FIGURE_NAMES, type FigureName, FIGURES } from "./figures.ts";
import type { CompareReport, Curve, ModelReport } from "./report.ts";
import {
  describeNoise,
  describeRun,
  formatPlaces,
  formatShare,
  formatValue,
  ranking,
} from "./text_report.ts";

/** Models that belong together have one colour; those with the socket itself, and fork(), have dashes. */
const LOOKS: Readonly<Record<ModelId, string>> = {
  iterative: "iterative",
  process: "process",
  "process-socket": "process dashed",
  spare: "spare",
  "spare-socket": "spare dashed",
  prefork: "prefork",
  "prefork-socket": "prefork dashed",
  "c-iterative": "c",
  "c-fork": "c dashed",
};

const STYLE = `
:root { color-scheme: light dark; --text: #222; --page: #fff; --line: #8884;
  --iterative: #777; --process: #c2410c; --spare: #a16207; --prefork: #0369a1; --c: #15803d }
@media (prefers-color-scheme: dark) {
  :root { --text: #ddd; --page: #16181c; --iterative: #aaa; --process: #fb923c; --spare: #facc15;
    --prefork: #38bdf8; --c: #4ade80 }
}
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--text); background: var(--page); overflow-wrap: break-word }
h1 { font-size: 1.6rem; margin-bottom: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 } p { margin: .2rem 0 }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
th, td { padding: .3rem 0 .3rem 1rem; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; vertical-align: top }
th { font-weight: 600 } th:first-child { padding-left: 0; text-align: left } small { opacity: .75 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem } dd { margin: 0 }
dt { font-weight: 600 }
.figures { display: grid; margin-top: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem 2rem }
.bars { display: grid; grid-template-columns: max-content 1fr max-content; gap: .1rem .6rem;
  align-items: center; font-size: .85rem; font-variant-numeric: tabular-nums }
.bars .track { position: relative; height: .8rem }
.bars i { position: absolute; inset: 0 auto 0 0; background: var(--colour); border-radius: 2px }
.bars .dashed i { background: repeating-linear-gradient(90deg, var(--colour) 0 6px, transparent 6px 8px) }
.bars b { position: absolute; top: 50%; height: 2px; min-width: 2px; margin-top: -1px; background: var(--text) }
.bars span { text-align: right }
.iterative { --colour: var(--iterative) } .process { --colour: var(--process) }
.spare { --colour: var(--spare) } .prefork { --colour: var(--prefork) } .c { --colour: var(--c) }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; margin-top: .5rem }
.legend span::before { content: ""; display: inline-block; width: 1.8em; margin-right: .4em;
  vertical-align: middle; border-top: 3px solid var(--colour) }
.legend .dashed::before { border-top-style: dashed }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } }
`;

/** Which values of a figure are better. */
const BETTER = { higher: say`higher is better`, lower: say`lower is better` } as const;

/** Behind the style of charts, which it changes. */
const CURVE_STYLE = `
svg polyline { stroke: var(--colour) } svg polyline.dashed { stroke-dasharray: 7 4 }
`;

/** The language of a page. */
export interface PageLanguage {
  /** Its name. */
  readonly language: Language;
  /** Puts texts into it. */
  readonly translate: Translate;
}

/** The page, whole; in English unless told. */
export function formatHtmlReport(
  report: CompareReport,
  { language, translate }: PageLanguage = { language: "en", translate: inEnglish },
): string {
  const { models, leftOut } = report;
  const told = htmlBy(translate);
  const title = told(say`Models of a server, compared`);
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}${CHART_STYLE}${CURVE_STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p id="summary">${escapeHtml(describeRun(report, translate))}</p>
<p id="noise">${told(describeNoise(report))}</p>
${models.length === 0 ? `<p>${told(say`Nothing was measured.`)}</p>` : measured(models, translate)}
${
    leftOut.length === 0
      ? ""
      : `<h2>${told(say`Left out`)}</h2>\n${
        definitions("left-out", leftOutTexts(report), translate)
      }`
  }
</body>
</html>
`;
}

/** Makes HTML of a text, in the language of the page. */
function htmlBy(translate: Translate): (text: string) => string {
  return (text) => escapeHtml(translate(text));
}

function measured(models: readonly ModelReport[], translate: Translate): string {
  const told = htmlBy(translate);
  const texts = models.map((
    { name, sentence, remarks },
  ): Definition => [name, [sentence, ...remarks]]);
  return `<h2>${told(say`What each shows`)}</h2>
${definitions("sentences", texts, translate)}
<h2>${told(say`Figures`)}</h2>
${table(models, translate)}
<div class="figures">
${FIGURE_NAMES.map((name) => bars(name, { models, translate })).join("\n")}
</div>
<h2>${told(FIRST_ECHO.title)}</h2>
${curves(models, { ...FIRST_ECHO, translate })}
<h2>${told(ROUND_TRIP.title)}</h2>
${curves(models, { ...ROUND_TRIP, translate })}`;
}

/** A term, and the lines about it. */
type Definition = readonly [term: string, lines: readonly string[]];

function leftOutTexts({ leftOut }: CompareReport): Definition[] {
  return leftOut.map(({ name, reason }) => [name, [reason]]);
}

function definitions(id: string, all: readonly Definition[], translate: Translate): string {
  const told = htmlBy(translate);
  const rows = all.map(([term, lines]) =>
    `<dt>${escapeHtml(term)}</dt><dd>${lines.map(told).join("<br>")}</dd>`
  );
  return `<dl id="${id}">\n${rows.join("\n")}\n</dl>`;
}

function table(models: readonly ModelReport[], translate: Translate): string {
  const told = htmlBy(translate);
  const heads = FIGURE_NAMES.map((name) => {
    const [above, below] = FIGURES[name].heading;
    return `<th>${told(above)}<br>${told(below)}</th>`;
  });
  const rows = models.map(({ name: model, figures }) => {
    const cells = FIGURE_NAMES.map((name) => {
      const { value, spread } = figures[name];
      const told = spread === null ? "" : `<br><small>${formatShare(spread)}</small>`;
      return `<td data-metric="${model}.${name}" data-value="${value ?? ""}">` +
        `${escapeHtml(formatValue(name, figures[name]))}${told}</td>`;
    });
    return `<tr><th>${escapeHtml(model)}</th>${cells.join("")}</tr>`;
  });
  return `<p>${
    told(say`The small figures are the spreads.`)
  }</p>\n<div class="wide"><table id="figures">
<tr><th></th>${heads.join("")}</tr>\n${rows.join("\n")}\n</table></div>`;
}

/** A bar for each model, with a line from its lowest to its highest round. */
function bars(
  name: FigureName,
  { models, translate }: {
    readonly models: readonly ModelReport[];
    readonly translate: Translate;
  },
): string {
  const told = htmlBy(translate);
  const { title, format, better } = FIGURES[name];
  const known = models.filter(({ figures }) => figures[name].value !== null);
  const most = Math.max(...known.map(({ figures }) => figures[name].range?.high ?? 0)) || 1;
  const percent = (value: number) => (value / most * 100).toFixed(2);
  const rows = known.map(({ name: model, figures }) => {
    const { value, range } = figures[name];
    const whisker = range === null
      ? ""
      : `<b style="left:${percent(range.low)}%;width:${percent(range.high - range.low)}%"></b>`;
    return `<span>${escapeHtml(model)}</span>` +
      `<div class="track ${LOOKS[model]}"><i style="width:${
        percent(value ?? 0)
      }%"></i>${whisker}</div>` +
      `<span>${escapeHtml(format(value ?? 0))}</span>`;
  });
  const wanted = better === "neither" ? "" : ` <small>(${told(BETTER[better])})</small>`;
  return `<section><h3>${told(title)}${wanted}</h3>
<div class="bars" id="bars-${name.replace(".", "-")}">\n${rows.join("\n")}\n</div>
<p><small>${told(ranks(name, models))}</small></p></section>`;
}

/** The ranks, or that there are none. */
function ranks(name: FigureName, models: readonly ModelReport[]): string {
  const places = ranking(name, models);
  if (places.length === 0) return "";
  return places.length < 2
    ? say`The rounds do not tell them apart.`
    : say`Ranks: ${formatPlaces(places)}`;
}

/** The curves of one latency. */
interface Latency {
  readonly id: string;
  readonly title: string;
  readonly curveOf: (curves: ModelReport["curves"]) => Curve;
}

const FIRST_ECHO: Latency = {
  id: "first-echo",
  title: say`Time to the first echo`,
  curveOf: ({ firstEchoMs }) => firstEchoMs,
};

const ROUND_TRIP: Latency = {
  id: "round-trip",
  title: say`Round trip`,
  curveOf: ({ roundTripMs }) => roundTripMs,
};

function curves(
  models: readonly ModelReport[],
  { id, title, curveOf, translate }: Latency & { readonly translate: Translate },
): string {
  const lines = models.map(({ name, curves }): ChartLine => ({
    className: LOOKS[name],
    name,
    // The greatest of all is at 100 %, which no number of nines reaches. Less than a microsecond is not measured.
    points: curveOf(curves).filter(({ percent }) => percent < 100)
      .map(({ percent, ms }) => ({ x: nines(percent), y: Math.max(ms, 0.001) })),
  }));
  const rarest = Math.max(0, ...lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const chart = lineChart({
    id,
    title: `${translate(title)}: ${translate(say`by percentile`)}`,
    xLabel: translate(say`percentile: so many took no longer`),
    yLabel: "ms",
    points: [],
    others: lines,
    xTicks: PERCENTS.filter(({ at }) => at <= rarest),
    isLogarithmic: true,
  });
  const legend = models.map(({ name }) =>
    `<span class="${LOOKS[name]}">${escapeHtml(name)}</span>`
  );
  return `${chart}\n<div class="legend">${legend.join("")}</div>`;
}
