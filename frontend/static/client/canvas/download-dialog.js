import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import "../ui/dialog.js";
import "../ui/error.js";
import { FormElement } from "../ui/form.js";
import { saveFile } from "../ui/save-file.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/** @import { CanvasView } from "#api" */

/** Pixels of a picture that is drawn larger than the canvas. */
const MOST_PIXELS = 4096 * 4096;

const SCALES = [1, 2, 4, 8, 16];

/** `<download-dialog .canvas=${canvas} ?open=${…} @close=${…}>`: saves the picture of a canvas as a PNG. */
export class DownloadDialog extends FormElement {
  static properties = { canvas: { attribute: false }, open: { type: Boolean } };
  static styles = [base, typography, controls, layout];

  constructor() {
    super();
    this.canvas = /** @type {CanvasView} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.open = false;
  }

  render() {
    const { width, height } = this.canvas;
    const scales = SCALES.filter((scale) => scale === 1 || width * height * scale ** 2 <= MOST_PIXELS);
    return html`<ui-dialog heading=${t("copies.download")} ?open=${this.open} @close=${this.#close}>
      <form class="stack" @submit=${this.#save}>
        <label>${t("copies.size")}<select name="scale">${scales.map(
          (scale) =>
            html`<option value=${scale}>${t("copies.scale", {
              scale,
              width: width * scale,
              height: height * scale,
            })}</option>`,
        )}</select></label>
        <label class="check"><input type="checkbox" name="paper">${t("copies.paper")}</label>
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
    const query = { scale: Number(scale), paper: String(paper !== undefined) };
    const { bytes } = await api.bytes(`/canvases/${this.canvas.id}.png`, { query });
    saveFile(bytes, "image/png", `${this.canvas.name}.png`);
    this.#close();
  });
}
customElements.define("download-dialog", DownloadDialog);
