/**
 * Tables, which scroll by themselves where the window is narrow.
 *
 * @module
 */

/** Its style. */
export const TABLES_STYLE = `
.scroll {
  overflow-x: auto;
  max-width: 100%;
}
table {
  border-collapse: collapse;
  font-size: .875rem;
  width: 100%;
  font-variant-numeric: tabular-nums;
}
th,
td {
  text-align: left;
  padding: .3rem .9rem .3rem 0;
  border-bottom: 1px solid var(--rule);
  white-space: nowrap;
  vertical-align: baseline;
}
td.message {
  max-width: 24rem;
  overflow: hidden;
  text-overflow: ellipsis;
}
thead th {
  font-weight: 500;
  color: var(--muted);
  font-size: .75rem;
}
tbody th {
  font-family: var(--mono);
  font-size: .8125rem;
  font-weight: 600;
}
th.number,
td.number {
  text-align: right;
}
tr.bad td:nth-child(2),
tr.bad th {
  color: var(--zombie);
}
tr:focus-visible {
  outline-offset: -2px;
}
`;
