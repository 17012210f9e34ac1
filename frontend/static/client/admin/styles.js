/** Styles shared by the sections of the admin panel. */

import { css } from "../lit.js";

/**
 * Tables, which become lists of cards on phones (cells are labelled by `data-label`), and state marks.
 */
export const tables = css`
  table { width: 100%; border-collapse: collapse; }
  caption { text-align: start; }
  th, td {
    padding: var(--space-2) var(--space-3); border-bottom: 1px solid var(--line); text-align: start;
    vertical-align: middle;
  }
  th { color: var(--ink-soft); font-size: var(--text-small); font-weight: 600; white-space: nowrap; }
  td { overflow-wrap: anywhere; }
  td.number, th.number { text-align: end; font-variant-numeric: tabular-nums; }
  tbody tr:last-child > * { border-bottom: 0; }
  .scroll { overflow-x: auto; }
  @media (max-width: 48rem) {
    table.cards, .cards tbody, .cards tr, .cards td { display: block; }
    .cards thead { display: none; }
    .cards tr { padding: var(--space-3) 0; border-bottom: 1px solid var(--line); }
    .cards tr:last-child { border-bottom: 0; }
    .cards td {
      display: flex; justify-content: space-between; gap: var(--space-4); padding: var(--space-1) 0;
      border: 0; text-align: end;
    }
    .cards td::before {
      content: attr(data-label); flex: none; color: var(--ink-soft); font-size: var(--text-small);
      font-weight: 600;
    }
    .cards td:empty { display: none; }
  }
`;

export const marks = css`
  .mark {
    display: inline-block; padding: 0 var(--space-2); border-radius: var(--radius-round);
    background: var(--sunken);
    color: var(--ink); font-size: var(--text-small); font-weight: 600; line-height: 1.6rem;
    white-space: nowrap;
  }
  .mark.good { background: var(--success-soft); color: var(--success); }
  .mark.bad { background: var(--danger-soft); color: var(--danger); }
  .mark.wait { background: var(--warning-soft); color: var(--warning); }
`;
