import { css } from "../lit.js";

/**
 * The editor's layout: a large dialog with a panel, or on a phone the whole screen with bars above and below.
 */
export const styles = css`
  :host { display: contents; }
  .editor {
    --swatch: 2.25rem;
    display: grid; grid-template: auto minmax(0, 1fr) auto / auto minmax(0, 1fr) 17rem;
    grid-template-areas: "header header header" "tools grid panel" "footer footer footer";
    width: min(84rem, calc(100vw - 3rem)); max-width: none; height: calc(100dvh - 3rem); max-height: none;
    padding: 0;
    overflow: hidden; border: 1px solid var(--line); border-radius: var(--radius-3);
    background: var(--surface);
    color: var(--ink); box-shadow: var(--shadow);
  }
  .editor:not([open]) { display: none; }
  .editor::backdrop { background: #0b0d12b0; }

  header {
    grid-area: header; display: flex; align-items: center; gap: var(--space-3);
    padding: var(--space-2) var(--space-4) var(--space-2) var(--space-2);
    border-bottom: 1px solid var(--line);
  }
  .name { flex: 1; min-width: 0; }
  .name h2, .name p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .name p { color: var(--ink-soft); font-size: var(--text-small); line-height: 1.3; }
  .group { display: flex; gap: var(--space-1); }
  .narrow { display: none; }

  /* Over the drawing, so that it stays where it is when a note comes or goes. */
  .notes {
    grid-area: grid; z-index: 1; align-self: end; justify-self: center; width: min(34rem,
    calc(100% - 2 * var(--space-3)));
    margin-bottom: var(--space-3); pointer-events: none;
  }
  .tools { grid-area: tools; padding: var(--space-2); overflow-y: auto; border-right: 1px solid var(--line); }
  .grid { grid-area: grid; }
  .panel { grid-area: panel; padding: var(--space-4); overflow-y: auto; border-left: 1px solid var(--line); }
  .inks { display: flex; flex-direction: column; gap: var(--space-3); margin-bottom: var(--space-4); }
  .selected { grid-area: grid; z-index: 1; align-self: start; justify-self: center; margin: var(--space-2); }
  editor-steps { margin-top: var(--space-3); }
  .details { display: block; margin-top: var(--space-5); }

  footer {
    grid-area: footer; display: flex; justify-content: space-between; gap: var(--space-4); min-height: 2rem;
    padding: var(--space-1) var(--space-4);
    border-top: 1px solid var(--line); color: var(--ink-soft); font-size: var(--text-small);
    font-variant-numeric: tabular-nums;
  }

  editor-questions, picture-import, editor-keys { display: contents; }

  .at { flex: none; }
  .state { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }

  @media (max-width: 48rem) {
    .editor {
      --swatch: 2.75rem;
      grid-template: auto minmax(0, 1fr) auto auto auto / minmax(0, 1fr);
      grid-template-areas: "header" "grid" "footer" "panel" "tools";
      width: 100vw; height: 100dvh; border: 0; border-radius: 0;
    }
    header { gap: var(--space-1); padding: var(--space-1) var(--space-2) var(--space-1) 0; }
    header .view {
      position: absolute; top: 3.75rem; right: var(--space-2); z-index: 1; flex-direction: column; gap: 0;
      border: 1px solid var(--line); border-radius: var(--radius-1); background: var(--surface);
    }
    .selected { justify-self: start; margin-right: 4rem; } /* beside the buttons of the view */
    .narrow { display: inline-flex; }
    .name h2 { font-size: 0.9375rem; line-height: 1.2; white-space: normal; }
    .name p { display: none; }
    .save { padding: 0 var(--space-3); }
    /* So far apart that one is cut off at the edge: there are more. */
    .tools { --direction: row; --gap: var(--space-2); --apart: 25% auto 25% -5px; --apart-width: 0 0 0 1px;
      padding: var(--space-1) var(--space-2); overflow-x: auto;
      border-top: 1px solid var(--line); border-right: 0; }
    .panel { max-height: 9.5rem; padding: var(--space-2); border-top: 1px solid var(--line); border-left: 0; }
    .panel.open { max-height: 55dvh; }
    .panel:not(.open) .more, .keys { display: none; }
    .inks { flex-direction: row; align-items: start; gap: var(--space-2); margin: 0; }
    .inks editor-palette { flex: 1; min-width: 0; }
    .more { padding: var(--space-4) var(--space-2); }
    footer { min-height: 1.5rem; padding: 0 var(--space-3); }
  }

  /* A phone on its side: everything beside the drawing, which needs the height. */
  @media (max-height: 32rem) and (min-width: 32rem) {
    .editor {
      --swatch: 2.25rem;
      grid-template: auto minmax(0, 1fr) auto / auto minmax(0, 1fr) 12rem;
      grid-template-areas: "header header header" "tools grid panel" "tools footer panel";
      width: 100vw; height: 100dvh; border: 0; border-radius: 0;
    }
    header { padding: 0 var(--space-2) 0 0; }
    .name p { display: none; }
    header .view { position: static; flex-direction: row; border: 0; }
    .selected { --direction: column; justify-self: start; }
    .narrow { display: none; }
    .tools { --direction: column; --gap: var(--space-1); --apart: -3px 25% auto 25%; --apart-width: 1px 0 0;
      padding: var(--space-1); overflow: hidden auto;
      border-top: 0; border-right: 1px solid var(--line); }
    .panel, .panel.open { max-height: none; padding: var(--space-2); border-top: 0;
      border-left: 1px solid var(--line); }
    .panel:not(.open) .more { display: block; }
    .more { padding: var(--space-2) 0; }
    footer { min-height: 1.5rem; padding: 0 var(--space-3); border-top: 0; }
  }
`;
