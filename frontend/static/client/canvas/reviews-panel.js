import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { placeOf } from "../model/places.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import "../ui/error.js";
import "../ui/field.js";
import { readPage } from "../model/paging.js";
import "../ui/time.js";
import { mayManage } from "../model/permissions.js";
import { Panel } from "./panel.js";
import "./picture.js";
import { fromBase64 } from "../model/tile-pixels.js";

/** @import { ReviewView } from "#api" */
/** @import { FeedEvent } from "../model/canvas-pixels.js" */
/** @import { Listed } from "../model/paging.js" */

const STATUSES = ["pending", "approved", "rejected"];
const SLICE = 20;

/**
 * `<canvas-reviews .live=${live}>`: the submissions. The owner reviews them; artists see the status of their
 * own.
 */
export class CanvasReviews extends Panel {
  static styles = [
    Panel.styles,
    css`
    .pictures { display: flex; gap: var(--space-3); margin: var(--space-2) 0; }
    figure { width: 7rem; }
    canvas-picture { width: 100%; }
    figcaption { color: var(--ink-soft); font-size: var(--text-small); line-height: 1.4; text-align: center; }
    .filter { gap: var(--space-1); margin: var(--space-3) 0; }
    .decide { margin-top: var(--space-2); gap: var(--space-2); }
  `,
  ];

  /** @type {Listed<ReviewView>} */
  #listed = { items: [], cursor: null };
  #status = "pending";

  firstUpdated() {
    void attempt(this, () => this.#load());
  }

  /** @param {FeedEvent} event */
  handleChange(event) {
    if (event.kind.startsWith("review.")) void attempt(this, () => this.#load());
  }

  render() {
    const isReviewer = mayManage(this.canvas, this.me);
    const { items, cursor } = this.#listed;
    const waiting = items.filter(({ status }) => status === "pending");
    this.live.parts?.pin(
      CanvasReviews,
      waiting.map(({ x, y }) => ({ x, y, columns: 1, rows: 1 })),
    );
    return html`<p>${t(isReviewer ? "canvas.reviews_text" : "canvas.reviews_mine")}</p>
      <div class="row filter" role="group" aria-label=${t("canvas.reviews_filter")}>${STATUSES.map(
        (status) => html`
        <button class="small" aria-pressed=${String(status === this.#status)}
          @click=${() => this.#filter(status)}>
          ${t(`canvas.reviews_${status}`)}</button>`,
      )}</div>
      <ui-error .error=${this.error} retryable @retry=${() => attempt(this, () => this.#load())}></ui-error>
      ${this.list(
        items,
        ({ id }) => id,
        (review) => this.#review(review, isReviewer),
        this.isBusy ? "" : t("canvas.reviews_none"),
      )}
      ${
        cursor
          ? html`<button class="small" @click=${() => attempt(this, () => this.#load(this.#listed))}>
        ${t("common.more")}</button>`
          : ""
      }`;
  }

  /**
   * @param {ReviewView} review
   * @param {boolean} isReviewer
   */
  #review(review, isReviewer) {
    const { x, y, author, pixels, status, note, submitted_at, reviewer } = review;
    const place = t("canvas.cell", placeOf({ x, y }));
    const rgba = this.live.pixels?.rgba;
    const now = this.live.pixels?.pixelsOf(x, y)?.slice() ?? null;
    return html`<li>
      <div class="row tight"><span class="grow">${artistLink(author, "name")}<br>
        <small class="soft">${place} · <ui-time datetime=${submitted_at}></ui-time></small></span>
        ${this.goButton({ x, y }, place)}</div>
      <div class="pictures">
        ${
          status === "pending"
            ? html`<figure><canvas-picture .pixels=${now} .rgba=${rgba}></canvas-picture>
          <figcaption>${t("canvas.before")}</figcaption></figure>`
            : ""
        }
        <figure><canvas-picture .pixels=${pixels === null ? null : fromBase64(pixels)}
          .rgba=${rgba}></canvas-picture>
          <figcaption>${t(
            status === "pending" ? "canvas.after" : `canvas.reviews_${status}`,
          )}</figcaption></figure>
      </div>
      ${note ? html`<p class="soft">${nameOf(reviewer)}: ${note}</p>` : ""}
      ${isReviewer && status === "pending" ? this.#decision(review, place) : ""}
    </li>`;
  }

  /**
   * @param {ReviewView} review
   * @param {string} place
   */
  #decision(review, place) {
    return html`<form class="stack"
      @submit=${(/** @type {SubmitEvent} */ event) => this.#decide(event, review)}>
      <ui-field name="note" label=${t("canvas.review_note")} maxlength="1000"></ui-field>
      <div class="row decide">
        <button class="primary" name="decision" value="approve" ?disabled=${this.isBusy}
          aria-label=${t("canvas.approve_cell", { place })}>${t("canvas.approve")}</button>
        <button name="decision" value="reject" ?disabled=${this.isBusy}
          aria-label=${t("canvas.reject_cell", { place })}>${t("canvas.reject")}</button>
      </div>
    </form>`;
  }

  /**
   * @param {SubmitEvent} event
   * @param {ReviewView} review
   */
  #decide(event, review) {
    event.preventDefault();
    const { note, decision } = Object.fromEntries(
      new FormData(/** @type {HTMLFormElement} */ (event.target), event.submitter),
    );
    void attempt(this, async () => {
      await api.post(`/canvases/${this.canvas.id}/reviews/${review.id}`, { decision, note: note || null });
      this.#listed.items = this.#listed.items.filter(({ id }) => id !== review.id);
    });
  }

  /** @param {string} status */
  #filter(status) {
    this.#status = status;
    void attempt(this, () => this.#load());
  }

  /** @param {Listed<ReviewView>} [before] */
  async #load(before) {
    const status = this.#status;
    const listed = await readPage(`/canvases/${this.canvas.id}/reviews`, { status, limit: SLICE }, before);
    if (status === this.#status) this.#listed = listed;
  }
}
customElements.define("canvas-reviews", CanvasReviews);
