/**
 * The timeline: bars and their axis.
 *
 * @module
 */

/** Its style. */
export const TIMELINE_STYLE = `
.timeline-box {
  margin-top: .75rem;
  max-height: 26rem;
  overflow-y: auto;
  overflow-x: hidden;
}
.grid-line {
  stroke: var(--rule);
  stroke-width: 1;
}
.phase.starting,
.phase.idle,
.phase.serving,
.phase.ending,
.phase.zombie {
  stroke: none;
}
rect.phase.starting {
  fill: var(--starting);
}
rect.phase.idle {
  fill: var(--ended);
}
rect.phase.serving {
  fill: var(--serving);
}
rect.phase.ending {
  fill: var(--ending);
}
rect.phase.zombie {
  fill: var(--zombie);
}
.past {
  opacity: .7;
}
.span:hover rect {
  stroke: var(--ink);
}
.on-bar {
  font-family: var(--mono);
  font-weight: 600;
  font-size: 11px;
  fill: #fff;
  pointer-events: none;
}
:root[data-theme="dark"] .on-bar {
  fill: #11161d;
}
.axis {
  position: sticky;
  bottom: 0;
  background: var(--paper);
}
`;
