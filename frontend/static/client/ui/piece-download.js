import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { paletteRgba } from "../model/tile-pixels.js";
import "./dialog.js";
import "./error.js";
import { FormElement } from "./form.js";
import { paperOf } from "./paper.js";
import { pictureSize } from "./picture-size.js";
import { saveFile } from "./save-file.js";
import { base, controls, layout, typography } from "./styles.js";

/** @import { Piece } from "../model/pieces.js" */

/**
 * `<piece-download .piece=${piece} .palette=${palette} name="Dusk" @close=${…}>`: saves a tile, or what is
 * selected of one, as a PNG just as it is shown, saved or not; open while there is a `piece`.
 */
export class PieceDownload extends FormElement {
  static properties = { piece: { attribute: false }, palette: { attribute: false }, name: {} };
  static styles = [base, typography, controls, layout, css`:host { display: contents; }`];

  constructor() {
    super();
    /** @type {Piece | null} */
    this.piece = null;
    /** @type {readonly string[]} */
    this.palette = [];
    /** Of the file, without its extension. */
    this.name = "";
  }

  render() {
    const { piece } = this;
    return html`<ui-dialog heading=${t("copies.download")} ?open=${piece !== null} @close=${this.#close}>
      <form class="stack" @submit=${this.#save}>
        ${piece ? pictureSize(piece) : ""}
        <ui-error .error=${this.error}></ui-error>
      </form>
      <button slot="actions" @click=${this.#close}>${t("common.cancel")}</button>
      <button slot="actions" class="primary" ?disabled=${this.busy}
        @click=${() => this.renderRoot.querySelector("form")?.requestSubmit()}>
        ${t("canvas.download")}</button>
    </ui-dialog>`;
  }

  #close = () => this.dispatchEvent(new Event("close"));

  #save = this.submits(async ({ scale, paper }) => {
    if (!this.piece) return;
    const ground = paper === undefined ? null : paperOf(this);
    saveFile(await png(this.piece, this.palette, Number(scale), ground), "image/png", `${this.name}.png`);
    this.#close();
  });
}
customElements.define("piece-download", PieceDownload);

/**
 * @param {Piece} piece
 * @param {readonly string[]} palette
 * @param {number} scale
 * @param {string | null} paper null: transparent
 * @returns {Promise<Blob>}
 */
function png({ width, height, pixels }, palette, scale, paper) {
  const rgba = paletteRgba(palette);
  const small = new OffscreenCanvas(width, height);
  const words = Uint32Array.from(pixels, (colour) => rgba[colour]);
  const image = new ImageData(new Uint8ClampedArray(words.buffer), width, height);
  small.getContext("2d")?.putImageData(image, 0, 0);
  const large = new OffscreenCanvas(width * scale, height * scale);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (large.getContext("2d"));
  if (paper) {
    context.fillStyle = paper;
    context.fillRect(0, 0, large.width, large.height);
  }
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, large.width, large.height);
  return large.convertToBlob({ type: "image/png" });
}
