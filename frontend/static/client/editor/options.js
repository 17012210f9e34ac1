import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";
import { SYMMETRIES } from "./symmetry.js";
import { MAX_BRUSH } from "./tools.js";

/** @import { Settings } from "./pen.js" */
/** @typedef {"copy" | "cut" | "paste" | "flip_horizontal" | "flip_vertical" | "rotate" | "erase" | "import"} Action */

/** What can be done with what is selected, or with the whole tile; the icon, and the key with Ctrl.
 * @type {[Action, import("../ui/icons.js").IconName, string][]} */
const ACTIONS = [
  ["copy", "copy", "C"],
  ["cut", "cut", "X"],
  ["paste", "paste", "V"],
  ["flip_horizontal", "flip_horizontal", ""],
  ["flip_vertical", "flip_vertical", ""],
  ["rotate", "rotate", ""],
  ["erase", "trash", ""],
  ["import", "picture", ""],
];

/** `<editor-options .settings=${settings}>`: fires `set` with settings that changed, and `action` with one of ACTIONS. */
export class Options extends Element {
  static properties = {
    settings: { attribute: false },
    canPaste: { type: Boolean },
    disabled: { type: Boolean },
  };
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
    /** @type {Settings} */
    this.settings = { tool: "pencil", colour: 1, brush: 1, filled: false, symmetry: "none" };
    this.canPaste = false;
    this.disabled = false;
  }

  render() {
    const { brush, filled, symmetry } = this.settings;
    return html`
      <fieldset ?disabled=${this.disabled}>
        <legend>${t("editor.brush")}</legend>
        <div class="row">
          <button class="icon" aria-label=${t("editor.brush_smaller")} title="[" aria-keyshortcuts="[" ?disabled=${brush === 1}
            @click=${() => this.#set({ brush: brush - 1 })}>−</button>
          <output>${t("editor.brush_size", { count: brush })}</output>
          <button class="icon" aria-label=${t("editor.brush_larger")} title="]" aria-keyshortcuts="]" ?disabled=${brush === MAX_BRUSH}
            @click=${() => this.#set({ brush: brush + 1 })}>+</button>
        </div>
        <label class="check"><input type="checkbox" .checked=${filled}
          @change=${(/** @type {Event} */ event) => this.#set({ filled: /** @type {HTMLInputElement} */ (event.target).checked })}>
          ${t("editor.filled")}</label>
        <label><span class="label">${t("editor.symmetry")}</span>
          <select @change=${this.#mirrored}>${SYMMETRIES.map(
            (value) => html`<option value=${value} ?selected=${value === symmetry}>
            ${t(`editor.symmetry_${value}`)}</option>`,
          )}</select></label>
      </fieldset>
      <div role="group" aria-labelledby="edit">
        <h3 id="edit">${t("editor.edit")}</h3>
        <div class="row">${ACTIONS.map(
          ([action, icon, key]) => html`<button class="icon quiet"
            aria-label=${t(`editor.${action}`)} aria-keyshortcuts=${key && `Control+${key}`}
            title=${key ? t("editor.with_key", { name: t(`editor.${action}`), key: `Ctrl+${key}` }) : t(`editor.${action}`)}
            ?disabled=${(this.disabled && action !== "copy") || (action === "paste" && !this.canPaste)}
            @click=${() => this.dispatchEvent(new CustomEvent("action", { detail: action }))}>
            <ui-icon name=${icon}></ui-icon></button>`,
        )}
        </div>
      </div>`;
  }

  /** @param {Partial<Settings>} settings */
  #set(settings) {
    this.dispatchEvent(new CustomEvent("set", { detail: settings }));
  }

  /** @param {Event} event */
  #mirrored(event) {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    this.#set({ symmetry: /** @type {Settings["symmetry"]} */ (value) });
  }
}
customElements.define("editor-options", Options);
