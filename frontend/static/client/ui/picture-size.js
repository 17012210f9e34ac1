import { t } from "../i18n.js";
import { html } from "../lit.js";

/** Most pixels of a picture that is drawn larger than it was painted. */
const MOST_PIXELS = 4096 * 4096;

const SCALES = [1, 2, 4, 8, 16];

/**
 * The fields `scale` and `paper` of a form that saves a picture: how large, and on what.
 * @param {{width: number, height: number}} picture a canvas or a piece of one, in its own pixels
 */
export function pictureSize({ width, height }) {
  const scales = SCALES.filter((scale) => scale === 1 || width * height * scale ** 2 <= MOST_PIXELS);
  return html`<label>${t("copies.size")}<select name="scale">${scales.map(
    (scale) =>
      html`<option value=${scale}>${t("copies.scale", {
        scale,
        width: width * scale,
        height: height * scale,
      })}</option>`,
  )}</select></label>
    <label class="check"><input type="checkbox" name="paper">${t("copies.paper")}</label>`;
}
