import { css } from "../lit.js";

/** The page fills the window: the picture has what its bar and its panel leave. */
export const styles = css`
  :host { display: flex; flex-direction: column; height: calc(100dvh - var(--header)); min-height: 20rem; }
  .bar {
    display: flex; align-items: center; gap: var(--space-3); min-height: 3.25rem; padding: 0 var(--space-4);
    border-bottom: 1px solid var(--line); background: var(--surface);
  }
  h1 { min-width: 0; overflow: hidden; font-size: var(--text-large); text-overflow: ellipsis;
    text-wrap: nowrap; }
  .status { display: flex; align-items: center; gap: var(--space-2); flex: none; color: var(--ink-soft);
    font-size: var(--text-small); }
  .status::before { width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--warning);
    content: ""; }
  .status.live::before { background: var(--success); }
  .status.offline::before, .status.closed::before { background: var(--danger); }
  progress { flex: 0 1 8rem; min-width: 3rem; accent-color: var(--accent); }
  .tools { margin-left: auto; }
  .room { display: flex; flex: 1; min-height: 0; }
  .view { position: relative; flex: 1; min-width: 0; min-height: 0; }
  canvas-stage { position: absolute; inset: 0; }
  .readout {
    position: absolute; top: var(--space-3); left: var(--space-3); max-width: calc(100% - 2 * var(--space-3));
    margin: 0; padding: var(--space-1) var(--space-3);
    border-radius: var(--radius-round); background: color-mix(in oklab, var(--raised) 92%, transparent);
    box-shadow: var(--shadow);
    font-size: var(--text-small); overflow-wrap: anywhere; pointer-events: none;
  }
  .zoom {
    position: absolute; bottom: var(--space-4); left: var(--space-4); display: flex;
    border: 1px solid var(--line);
    border-radius: var(--radius-2); background: var(--raised); box-shadow: var(--shadow); overflow: clip;
  }
  .zoom button { border: 0; border-radius: 0; background: transparent; }
  @media (hover: hover) { .zoom button:hover { background: var(--accent-soft); } }
  .zoom button[aria-pressed="true"] { background: var(--accent-soft); }
  .zoom :focus-visible { outline-offset: -3px; }
  canvas-minimap { position: absolute; right: var(--space-4); bottom: var(--space-4); color: var(--accent); }
  .closed-notice {
    position: absolute; top: 50%; left: 50%; width: min(26rem, calc(100% - 2rem)); translate: -50% -50%;
    box-shadow: var(--shadow);
  }
  aside {
    display: flex; flex: none; flex-direction: column; width: 22rem; border-left: 1px solid var(--line);
    background: var(--surface); overflow-y: auto;
  }
  aside > :not(.title) { flex: none; }
  aside > canvas-chat:not(.title) { flex: 1; } /* scrolls by itself, above the field for new messages */
  .title {
    position: sticky; top: 0; z-index: 1; display: flex; align-items: center; justify-content: space-between;
    gap: var(--space-3); padding: var(--space-3) var(--space-2) var(--space-3) var(--space-4);
    background: var(--surface);
  }
  h2 { min-width: 0; overflow-wrap: anywhere; }
  @media (max-width: 48rem) {
    :host { position: relative; }
    .bar { padding: 0 var(--space-3); }
    /* Over the picture, where a phone has room; a panel takes it back. */
    .tools {
      position: absolute; top: 3.75rem; right: var(--space-2); z-index: 1; flex-direction: column; gap: 0;
      border: 1px solid var(--line); border-radius: var(--radius-2); background: var(--raised);
      box-shadow: var(--shadow);
      overflow: clip;
    }
    .bar:has(+ .divided) .tools { display: none; }
    .room { flex-direction: column; }
    aside {
      width: auto; max-height: 50dvh; border-top: 1px solid var(--line); border-left: 0;
      border-radius: var(--radius-3) var(--radius-3) 0 0;
    }
    canvas-minimap { display: none; }
  }
  /* A phone on its side has room beside the picture, none below it. */
  @media (max-height: 32rem) and (min-width: 32rem) {
    :host { min-height: 0; }
    .bar { min-height: 2.75rem; }
    .room { flex-direction: row; }
    aside {
      width: 18rem; max-height: none; border-top: 0; border-left: 1px solid var(--line); border-radius: 0;
    }
  }
`;
