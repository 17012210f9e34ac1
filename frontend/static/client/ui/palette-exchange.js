import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { PaletteFault } from "../model/palette-files/fault.js";
import { FORMATS, MOST_BYTES, readPaletteFile, readPaletteText } from "../model/palette-files/files.js";
import { Element } from "./element.js";
import "./icon.js";
import { saveFile } from "./save-file.js";
import { base, controls, typography } from "./styles.js";

/** @import { Imported } from "../model/palette-files/files.js" */

/**
 * `<palette-exchange .colours=${colours} name="…">`: exports a palette, and imports one from a file, the
 * clipboard or a list of hexadecimal numbers, unless it `exports` only. Fires `imported` with the colours as
 * its detail.
 */
export class PaletteExchange extends Element {
  static properties = {
    colours: { attribute: false },
    name: {},
    adds: { type: Boolean },
    exports: { type: Boolean },
    format: { state: true },
    _outcome: { state: true },
    _fault: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    css`
    .tools {
      display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin-top: var(--space-2);
    }
    .file {
      display: inline-flex; align-items: center; gap: var(--space-2); min-height: var(--target);
      padding: 0 var(--space-4); border: 1px solid var(--line-strong); border-radius: var(--radius-1);
      font: 600 0.9375rem/1.2 var(--font); cursor: pointer;
    }
    @media (hover: hover) { .file:hover { background: var(--accent-soft); } }
    .file:focus-within { outline: 3px solid var(--focus); outline-offset: 2px; }
    select { width: auto; }
    details { margin-top: var(--space-2); }
    summary { min-height: var(--target); padding: var(--space-2) 0; cursor: pointer; }
    textarea { font-family: var(--font-mono); }
    p:empty { display: none; }
    .fault { margin-top: var(--space-2); color: var(--danger); font-weight: 600; }
    .outcome { margin-top: var(--space-2); color: var(--ink-soft); }
  `,
  ];

  constructor() {
    super();
    /** @type {readonly string[]} */
    this.colours = [];
    this.name = "";
    this.adds = false;
    this.exports = false;
    this.format = FORMATS[0]?.id ?? "";
    this._outcome = "";
    this._fault = "";
  }

  render() {
    return html`<div class="tools" @paste=${this.#handlePaste}>
        ${this.exports ? "" : this.#renderImport()}
        <select aria-label=${t("palette.format")} @change=${this.#chooseFormat}>
          ${FORMATS.map(
            ({ id, extension }) => html`<option value=${id} ?selected=${id === this.format}>
              ${t(`palette.format_${id}`)} (${extension})</option>`,
          )}
        </select>
        <button type="button" @click=${this.#export}><ui-icon name="down"></ui-icon>${t("palette.export")}
        </button>
      </div>
      ${this.exports ? "" : this.#renderList()}
      <p class="fault" role="alert">${this._fault}</p>
      <p class="outcome small" role="status">${this._outcome}</p>`;
  }

  #renderImport() {
    return html`<label class="file"><ui-icon name="up"></ui-icon>${t("palette.import")}
        <input class="visually-hidden" type="file" @change=${this.#chooseFile}></label>
      <button type="button" @click=${this.#paste}><ui-icon name="paste"></ui-icon>${t("palette.paste")}
      </button>`;
  }

  #renderList() {
    return html`<details>
        <summary>${t("palette.list")}</summary>
        <textarea aria-label=${t("palette.list_of")} rows="4" spellcheck="false"
          .value=${this.colours.join(" ")}></textarea>
        <div class="tools"><button type="button" @click=${this.#readList}>
          ${t(this.adds ? "palette.list_add" : "palette.list_use")}</button></div>
      </details>`;
  }

  /** @param {Event} event */
  #chooseFormat(event) {
    this.format = /** @type {HTMLSelectElement} */ (event.target).value;
  }

  /** @param {Event} event */
  async #chooseFile(event) {
    const chooser = /** @type {HTMLInputElement} */ (event.target);
    const file = chooser.files?.[0];
    if (file) await this.readFile(file);
    chooser.value = ""; // the same file can be chosen again
  }

  /**
   * Import a file.
   * @param {File} file
   */
  async readFile(file) {
    const bytes = new Uint8Array(await file.slice(0, MOST_BYTES + 1).arrayBuffer());
    this.#import(() => readPaletteFile(bytes));
  }

  /** @param {ClipboardEvent} event */
  #handlePaste(event) {
    event.preventDefault();
    const file = event.clipboardData?.files[0];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (file) void this.readFile(file);
    else this.#import(() => readPaletteText(text));
  }

  async #paste() {
    try {
      const text = await navigator.clipboard.readText();
      this.#import(() => readPaletteText(text));
    } catch {
      this._fault = t("palette.paste_refused"); // by the browser, or there is no TLS
    }
  }

  #readList() {
    const { value } = /** @type {HTMLTextAreaElement} */ (this.renderRoot.querySelector("textarea"));
    this.#import(() => readPaletteText(value));
  }

  /** @param {() => Imported} read */
  #import(read) {
    this._fault = "";
    this._outcome = "";
    try {
      const imported = read();
      const { colours, merged } = imported;
      this._outcome = [
        t("palette.imported", { count: colours.length }),
        merged ? t("palette.merged", { count: merged }) : "",
      ].join(" ");
      this.dispatchEvent(new CustomEvent("imported", { detail: imported }));
    } catch (error) {
      if (!(error instanceof PaletteFault)) throw error;
      this._fault = describe(error);
    }
  }

  #export() {
    const format = FORMATS.find(({ id }) => id === this.format);
    if (!format) return;
    const name = this.name || t("palette.palette");
    const content = format.write(this.colours, name);
    const words = name.match(/[\p{L}\p{N}]+/gu) ?? ["palette"];
    saveFile(/** @type {BlobPart} */ (content), format.type, words.join("-") + format.extension);
  }
}
customElements.define("palette-exchange", PaletteExchange);

/** @param {PaletteFault} fault */
function describe({ reason, line, offset }) {
  const text = t(`palette.fault_${reason}`);
  if (line !== undefined) return t("palette.fault_in_line", { fault: text, line });
  return offset === undefined ? text : t("palette.fault_at_byte", { fault: text, offset });
}
