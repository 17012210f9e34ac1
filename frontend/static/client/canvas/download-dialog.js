import { api } from "../api.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { pictureSize } from "../ui/picture-size.js";
import { saveFile } from "../ui/save-file.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { isSignedIn } from "./panel.js";

/** @import { CanvasView } from "#api" */
/** @typedef {{x: number, y: number, width: number, height: number}} Part  in pixels of the canvas */

/** Pixels of a file with layers, and of the part of a larger canvas that is offered for one. */
const LAYERED_SIDE = 2048;
const MOST_LAYERED = LAYERED_SIDE ** 2;

/** Media types of the files, by extension. */
const TYPES = { png: "image/png", ora: "image/openraster", aseprite: "image/x-aseprite" };
/** @typedef {keyof typeof TYPES} Format */

const FORMATS = /** @type {Format[]} */ (Object.keys(TYPES));

/** What the fields of a part are called in the query, and in the messages. */
const SIDES = /** @type {const} */ (["x", "y", "width", "height"]);

/**
 * `<download-dialog .canvas=${canvas} ?open=${…} @close=${…}>`: saves the picture of a canvas or of a part of
 * it as a PNG, or its tiles as the layers of a file.
 */
export class DownloadDialog extends FormElement {
  static properties = {
    canvas: { attribute: false },
    open: { type: Boolean },
    _format: { state: true },
    _part: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    .part { display: grid; grid-template-columns: repeat(auto-fit, minmax(6rem, 1fr)); gap: var(--space-3); }
  `,
  ];

  constructor() {
    super();
    this.canvas = /** @type {CanvasView} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.open = false;
    /** @type {Format} */
    this._format = "png";
    /**
     * The part that is saved, null for the whole canvas.
     * @type {Part | null}
     */
    this._part = null;
  }

  /** Whether the canvas is too large to be saved as a whole. */
  get #needsPart() {
    return this._format !== "png" && this.canvas.width * this.canvas.height > MOST_LAYERED;
  }

  render() {
    return html`<ui-dialog heading=${t("copies.download")} ?open=${this.open} @close=${this.#close}>
      <form class="stack" @submit=${this.#save}>
        <label>${t("copies.file")}<select name="format" @change=${this.#chooseFormat}>${FORMATS.map(
          (format) =>
            html`<option value=${format} ?selected=${format === this._format}>${t(
              `copies.file_${format}`,
            )}</option>`,
        )}</select></label>
        ${this._format === "png" ? pictureSize(this._part ?? this.canvas) : this.#layers()}
        <label class="check"><input type="checkbox" .checked=${this._part !== null}
          ?disabled=${this.#needsPart} @change=${this.#choosePart}>${t("copies.part")}</label>
        ${this._part ? this.#fields(this._part) : ""}
        <ui-error .error=${this.error}></ui-error>
      </form>
      <button slot="actions" @click=${this.#close}>${t("common.cancel")}</button>
      <button slot="actions" class="primary" ?disabled=${this.busy}
        @click=${() => this.renderRoot.querySelector("form")?.requestSubmit()}>
        ${t("canvas.download")}</button>
    </ui-dialog>`;
  }

  #layers() {
    return html`<label>${t("copies.tiles")}<select name="tiles">
        <option value="mine">${t("copies.tiles_mine")}</option>
        <option value="everyone">${t("copies.tiles_everyone")}</option>
      </select></label>
      <p class="soft small">${t("copies.layers")}</p>
      ${
        this.#needsPart
          ? html`<p class="soft small">${t("copies.layers_part", { pixels: number(MOST_LAYERED) })}</p>`
          : ""
      }`;
  }

  /** @param {Part} part */
  #fields(part) {
    return html`<div class="part">${SIDES.map((side) => {
      const isPlace = side === "x" || side === "y";
      return html`<ui-field name=${side} type="number" inputmode="numeric" required
        label=${t(`copies.part_${side}`)} .min=${isPlace ? 0 : 1}
        .max=${this.#most(side, part)}
        .value=${String(part[side])} error=${this.faults[side] ?? ""}
        @input=${(/** @type {InputEvent} */ event) => this.#measure(side, event)}></ui-field>`;
    })}</div>`;
  }

  /**
   * Return the largest number with which the part is still on the canvas.
   * @param {keyof Part} side
   * @param {Part} part
   */
  #most(side, { x, y }) {
    const { width, height } = this.canvas;
    return Math.max(1, { x: width - 1, y: height - 1, width: width - x, height: height - y }[side]);
  }

  /** @param {Event} event */
  #chooseFormat({ target }) {
    this._format = /** @type {Format} */ (/** @type {HTMLSelectElement} */ (target).value);
    if (this.#needsPart) this._part ??= this.#largestPart();
  }

  /** @param {Event} event */
  #choosePart({ target }) {
    this._part = /** @type {HTMLInputElement} */ (target).checked ? this.#largestPart() : null;
  }

  /** @returns {Part} what any format may have */
  #largestPart() {
    const { width, height } = this.canvas;
    return { x: 0, y: 0, width: Math.min(width, LAYERED_SIDE), height: Math.min(height, LAYERED_SIDE) };
  }

  /**
   * @param {keyof Part} side
   * @param {InputEvent} event
   */
  #measure(side, { target }) {
    const { value } = /** @type {HTMLInputElement} */ (target);
    if (this._part && value) this._part = { ...this._part, [side]: Number(value) };
  }

  #close = () => this.dispatchEvent(new Event("close"));

  #save = this.submits(async ({ scale, paper, tiles }) => {
    const { canvas, _format: format } = this;
    if (format !== "png" && !isSignedIn("copies.layers_login")) return;
    const query =
      format === "png"
        ? { scale: Number(scale), paper: String(paper !== undefined) }
        : { everyone: String(tiles === "everyone") };
    const path = format === "png" ? (this._part ? "/pixels.png" : ".png") : `/layers.${format}`;
    const { bytes } = await api.bytes(`/canvases/${canvas.id}${path}`, {
      query: { ...query, ...this._part },
    });
    saveFile(bytes, TYPES[format], `${canvas.name}.${format}`);
    this.#close();
  });
}
customElements.define("download-dialog", DownloadDialog);
