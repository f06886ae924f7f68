/**
 * The picture: boxes, lines, cells.
 *
 * @module
 */

/** Its style. */
export const PICTURE_STYLE = `
svg {
  display: block;
  width: 100%;
  height: auto;
  overflow: visible;
}
svg text {
  font-size: 12px;
  fill: currentColor;
}
svg .label {
  fill: var(--muted);
  font-size: 11px;
  font-variant-numeric: tabular-nums;
}
svg .faint {
  opacity: .75;
  font-style: italic;
}
.part {
  cursor: default;
  outline: none;
}
.part:hover .box,
.part:focus .box {
  stroke: var(--ink);
}
.part:focus-visible .box {
  stroke: var(--accent);
  stroke-width: 2.5;
}
.part:focus-visible .line {
  stroke: var(--accent);
  stroke-width: 3;
}
.box {
  fill: var(--paper);
  stroke: var(--rule);
  stroke-width: 1.25;
}
.parent .box {
  fill: var(--panel);
  stroke: var(--idle);
}
.name,
.parent .pid,
.worker .pid {
  font-weight: 600;
}
.pid,
.address {
  font-family: var(--mono);
}
.count,
.state,
.message {
  fill: var(--muted);
}
.message {
  font-family: var(--mono);
}
.line {
  fill: none;
  stroke: var(--idle);
  stroke-width: 1.5;
  transition: stroke .2s;
}
.line.wire {
  stroke-dasharray: 5 3;
}
.line.closed {
  stroke: var(--ended);
}
.reach {
  fill: none;
  stroke: transparent;
  stroke-width: 18;
  pointer-events: stroke;
}
.part:hover .line {
  stroke: var(--ink);
}
.lit .line,
.part.lit:hover .line {
  stroke: var(--lit);
  stroke-width: 2.5;
}
.lit .line.closed {
  stroke: var(--ended);
  stroke-width: 1.5;
}
.lit .line.wire {
  animation: flow .5s linear infinite;
}
.lit .message {
  fill: var(--ink);
}
.client.lit .box {
  stroke: var(--lit);
}
.level-back {
  fill: var(--rule);
}
.level {
  fill: var(--starting);
}
.waiting .count {
  fill: var(--starting);
  font-weight: 600;
}
.row {
  transition: transform .3s ease-out;
}
@keyframes flow {
  to {
    stroke-dashoffset: -8;
  }
}
.worker.starting .box,
.square.starting {
  stroke: var(--starting);
  fill: var(--starting-fill);
  stroke-dasharray: 3 2;
}
.worker.idle .box,
.square.idle {
  stroke: var(--idle);
  fill: var(--paper);
}
.worker.serving .box {
  stroke: var(--serving);
  fill: var(--serving-fill);
}
.square.serving {
  stroke: var(--serving);
  fill: var(--serving);
}
.worker.ending .box {
  stroke: var(--ending);
  fill: var(--ending-fill);
}
.square.ending {
  stroke: var(--ending);
  fill: var(--ending-fill);
}
.worker.zombie .box {
  stroke: var(--zombie);
  fill: var(--zombie-fill);
}
.square.zombie {
  stroke: var(--zombie);
  fill: var(--zombie);
}
.worker.ended .box,
.square.ended {
  stroke: var(--ended);
  fill: none;
  stroke-dasharray: 2 3;
}
.worker.starting .state {
  fill: var(--starting);
}
.worker.serving .state {
  fill: var(--serving);
}
.worker.ending .state {
  fill: var(--ending);
}
.worker.zombie .state {
  fill: var(--zombie);
  font-weight: 600;
}
.worker.ended text {
  fill: var(--muted);
}
.square {
  stroke-width: 1.25;
  outline: none;
}
.square.lit {
  stroke: var(--lit);
  stroke-width: 2.5;
}
.square:hover,
.square.chosen {
  stroke: var(--ink);
  stroke-width: 2.5;
}
.square rect {
  fill: inherit;
  stroke: inherit;
  stroke-dasharray: inherit;
  stroke-width: inherit;
}
.square text {
  font-family: var(--mono);
  fill: var(--ink);
  stroke: none;
}
.square.serving text,
.square.zombie text {
  fill: var(--paper);
}
.picture {
  overflow: hidden;
}
`;
