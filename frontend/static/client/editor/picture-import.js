import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/dialog.js";
import { base, controls, typography } from "../ui/styles.js";
import { ditherChoice } from "./dither-choice.js";
import "./preview.js";
import { quantise } from "./quantise.js";
import { readPicture } from "./read-picture.js";

/** @import { Options, Picture } from "./quantise.js" */

/** Longest side of a decoded picture in pixels: four samples per pixel of the largest tile. */
const MAX_SIDE = 512;

/**
 * `<picture-import .palette=${palette} size="32" ?open=${…}>`: a dialog that converts a picture to a tile.
 * Fires `place` with the pixels as its detail, and `close`.
 */
export class PictureImport extends Element {
  static properties = {
    palette: { attribute: false },
    size: { type: Number },
    open: { type: Boolean },
    file: { attribute: false },
    _picture: { state: true },
    _options: { state: true },
    _hasFailed: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    css`
    .sides {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: var(--space-5);
    }
    .choices { display: flex; flex-direction: column; gap: var(--space-4); }
    .fits { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); }
    input[type="range"] { width: 100%; min-height: var(--target); accent-color: var(--accent); }
    .failed { color: var(--danger); font-weight: 600; }
    .hint { color: var(--ink-soft); font-size: var(--text-small); }
  `,
  ];

  /**
   * The file that was chosen last.
   * @type {Blob | null}
   */
  #reading = null;

  constructor() {
    super();
    /** @type {readonly string[]} */
    this.palette = [];
    this.size = 16;
    this.open = false;
    /**
     * Open a pasted or dropped picture.
     * @type {Blob | null}
     */
    this.file = null;
    /** @type {Picture | null} */
    this._picture = null;
    /** @type {Options} */
    this._options = { fit: "contain", dither: "none", threshold: 128 };
    this._hasFailed = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("open") || !this.open) return;
    this._picture = this.#reading = null;
    this._hasFailed = false;
    if (this.file) void this.#read(this.file);
  }

  render() {
    const tile = this._picture && quantise(this._picture, this.size, this.palette, this._options);
    const isEmpty = tile?.every((colour) => colour === 0) ?? false;
    const { fit, dither, threshold } = this._options;
    const percent = number(threshold / 255, { style: "percent" });
    return html`<ui-dialog heading=${t("editor.import")} wide ?open=${this.open} @close=${this.#close}>
      <div class="sides">
        <div class="choices">
          <label>${t("editor.import_choose")}
            <input type="file" accept="image/*" @change=${this.#chosen} aria-describedby="hint"></label>
          <p class="hint" id="hint">${t("editor.import_hint")}</p>
          ${this._hasFailed ? html`<p class="failed" role="alert">${t("editor.import_failed")}</p>` : ""}
          <fieldset>
            <legend>${t("editor.import_fit")}</legend>
            <div class="fits">${
              /** @type {const} */
              (["contain", "cover"]).map(
                (value) => html`<label class="check">
              <input type="radio" name="fit" .checked=${fit === value}
                @change=${() => this.#set({ fit: value })}>
              ${t(`editor.import_${value}`)}</label>`,
              )
            }
            </div>
          </fieldset>
          ${ditherChoice(dither, (value) => this.#set({ dither: value }))}
          <label>${t("editor.import_threshold", { percent })}
            <input type="range" min="0" max="255" .value=${String(threshold)}
              @input=${(/** @type {Event} */ event) =>
                this.#set({ threshold: Number(input(event).value) })}></label>
        </div>
        ${isEmpty ? html`<p class="failed" role="status">${t("editor.import_empty")}</p>` : ""}
        ${
          tile && !isEmpty
            ? html`<tile-preview .pixels=${tile} .palette=${this.palette}
              label=${t("editor.import_preview")}></tile-preview>`
            : ""
        }
      </div>
      <button slot="actions" @click=${this.#close}>${t("common.cancel")}</button>
      <button slot="actions" class="primary" ?disabled=${!tile || isEmpty}
        @click=${() => this.#place(tile)}>${t("editor.import_place")}</button>
    </ui-dialog>`;
  }

  /** @param {Partial<Options>} options */
  #set(options) {
    this._options = { ...this._options, ...options };
  }

  /** @param {Event} event */
  #chosen(event) {
    const chooser = input(event);
    const file = chooser.files?.[0];
    chooser.value = ""; // the same file can be chosen again
    if (file) void this.#read(file);
  }

  /** @param {Blob} file */
  async #read(file) {
    this.#reading = file;
    const picture = await readPicture(file, MAX_SIDE).catch(() => null);
    if (this.#reading !== file) return; // another one was chosen meanwhile
    this._picture = picture;
    this._hasFailed = picture === null;
  }

  /** @param {Uint8Array | null} tile */
  #place(tile) {
    this.dispatchEvent(new CustomEvent("place", { detail: tile }));
  }

  #close = () => this.dispatchEvent(new Event("close"));
}
customElements.define("picture-import", PictureImport);

/** @param {Event} event */
function input(event) {
  return /** @type {HTMLInputElement} */ (event.target);
}
