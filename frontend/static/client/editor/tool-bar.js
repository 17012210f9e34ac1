import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls } from "../ui/styles.js";
import { TOOLS } from "./tools.js";

/** `<editor-tools tool="pencil">`: fires `pick` with the tool taken up as its detail. */
export class ToolBar extends Element {
  static properties = { tool: {}, disabled: { type: Boolean } };
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
    this.tool = "pencil";
    this.disabled = false;
  }

  render() {
    return html`<div role="radiogroup" aria-label=${t("editor.tools")} @keydown=${this.#keyPressed}>
      ${Object.entries(TOOLS).map(
        ([tool, { key, icon }]) => html`<button class="quiet icon" role="radio"
          aria-checked=${tool === this.tool ? "true" : "false"} tabindex=${tool === this.tool ? "0" : "-1"}
          aria-label=${t(`editor.tool_${tool}`)} aria-keyshortcuts=${key} ?disabled=${this.disabled && tool !== "hand"}
          title=${t("editor.with_key", { name: t(`editor.tool_${tool}`), key: key.toUpperCase() })}
          @click=${() => this.#pick(tool)}><ui-icon name=${icon}></ui-icon></button>`,
      )}
    </div>`;
  }

  /** @param {string} tool */
  #pick(tool) {
    this.dispatchEvent(new CustomEvent("pick", { detail: tool }));
  }

  /** @param {KeyboardEvent} event */
  async #keyPressed(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step || this.disabled) return;
    event.preventDefault();
    const tools = Object.keys(TOOLS);
    this.#pick(tools[(tools.indexOf(this.tool) + step + tools.length) % tools.length]);
    await this.updateComplete;
    /** @type {HTMLElement} */ (this.renderRoot.querySelector("[aria-checked=true]")).focus();
  }
}
customElements.define("editor-tools", ToolBar);
