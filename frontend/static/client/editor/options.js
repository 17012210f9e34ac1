import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { BLENDS, DENSITIES } from "../model/dither.js";
import { SYMMETRIES } from "../model/symmetry.js";
import { Element } from "../ui/element.js";
import { base, controls, typography } from "../ui/styles.js";
import { commandButton } from "./command-button.js";
import { commandsOf } from "./commands.js";
import { CURSORS } from "./settings.js";
import { isSelecting, TOOLS } from "./tools.js";

/** @import { Editor } from "./editor.js" */
/** @import { Settings } from "./settings.js" */
/** @import { ToolOption } from "./tools.js" */

/**
 * `<editor-options .editor=${editor}>`: how the tool in hand paints, and what can be done with what is
 * selected.
 */
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
    const { tool } = editor.settings;
    return html`<fieldset ?disabled=${!editor.mayPaint}>
        <legend>${t(`editor.tool_${tool}`)}</legend>
        ${TOOLS[tool].options.map((option) => this.#option(option))}
        ${isSelecting(tool) ? html`<div class="row">${this.#buttons("selection")}</div>` : ""}
      </fieldset>
      <div role="group" aria-labelledby="edit">
        <h3 id="edit">${t("editor.edit")}</h3>
        <div class="row">${this.#buttons("edit")}</div>
      </div>
      ${this.#choice("cursor", CURSORS)}`;
  }

  /** @param {"edit" | "selection"} group */
  #buttons(group) {
    return commandsOf(group).map(({ name }) => commandButton(name, this.editor));
  }

  /** @param {ToolOption} option */
  #option(option) {
    switch (option) {
      case "brush":
        return this.#brush();
      case "density":
        return this.#choice("density", DENSITIES, (share) => number(share, { style: "percent" }));
      case "blend":
        return this.#choice("blend", BLENDS);
      case "symmetry":
        return this.#choice("symmetry", SYMMETRIES);
      default:
        return this.#check(option);
    }
  }

  #brush() {
    const { editor } = this;
    const { brush } = editor.settings;
    return html`<div class="row">
      ${commandButton("brush_smaller", editor, { look: "icon", content: "−" })}
      <output>${t("editor.brush_size", { count: brush })}</output>
      ${commandButton("brush_larger", editor, { look: "icon", content: "+" })}
    </div>`;
  }

  /** @param {"perfect" | "filled" | "contiguous"} name */
  #check(name) {
    const { editor } = this;
    return html`<label class="check"><input type="checkbox" .checked=${editor.settings[name]}
      @change=${(/** @type {Event} */ { target }) =>
        editor.set({ [name]: /** @type {HTMLInputElement} */ (target).checked })}>
      ${t(`editor.${name}`)}</label>`;
  }

  /**
   * @template {keyof Settings} Name
   * @param {Name} name
   * @param {readonly Settings[Name][]} values
   * @param {(value: any) => string} [textOf]
   */
  #choice(name, values, textOf = (value) => t(`editor.${name}_${value}`)) {
    const { editor } = this;
    const choose = (/** @type {Event} */ { target }) =>
      editor.set({ [name]: values[/** @type {HTMLSelectElement} */ (target).selectedIndex] });
    return html`<label><span class="label">${t(`editor.${name}`)}</span>
      <select @change=${choose}>${values.map(
        (value) => html`<option ?selected=${value === editor.settings[name]}>${textOf(value)}</option>`,
      )}</select></label>`;
  }
}
customElements.define("editor-options", Options);
