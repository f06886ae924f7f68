/**
 * What is different on a phone, on paper, and for readers whom motion disturbs.
 *
 * @module
 */

/** Its style. */
export const MEDIA_STYLE = `
@media (max-width: 40rem) {
  .facts {
    gap: .5rem 1.25rem;
  }
  aside {
    max-height: 40vh;
    overflow-y: auto;
    font-size: .8125rem;
  }
  footer {
    padding-bottom: 14rem;
  }
}
@media (prefers-reduced-motion: reduce) {
  .row,
  .line {
    transition: none;
  }
  .lit .line.wire {
    animation: none;
  }
}
@media print {
  aside,
  .buttons {
    display: none;
  }
}
`;
