import { css } from "../lit.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/** Styles shared by the account pages. */
export const account = [
  base,
  typography,
  controls,
  layout,
  css`
  form { display: flex; flex-direction: column; gap: var(--space-4); }
  h1 { margin-bottom: var(--space-5); }
  form .row { margin-top: var(--space-1); }
  h2 { margin-bottom: var(--space-3); }
  .switch { margin-top: var(--space-5); color: var(--ink-soft); }
  .strength {
    display: flex; align-items: center; gap: var(--space-3); margin-top: var(--space-2); min-height: 1.25rem;
    font-size: var(--text-small); color: var(--ink-soft);
  }
  .strength[data-strength=""] { visibility: hidden; }
  .strength .bar { display: flex; flex: 0 0 8rem; gap: 3px; }
  .strength i { flex: 1; height: 5px; border-radius: 3px; background: var(--line); }
  .strength[data-strength="0"] i:nth-child(-n+1) { background: var(--danger); }
  .strength[data-strength="1"] i:nth-child(-n+2) { background: var(--warning); }
  .strength[data-strength="2"] i:nth-child(-n+3) { background: var(--success); }
  .strength[data-strength="3"] i { background: var(--success); }
`,
];
