/** What the page of a canvas shows about loading the canvas and following it. */

import { ApiError } from "../api.js";
import { address } from "../base.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import "../ui/error.js";

/** @import { LiveFeed } from "../model/feed.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */

/** The error of an address that cannot name a canvas. */
export const UNKNOWN_CANVAS = new ApiError({ status: 404, code: "canvas_not_found" });

/**
 * @param {unknown} error
 * @param {() => void} retry
 */
export function loadFailure(error, retry) {
  const isUnknown = error instanceof ApiError && error.status === 404;
  return html`<div class="page narrow stack">
    <h1>${t(isUnknown ? "canvas.not_found" : "canvas.not_loaded")}</h1>
    ${
      isUnknown
        ? html`<p>${t("canvas.not_found_text")}</p>`
        : html`<ui-error .error=${error} retryable @retry=${retry}></ui-error>`
    }
    <p><a class="button primary" href=${address("/")}>${t("common.to_canvases")}</a></p>
  </div>`;
}

/**
 * Show whether the picture is live, and before, how much of it has arrived.
 * @param {LiveCanvas | null} live
 */
export function statusLine(live) {
  const { feed, loaded } = live ?? {};
  const isOffline = feed?.status === "reconnecting" && !navigator.onLine;
  const status = isOffline ? "offline" : (feed?.status ?? "connecting");
  return html`<p class="status ${status}" role="status">${t(`canvas.status_${status}`)}</p>
    ${
      !feed && loaded
        ? html`<progress max="1" .value=${loaded} aria-label=${t("canvas.loading")}></progress>`
        : ""
    }`;
}

/**
 * Explain what to do about a feed that will not reconnect by itself.
 * @param {LiveFeed | null} feed
 */
export function closedNotice(feed) {
  if (!feed?.reason) return "";
  return html`<div class="closed-notice card stack" role="alert">
    <p>${t(`canvas.closed_${feed.reason}`)}</p>
    ${
      feed.reason === "canvas_gone"
        ? html`<a class="button primary" href=${address("/")}>${t("common.to_canvases")}</a>`
        : html`<button class="primary" @click=${() => feed.restart()}>${t("canvas.reconnect")}</button>`
    }
  </div>`;
}
