import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, controls, typography } from "../ui/styles.js";
import { commandButton } from "./command-button.js";
import { commandsOf } from "./commands.js";
import { SYMMETRIES } from "./symmetry.js";

/** @import { Editor } from "./editor.js" */
/** @import { Settings } from "./pen.js" */

/** `<editor-options .editor=${editor}>`: how the tools paint, and what can be done with what is selected. */
export class Options extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true } };
  static styles = [
    base,
    typography,
    controls,
    css`
    :host { display: flex; flex-direction: column; gap: var(--space-4); }
    h3, legend, .label { font: 600 var(--text-small) / 1.4 var(--font); color: var(--ink-soft); }
    .row { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1); }
    output { flex: 1; text-align: center; font-variant-numeric: tabular-nums; }
    label { display: block; }
    select { margin-top: var(--space-1); }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    const { editor } = this;
    const { brush, filled, symmetry } = editor.settings;
    return html`
      <fieldset ?disabled=${!editor.mayPaint}>
        <legend>${t("editor.brush")}</legend>
        <div class="row">
          ${commandButton("brush_smaller", editor, { look: "icon", content: "−" })}
          <output>${t("editor.brush_size", { count: brush })}</output>
          ${commandButton("brush_larger", editor, { look: "icon", content: "+" })}
        </div>
        <label class="check"><input type="checkbox" .checked=${filled}
          @change=${this.#setFilled}> ${t("editor.filled")}</label>
        <label><span class="label">${t("editor.symmetry")}</span>
          <select @change=${this.#setSymmetry}>${SYMMETRIES.map(
            (value) => html`<option value=${value} ?selected=${value === symmetry}>
            ${t(`editor.symmetry_${value}`)}</option>`,
          )}</select></label>
      </fieldset>
      <div role="group" aria-labelledby="edit">
        <h3 id="edit">${t("editor.edit")}</h3>
        <div class="row">${commandsOf("edit").map(({ name }) => commandButton(name, editor))}</div>
      </div>`;
  }

  /** @param {Event} event */
  #setFilled(event) {
    this.editor.set({ filled: /** @type {HTMLInputElement} */ (event.target).checked });
  }

  /** @param {Event} event */
  #setSymmetry(event) {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    this.editor.set({ symmetry: /** @type {Settings["symmetry"]} */ (value) });
  }
}
customElements.define("editor-options", Options);
