/** Shared styles; each element includes those it needs in its `static styles`. */

import { css } from "../lit.js";

/** Box model, focus ring and `hidden`, for every element. */
export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  h1:focus, h2:focus { outline: none; } /* focused by a script, to be read aloud */
  .visually-hidden {
    position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0;
    overflow: hidden; clip-path: inset(50%); white-space: nowrap; border: 0;
  }
  /* None, not a short one: a script reads computed styles, and an endless short animation flashes. */
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`;

export const typography = css`
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; }
  h1 { font-size: var(--text-title); line-height: 1.2; letter-spacing: -0.015em; text-wrap: balance; }
  h2 { font-size: var(--text-large); line-height: 1.3; letter-spacing: -0.01em; }
  h3 { font-size: var(--text-body); line-height: 1.4; }
  a { color: var(--link); text-underline-offset: 0.15em; }
  small, .small { font-size: var(--text-small); }
  .soft { color: var(--ink-soft); }
  code { font: 0.9em var(--font-mono); }
`;

/** Buttons (`.primary`, `.danger`, `.quiet`, `.icon`), inputs and their labels. */
export const controls = css`
  button, .button {
    display: inline-flex; align-items: center; justify-content: center; gap: var(--space-2);
    min-height: var(--target); padding: 0 var(--space-4);
    border: 1px solid var(--line-strong); border-radius: var(--radius-1);
    background: var(--surface); color: var(--ink);
    font: 600 0.9375rem/1.2 var(--font); text-decoration: none; white-space: nowrap;
    cursor: pointer; transition: background var(--quick), border-color var(--quick);
  }
  /* A finger leaves what it tapped hovered, where it would seem to be pressed. */
  @media (hover: hover) { button:hover, .button:hover { background: var(--accent-soft); } }
  .primary, .primary:hover {
    border-color: var(--accent); background: var(--accent); color: var(--accent-ink);
  }
  .danger, .danger:hover { border-color: var(--danger); background: var(--danger); color: var(--danger-ink); }
  @media (hover: hover) {
    .primary:hover { background: color-mix(in oklab, var(--accent), var(--ink) 18%); }
    .danger:hover { background: color-mix(in oklab, var(--danger), var(--ink) 18%); }
  }
  .quiet { border-color: transparent; background: transparent; }
  .icon { width: var(--target); padding: 0; }
  button[aria-pressed="true"], button[aria-current="true"] {
    border-color: var(--accent); background: var(--accent-soft); color: var(--link);
  }
  button:disabled, button[aria-disabled="true"] { opacity: 0.55; cursor: not-allowed; }
  input:not([type="checkbox"], [type="radio"], [type="color"], [type="range"]), select, textarea {
    width: 100%; min-height: var(--target); padding: var(--space-2) var(--space-3);
    border: 1px solid var(--line-strong); border-radius: var(--radius-1);
    background: var(--surface); color: var(--ink); font: inherit;
  }
  textarea { min-height: 5.5rem; resize: vertical; }
  input::placeholder, textarea::placeholder { color: var(--ink-soft); opacity: 1; }
  input[type="checkbox"], input[type="radio"] {
    width: 1.25rem; height: 1.25rem; margin: 0; flex: none; accent-color: var(--accent);
  }
  input[type="color"] {
    width: var(--target); height: var(--target); padding: 2px;
    border: 1px solid var(--line-strong); border-radius: var(--radius-1); background: var(--surface);
    cursor: pointer;
  }
  label.check { display: flex; align-items: center; gap: var(--space-2); min-height: var(--target); }
  fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
  legend { padding: 0; font-weight: 600; }
  ui-field { display: block; position: relative; }
  ui-field .reveal {
    position: absolute; right: 1px; top: calc(1.55em + var(--space-1) + 1px); width: var(--target);
    min-height: calc(var(--target) - 2px); padding: 0; border: 0; background: transparent;
  }
  ui-field:has(.reveal) input { padding-right: var(--target) !important; }
  ui-field label { display: block; margin-bottom: var(--space-1); font-weight: 600; }
  ui-field .hint { margin: var(--space-1) 0 0; color: var(--ink-soft); font-size: var(--text-small); }
  ui-field .error {
    margin: var(--space-1) 0 0; color: var(--danger); font-size: var(--text-small); font-weight: 600;
  }
  ui-field [aria-invalid="true"] { border-color: var(--danger); box-shadow: inset 0 0 0 1px var(--danger); }
`;

/** Pages: `.page` (full width), `.page.narrow` (forms), `.card`, `.row`, `.stack`, `.skeleton`. */
export const layout = css`
  .page { max-width: var(--width); margin: 0 auto; padding: var(--space-6) var(--space-5) var(--space-8); }
  .page.narrow { max-width: 30rem; }
  .card {
    padding: var(--space-5); border: 1px solid var(--line); border-radius: var(--radius-2);
    background: var(--surface);
  }
  .stack { display: flex; flex-direction: column; gap: var(--space-4); }
  .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-3); }
  .spread { justify-content: space-between; }
  .skeleton {
    border-radius: var(--radius-1); background: var(--sunken);
    animation: breathe 1.4s ease-in-out infinite alternate;
  }
  @keyframes breathe { to { opacity: 0.45; } }
  @media (max-width: 40rem) { .page { padding: var(--space-5) var(--space-4) var(--space-7); } }
`;
