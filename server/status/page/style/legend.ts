/**
 * What each colour stands for.
 *
 * @module
 */

/** Its style. */
export const LEGEND_STYLE = `
.legend {
  display: flex;
  flex-wrap: wrap;
  gap: .25rem 1.25rem;
  list-style: none;
  padding: 0;
  margin: .75rem 0;
  font-size: .8125rem;
  color: var(--muted);
}
.legend li {
  display: inline-flex;
  align-items: center;
  gap: .375rem;
}
.legend b {
  color: var(--ink);
  font-variant-numeric: tabular-nums;
}
.key {
  width: .8rem;
  height: .8rem;
  border-radius: 2px;
  border: 1.5px solid var(--idle);
}
.key.starting {
  border: 1.5px dashed var(--starting);
  background: var(--starting-fill);
}
.key.serving {
  border-color: var(--serving);
  background: var(--serving);
}
.key.ending {
  border-color: var(--ending);
  background: var(--ending-fill);
}
.key.zombie {
  border-color: var(--zombie);
  background: var(--zombie);
}
.key.ended {
  border: 1.5px dotted var(--muted);
}
.key.phase-starting {
  background: var(--starting);
  border-color: transparent;
}
.key.phase-idle {
  background: var(--ended);
  border-color: transparent;
}
.key.phase-serving {
  background: var(--serving);
  border-color: transparent;
}
.key.phase-ending {
  background: var(--ending);
  border-color: transparent;
}
.key.phase-zombie {
  background: var(--zombie);
  border-color: transparent;
}
`;
