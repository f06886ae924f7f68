/**
 * The figures and their curves.
 *
 * @module
 */

/** Its style. */
export const FIGURES_STYLE = `
.figures {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(16rem, 100%), 1fr));
  gap: 1.25rem 1.5rem;
}
figure {
  margin: 0;
  border-radius: .25rem;
}
figure:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 6px;
}
figcaption {
  display: flex;
  justify-content: space-between;
  gap: .5rem;
  font-size: .875rem;
}
figcaption .range,
figcaption b {
  font-variant-numeric: tabular-nums;
  white-space: nowrap;
}
figure svg {
  overflow: hidden;
}
.curve {
  fill: none;
  stroke: var(--accent);
  stroke-width: 2;
  stroke-linejoin: round;
  stroke-linecap: round;
}
.curve-1 {
  stroke-width: 5;
  opacity: 0.4;
}
.curve-2 {
  stroke: var(--lit);
  stroke-width: 1.5;
}
.dots .curve {
  stroke-width: 5;
}
.series {
  display: inline-flex;
  align-items: center;
  gap: .3rem;
  margin-right: .75rem;
}
.swatch {
  width: .75rem;
  height: 2px;
  background: var(--accent);
}
.swatch-1 {
  background: var(--lit);
}
`;
