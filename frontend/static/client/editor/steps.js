import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, controls } from "../ui/styles.js";

/** @import { Editor } from "./editor.js" */

/** Steps shown on either side of the last one: a drawing may have thousands. */
const MOST = 100;

/** `<editor-steps .editor=${editor}>`: what was done, step by step, to go back to any of them. */
export class Steps extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true }, _isOpen: { state: true } };
  static styles = [
    base,
    controls,
    css`
    summary { font: 600 var(--text-small) / 2.5rem var(--font); color: var(--ink-soft); cursor: pointer; }
    ol { max-height: 14rem; margin: 0; padding: 2px; overflow-y: auto; list-style: none; }
    button {
      justify-content: flex-start; width: 100%; min-height: 2rem; padding: 0 var(--space-2);
      font-weight: 400; font-size: var(--text-small);
    }
    [aria-current="step"], [aria-current="step"]:hover {
      background: var(--accent-soft); color: var(--link); font-weight: 600;
    }
    .undone { color: var(--ink-soft); font-style: italic; }
    @media (pointer: coarse) { button { min-height: 2.75rem; } }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this._isOpen = false;
  }

  render() {
    return html`<details @toggle=${(/** @type {Event} */ { target }) =>
      (this._isOpen = /** @type {HTMLDetailsElement} */ (target).open)}>
      <summary>${t("editor.steps")}</summary>
      ${this._isOpen ? this.#list() : ""}
    </details>`;
  }

  updated() {
    this.renderRoot.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  #list() {
    const { steps, position } = this.editor.pen.painting;
    const names = ["editor.step_start", ...steps];
    const first = Math.max(0, position - MOST);
    return html`<ol>${names
      .slice(first, position + MOST + 1)
      .map((name, index) => this.#step(name, first + index, position))}</ol>`;
  }

  /**
   * @param {string} name
   * @param {number} index how many steps are done then
   * @param {number} position how many steps are done now
   */
  #step(name, index, position) {
    const { editor } = this;
    const text = index ? t("editor.step", { number: index, name: t(name) }) : t(name);
    return html`<li><button class="quiet ${index > position ? "undone" : ""}"
      aria-current=${index === position ? "step" : "false"} ?disabled=${!editor.mayPaint}
      @click=${() => editor.pen.jump(index)}>${text}</button></li>`;
  }
}
customElements.define("editor-steps", Steps);
