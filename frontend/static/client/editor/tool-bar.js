import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls } from "../ui/styles.js";
import { titleOf } from "./command-button.js";
import { ariaKeys, commandsOf } from "./commands.js";

/** @import { Command } from "./commands.js" */
/** @import { Editor } from "./editor.js" */

/** `<editor-tools .editor=${editor}>`: the tools, of which one is in hand. */
export class ToolBar extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true } };
  static styles = [
    base,
    controls,
    css`
    [role="radiogroup"] { display: flex; flex-direction: var(--direction, column); gap: var(--space-1); }
    button { flex: none; color: var(--ink-soft); }
    [aria-checked="true"], [aria-checked="true"]:hover {
      border-color: var(--accent); background: var(--accent); color: var(--accent-ink);
    }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    return html`<div role="radiogroup" aria-label=${t("editor.tools")} @keydown=${this.#handleKey}>
      ${commandsOf("tool").map((command) => this.#button(command))}
    </div>`;
  }

  /** @param {Command} command */
  #button(command) {
    const { editor } = this;
    const isInHand = command.name === editor.settings.tool;
    return html`<button class="quiet icon" role="radio" aria-checked=${String(isInHand)}
      tabindex=${isInHand ? "0" : "-1"}
      aria-label=${t(command.label)} title=${titleOf(command)} aria-keyshortcuts=${ariaKeys(command)}
      ?disabled=${!command.isEnabled(editor)} @click=${() => editor.run(command)}><ui-icon
      name=${command.icon}></ui-icon></button>`;
  }

  /**
   * Take up the next tool with an arrow key, as in any group of radio buttons.
   * @param {KeyboardEvent} event
   */
  async #handleKey(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    const { editor } = this;
    if (!step || !editor.mayPaint) return;
    event.preventDefault();
    const tools = commandsOf("tool");
    const index = tools.findIndex(({ name }) => name === editor.settings.tool);
    editor.run(tools[(index + step + tools.length) % tools.length]);
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement} */
    (this.renderRoot.querySelector("[aria-checked=true]")).focus();
  }
}
customElements.define("editor-tools", ToolBar);
