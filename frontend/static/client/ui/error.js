import { ApiError } from "../api.js";
import { dateTime, has, i18n, t, waitingTime } from "../i18n.js";
import { css, html } from "../lit.js";
import { PasskeyRefused } from "../model/passkeys.js";
import { Element } from "./element.js";
import "./icon.js";
import { base, controls } from "./styles.js";

/** @import { FaultView } from "#api" */
/** @import { Suspension } from "../api.js" */

/**
 * Return the message about an error: that of its code, else that of its status, else the server's detail,
 * which is in English.
 * @param {unknown} error
 */
export function errorText(error) {
  if (error instanceof PasskeyRefused) return t(`common.passkey_${error.reason}`);
  if (!(error instanceof ApiError)) return t("common.error_unexpected");
  if (error.suspension) return suspensionText(error.suspension);
  const values = { time: waitingTime(error.retryAfter ?? 60) };
  for (const key of [`common.error_${error.code}`, `common.error_${error.status}`]) {
    if (has(key)) return t(key, values);
  }
  if (error.status >= 500) return t("common.error_500");
  return (i18n.language === "en" && error.detail) || t("common.error_unexpected");
}

/**
 * Return what a broken rule means: in the user's language where its code has a text, else the server's.
 * @param {FaultView} fault
 */
export function faultText({ code, limit, msg }) {
  const key = `common.fault_${code}`;
  if (code !== "invalid" && has(key)) return t(key, { count: limit ?? 0 });
  return i18n.language === "en" ? msg : t("common.fault_invalid");
}

/** @param {Suspension} suspension */
function suspensionText({ reason, until }) {
  return until
    ? t("common.suspended_until", { reason, time: dateTime(until) })
    : t("common.suspended", { reason });
}

/**
 * `<ui-error .error=${error} @retry=${…}>`: shows an error with its code and request id; empty without an
 * error.
 */
export class ErrorBox extends Element {
  static properties = { error: { attribute: false }, retryable: { type: Boolean } };
  static styles = [
    base,
    controls,
    css`
    div {
      display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-3);
      padding: var(--space-3) var(--space-4);
      border: 1px solid var(--danger); border-radius: var(--radius-1); background: var(--danger-soft);
      color: var(--ink);
    }
    ui-icon { color: var(--danger); }
    p { flex: 1 1 14rem; margin: 0; overflow-wrap: anywhere; }
    small { display: block; color: var(--ink-soft); font: var(--text-small) var(--font-mono); }
  `,
  ];

  constructor() {
    super();
    /** @type {unknown} */
    this.error = null;
    this.retryable = false;
  }

  willUpdate() {
    this.hidden = !this.error; // takes no space, not even a gap, in a surrounding form
  }

  render() {
    const { error } = this;
    return error
      ? html`<div role="alert">
          <ui-icon name="alert"></ui-icon>
          <p>${errorText(error)}${
            error instanceof ApiError ? html`<small>${formatReference(error)}</small>` : ""
          }</p>
          ${
            this.retryable
              ? html`<button
                @click=${() => this.dispatchEvent(new Event("retry"))}>${t("common.retry")}</button>`
              : ""
          }
        </div>`
      : "";
  }
}
customElements.define("ui-error", ErrorBox);

/**
 * Format the code, what of the request is wrong, and the request id, by which the error can be found in the
 * logs.
 * @param {ApiError} error
 */
function formatReference({ code, errors, requestId }) {
  const places = errors.map(({ loc }) => loc.join("."));
  return [code, ...places, requestId && `${t("common.request")} ${requestId}`].filter(Boolean).join(" · ");
}
