/** The settings of a canvas in `place` mode in a form. */

import { t } from "../i18n.js";
import { html } from "../lit.js";
import "./field.js";

/** @import { CanvasView } from "#api" */
/** @typedef {Pick<CanvasView, "cooldown_seconds" | "max_charges" | "starts_at" | "ends_at">} Placing */

const DEFAULTS = { cooldown_seconds: 10, max_charges: 6, starts_at: null, ends_at: null };

/**
 * Render the fields.
 * @param {Record<string, string>} faults by field
 * @param {Placing} [placing]
 */
export function placingFields(faults, placing = DEFAULTS) {
  return html`
    <ui-field label=${t("common.cooldown")} name="cooldown_seconds" type="number" min="0" max="3600"
      inputmode="numeric" value=${String(placing.cooldown_seconds)} hint=${t("common.cooldown_hint")}
      error=${faults.cooldown_seconds ?? ""}></ui-field>
    <ui-field label=${t("common.max_charges")} name="max_charges" type="number" min="1" max="1000"
      inputmode="numeric" value=${String(placing.max_charges)} hint=${t("common.max_charges_hint")}
      error=${faults.max_charges ?? ""}></ui-field>
    <ui-field label=${t("common.starts_at")} name="starts_at" type="datetime-local"
      value=${toLocal(placing.starts_at)} error=${faults.starts_at ?? ""}></ui-field>
    <ui-field label=${t("common.ends_at")} name="ends_at" type="datetime-local"
      value=${toLocal(placing.ends_at)} error=${faults.ends_at ?? ""}></ui-field>`;
}

/**
 * Read what the fields hold, as the service takes it.
 * @param {Record<string, string>} data values by field
 */
export function placingOf(data) {
  return {
    cooldown_seconds: Number(data.cooldown_seconds),
    max_charges: Number(data.max_charges),
    starts_at: data.starts_at ? new Date(data.starts_at).toISOString() : null,
    ends_at: data.ends_at ? new Date(data.ends_at).toISOString() : null,
  };
}

/**
 * Write a moment as the field for it takes it: in the time of this computer, to the minute.
 * @param {string | null} moment
 */
function toLocal(moment) {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - 60_000 * date.getTimezoneOffset()).toISOString().slice(0, 16);
}
