/**
 * What holds the parts of the page: the head, the sections, the buttons, the strip at the foot of the window.
 *
 * @module
 */

/** Its style. */
export const FRAME_STYLE = `
* {
  box-sizing: border-box;
}
body {
  margin: 0;
  padding: 0 1rem;
  color: var(--ink);
  background: var(--paper);
}
#app {
  max-width: 70rem;
  margin: 0 auto;
}
h1 {
  font-size: 1.25rem;
  line-height: 1.3;
  margin: 0;
  font-weight: 650;
}
h2 {
  font-size: 1rem;
  margin: 0 0 .75rem;
  font-weight: 650;
}
p {
  margin: 0;
}
section {
  padding: 1.25rem 0;
  border-top: 1px solid var(--rule);
}
section:focus {
  outline: none;
}
:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}
.hint,
.empty,
.range,
footer,
.loading {
  color: var(--muted);
  font-size: .875rem;
}
.empty {
  padding: .5rem 0;
}
.loading {
  padding: 3rem 0;
  text-align: center;
  font-size: 1rem;
}
.code,
code {
  font-family: var(--mono);
  font-size: .8125rem;
}
.bar {
  display: flex;
  flex-wrap: wrap;
  gap: .5rem 1rem;
  align-items: center;
  justify-content: space-between;
}
.skip {
  position: absolute;
  left: -999rem;
}
.skip:focus {
  position: static;
}
header {
  padding: 1.25rem 0 1rem;
}
.phase {
  display: inline-block;
  padding: .05rem .6rem;
  border-radius: 1rem;
  font-size: .8125rem;
  font-weight: 600;
  color: var(--serving);
  background: var(--serving-fill);
  vertical-align: .1em;
}
.phase.paused {
  color: var(--starting);
  background: var(--starting-fill);
}
.phase.draining {
  color: var(--ending);
  background: var(--ending-fill);
}
.phase.stopped {
  color: var(--muted);
  background: var(--panel);
}
.notice {
  margin-top: .75rem;
  padding: .5rem .75rem;
  border-left: 3px solid var(--starting);
  background: var(--starting-fill);
}
.notice.none {
  display: none;
}
.facts {
  display: flex;
  flex-wrap: wrap;
  gap: .5rem 2rem;
  margin: 1rem 0 0;
}
.facts div {
  min-width: 0;
}
dt {
  color: var(--muted);
  font-size: .75rem;
}
dd {
  margin: 0;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
.buttons {
  display: flex;
  flex-wrap: wrap;
  gap: .375rem;
  align-items: center;
}
button,
.buttons a {
  font: inherit;
  font-size: .875rem;
  line-height: 1.3;
  min-height: 2rem;
  min-width: 2rem;
  padding: .25rem .625rem;
  border: 1px solid var(--rule);
  border-radius: .25rem;
  color: var(--ink);
  background: var(--paper);
  cursor: pointer;
  text-decoration: none;
  display: inline-flex;
  align-items: center;
  justify-content: center;
}
button:hover,
.buttons a:hover {
  border-color: var(--muted);
}
button[aria-pressed="true"] {
  border-color: var(--accent);
  color: var(--accent);
}
.more {
  margin-top: .75rem;
}
.zoom {
  min-width: 4.5rem;
  text-align: center;
  font-size: .875rem;
  font-variant-numeric: tabular-nums;
}
.pause {
  min-width: 5rem;
}
h1 {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 0.75rem;
  align-items: center;
}
.range {
  font-size: .75rem;
  font-variant-numeric: tabular-nums;
}
summary {
  cursor: pointer;
  font-size: .875rem;
  color: var(--muted);
  padding: .25rem 0;
}
details {
  margin-top: .5rem;
}
footer {
  padding: 1rem 0 9rem;
  border-top: 1px solid var(--rule);
}
aside {
  position: fixed;
  left: 0;
  right: 0;
  bottom: 0;
  background: var(--panel);
  border-top: 1px solid var(--rule);
  font-size: .875rem;
  padding: .6rem max(1rem, calc((100% - 70rem) / 2));
  min-height: 4.4rem;
}
aside .command {
  margin-top: .15rem;
  color: var(--muted);
  overflow-wrap: anywhere;
}
aside .detail {
  color: var(--muted);
  font-variant-numeric: tabular-nums;
}
aside code {
  color: var(--ink);
  user-select: all;
}
`;
