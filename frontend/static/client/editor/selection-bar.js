import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls } from "../ui/styles.js";
import { commandButton } from "./command-button.js";
import { commandsOf } from "./commands.js";
import { isSelecting } from "./tools.js";

/** @import { Editor } from "./editor.js" */

/**
 * `<editor-selection .editor=${editor}>`: over the drawing, how a tool that selects combines with what is
 * selected, while one is in hand, and a button that deselects.
 */
export class SelectionBar extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true } };
  static styles = [
    base,
    controls,
    css`
    :host { display: flex; flex-direction: var(--direction, row); gap: var(--space-2); pointer-events: none; }
    :host > * { pointer-events: auto; box-shadow: var(--shadow); }
    [role="group"] {
      display: flex; flex-direction: var(--direction, row);
      border: 1px solid var(--line); border-radius: var(--radius-1); background: var(--surface);
    }
    .deselect { font-size: var(--text-small); }
    .deselect ui-icon { display: none; }
    @media (max-width: 24rem), (max-height: 32rem) {
      .deselect { width: var(--target); padding: 0; }
      .deselect ui-icon { display: inline-flex; }
      .deselect span { display: none; }
    }
    @media (pointer: fine) { button { min-width: 2.25rem; min-height: 2.25rem; } }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    const { editor } = this;
    if (!editor.mayPaint) return "";
    return html`${
      isSelecting(editor.settings.tool)
        ? html`<div role="group" aria-label=${t("editor.combination")}>${commandsOf("combination").map(
            ({ name }) => commandButton(name, editor),
          )}</div>`
        : ""
    }${
      editor.pen.selection
        ? commandButton("deselect", editor, {
            look: "deselect",
            content: html`<ui-icon name="deselect"></ui-icon><span>${t("editor.deselect")}</span>`,
          })
        : ""
    }`;
  }
}
customElements.define("editor-selection", SelectionBar);
