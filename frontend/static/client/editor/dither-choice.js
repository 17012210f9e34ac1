import { t } from "../i18n.js";
import { html } from "../lit.js";
import { DITHERS } from "./quantise.js";

/** @import { Dither } from "./quantise.js" */

/**
 * Return the choice of how colours that are not in the palette are mixed.
 * @param {Dither} chosen
 * @param {(dither: Dither) => void} choose
 */
export function ditherChoice(chosen, choose) {
  return html`<label>${t("editor.import_dither")}
    <select @change=${(/** @type {Event} */ event) =>
      choose(/** @type {Dither} */ (/** @type {HTMLSelectElement} */ (event.target).value))}>
      ${DITHERS.map(
        (dither) => html`<option value=${dither} ?selected=${dither === chosen}>
          ${t(`editor.dither_${dither}`)}</option>`,
      )}
    </select></label>`;
}
