import { css } from "../lit.js";
import { strength } from "../ui/new-password.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/** Styles shared by the account pages. */
export const account = [
  base,
  typography,
  controls,
  layout,
  strength,
  css`
  form { display: flex; flex-direction: column; gap: var(--space-4); }
  h1 { margin-bottom: var(--space-5); }
  form .row { margin-top: var(--space-1); }
  h2 { margin-bottom: var(--space-3); }
  :host > p + :is(p, ul, form, .row), :host > ul + form { margin-top: var(--space-4); }
  .switch { margin-top: var(--space-5); color: var(--ink-soft); }
`,
];
