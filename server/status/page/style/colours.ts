/**
 * Colours, named by what they tell, and the type. The dark colours stand for the same. The sizes of everything follow
 * that of the root.
 *
 * @module
 */

/** Its style. */
export const COLOURS_STYLE = `
:root {
  color-scheme: light;
  --paper: #fff;
  --ink: #1c2330;
  --muted: #5b6472;
  --rule: #d9dee6;
  --panel: #f6f8fa;
  --accent: #0a5cc2;
  --lit: #e8590c;
  --starting: #b86e00;
  --idle: #8a95a5;
  --serving: #0a5cc2;
  --ending: #7b5ea7;
  --zombie: #c4262e;
  --ended: #c3cad4;
  --starting-fill: #fdf1d8;
  --serving-fill: #e3eefc;
  --ending-fill: #efe9f8;
  --zombie-fill: #fbe4e5;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font: 16px/1.5 system-ui, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", sans-serif;
}
:root[data-theme="dark"] {
  color-scheme: dark;
  --paper: #11161d;
  --ink: #e4e9f0;
  --muted: #9aa5b4;
  --rule: #2d3642;
  --panel: #1a212b;
  --accent: #6db0ff;
  --lit: #ff9d5c;
  --starting: #eab04a;
  --idle: #7f8b9c;
  --serving: #6db0ff;
  --ending: #b79be0;
  --zombie: #ff7b80;
  --ended: #475262;
  --starting-fill: #35290f;
  --serving-fill: #142a45;
  --ending-fill: #2a2239;
  --zombie-fill: #3d191c;
}
:root[data-size="large"] {
  font-size: 22.4px;
}
/* Before the script has run, a dark window is not white. */
@media (prefers-color-scheme: dark) {
  :root:not([data-theme]) {
    color-scheme: dark;
    --paper: #11161d;
    --ink: #e4e9f0;
  }
}
`;
