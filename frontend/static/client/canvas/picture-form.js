/** Parts of the panel that paints a picture, which do not depend on its state. */

import { number, t } from "../i18n.js";
import { html } from "../lit.js";
import "../ui/field.js";

/** @import { Field } from "../ui/field.js" */
/** @import { Plan } from "./picture-plan.js" */
/** @import { PictureWriting } from "./picture-writing.js" */

/**
 * A field for a number, which is rounded; what is not taken does not stay in it. What is being typed stays
 * while the panel is drawn again.
 * @param {string} label message
 * @param {number} value
 * @param {number} parts of one, to which it is rounded
 * @param {(value: number) => void} set redraws the field
 */
export function numberField(label, value, parts, set) {
  return html`<ui-field type="number" step="any" label=${t(label)} .value=${String(value)}
    @change=${(/** @type {Event} */ event) => {
      const typed = input(event).valueAsNumber;
      /** @type {Field} */ (event.currentTarget).value = String(value); // until another one is taken
      set(Number.isFinite(typed) ? rounded(typed, parts) : value);
    }}></ui-field>`;
}

/**
 * The alpha from which on a pixel of the picture is opaque.
 * @param {number} threshold 0 to 255
 * @param {(threshold: number) => void} set
 */
export function thresholdField(threshold, set) {
  const percent = number(threshold / 255, { style: "percent" });
  return html`<label>${t("editor.import_threshold", { percent })}
    <input type="range" min="0" max="255" .value=${String(threshold)}
      @change=${(/** @type {Event} */ event) => set(Number(input(event).value))}></label>`;
}

/**
 * What will change, and what will not.
 * @param {Plan} plan
 */
export function planText({ steps, skipped }) {
  const claimed = steps.filter(({ tile }) => !tile).length;
  return html`<section class="plan" role="status">
    <p>${t("picture.plan", { count: steps.length })}
      ${claimed ? t("picture.plan_new", { count: claimed }) : ""}</p>
    <ul>${[...skipped].map(
      ([reason, cells]) => html`<li>${t(`picture.skipped_${reason}`, { count: cells.length })}</li>`,
    )}</ul>
  </section>`;
}

/**
 * How far the painting is.
 * @param {PictureWriting} writing
 * @param {() => void} cancel
 */
export function writingProgress({ settled, total }, cancel) {
  return html`<section>
    <p role="status">${t("picture.painting", { done: settled, count: total })}</p>
    <progress max=${total} .value=${settled} aria-label=${t("picture.progress")}></progress>
    <div class="row"><button @click=${cancel}>${t("common.cancel")}</button></div>
  </section>`;
}

/**
 * @param {number} value
 * @param {number} parts of one
 */
export function rounded(value, parts) {
  return Math.round(value * parts) / parts;
}

/** @param {Event} event */
export function input(event) {
  return /** @type {HTMLInputElement} */ (event.target);
}
