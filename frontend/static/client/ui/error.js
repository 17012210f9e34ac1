import { ApiError } from "../api.js";
import { dateTime, has, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "./element.js";
import "./icon.js";
import { base, controls } from "./styles.js";

/** @import { Suspension } from "../api.js" */

/**
 * Return the message about an error: that of its code, else that of its status, else the server's detail.
 * @param {unknown} error
 */
export function errorText(error) {
  if (!(error instanceof ApiError)) return t("common.error_unexpected");
  if (error.suspension) return suspensionText(error.suspension);
  const values = { seconds: error.retryAfter ?? 60 };
  for (const key of [`common.error_${error.code}`, `common.error_${error.status}`]) {
    if (has(key)) return t(key, values);
  }
  return error.status >= 500 ? t("common.error_500") : error.detail || t("common.error_unexpected");
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
 * Format the code and the request id, by which the error can be found in the logs.
 * @param {ApiError} error
 */
function formatReference(error) {
  return error.requestId ? `${error.code} · ${t("common.request")} ${error.requestId}` : error.code;
}
