import { api } from "../api.js";
import { now } from "../clock.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { cellAt, placeOf } from "../model/places.js";
import { attempt } from "../ui/attempt.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/field.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { findArtistId, renderPersonLink } from "./people.js";
import "./picture.js";
import { fitRegion } from "./region.js";
import { marks } from "./styles.js";
import { loadPicture } from "./subject.js";

/** @import { CanvasView, Rollback, RollbackView, RolledBackTile } from "#api" */
/** @import { Region } from "./region.js" */

/**
 * @typedef {{area: Region | null, artist: string}} Order `artist`: a username, or "" for all artists
 * @typedef {{request: Rollback, outcome: RollbackView, region: Region | null, png: Blob | null,
 *   count: number}} Preview `count`: tiles that the pictures show
 */

const MINUTE = 60_000; // milliseconds
const SPANS = { minutes: 10 * MINUTE, hour: 60 * MINUTE, day: 1440 * MINUTE, week: 10_080 * MINUTE };

const SIDES = /** @type {const} */ (["x", "y", "columns", "rows"]);

/** @type {RolledBackTile["action"][]} */
const ACTIONS = ["removed", "reverted", "restored", "kept"];

/**
 * Configures, previews and runs a rollback of a canvas. Running requires a preview. `<admin-rollback-form
 * .canvas=${canvas} .order=${{area, artist}} @done=${…}>`.
 */
export class RollbackForm extends Element {
  static properties = {
    canvas: { attribute: false },
    order: { attribute: false },
    error: { state: true },
    isBusy: { state: true },
    preview: { state: true },
    isWhole: { state: true },
    since: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    marks,
    css`
    ui-error { display: contents; }
    .area {
      display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-3);
      margin-top: var(--space-2);
    }
    .fields {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
      gap: var(--space-4); align-items: end;
    }
    .pictures {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
      gap: var(--space-4);
    }
    figcaption { margin-bottom: var(--space-1); font-weight: 600; }
    .steps {
      max-height: 14rem; margin-top: var(--space-2); overflow-y: auto; padding-left: var(--space-5);
      font-size: var(--text-small);
    }
    summary { color: var(--link); cursor: pointer; }
    .preview { padding-top: var(--space-5); border-top: 1px solid var(--line); }
    @media (max-width: 40rem) { .area { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
  `,
  ];

  constructor() {
    super();
    /** @type {CanvasView | null} */
    this.canvas = null;
    /** @type {Partial<Order>} initial values of the form */
    this.order = {};
    /** @type {unknown} */
    this.error = null;
    this.isBusy = false;
    /** @type {Preview | null} */
    this.preview = null;
    this.isWhole = true;
    this.since = formatLocalTime(now() - SPANS.day);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("order") || changed.has("canvas")) {
      this.isWhole = !this.order.area;
      this.preview = null;
    }
  }

  render() {
    const { canvas, order } = this;
    if (!canvas) return "";
    const cells = order.area ?? { x: 0, y: 0, columns: canvas.columns, rows: canvas.rows };
    const area = { ...cells, ...placeOf(cells) };
    return html`<form class="stack" @submit=${this.#requestPreview} @input=${() => (this.preview = null)}>
        <p>${t("admin.rollback_text")}</p>
        <fieldset>
          <legend>${t("admin.area")}</legend>
          <div class="row">
            <label class="check"><input type="radio" name="extent" ?checked=${this.isWhole}
              @change=${() => (this.isWhole = true)}>
              ${t("admin.area_whole", { name: canvas.name })}</label>
            <label class="check"><input type="radio" name="extent" ?checked=${!this.isWhole}
              @change=${() => (this.isWhole = false)}>
              ${t("admin.area_part")}</label>
          </div>
          ${
            this.isWhole
              ? ""
              : html`<div class="area">${SIDES.map(
                  (name) => html`<ui-field label=${t(`admin.area_${name}`)}
            name=${name} type="number" min="1"
            max=${name === "x" || name === "columns" ? canvas.columns : canvas.rows}
            .value=${String(area[name])} required></ui-field>`,
                )}
          </div>`
          }
        </fieldset>
        <div class="fields">
          <ui-field label=${t("admin.only_artist")} name="artist" .value=${order.artist ?? ""}
            autocomplete="off"
            hint=${t("admin.only_artist_hint")}></ui-field>
          <ui-field label=${t("admin.since")} name="since" type="datetime-local" step="1" .value=${this.since}
            required
            hint=${t("admin.since_hint")}></ui-field>
        </div>
        <div class="row" role="group" aria-label=${t("admin.since")}>${Object.entries(SPANS).map(
          ([span, length]) => html`<button type="button"
          @click=${() => this.#setSince(length)}>${t(`admin.ago_${span}`)}</button>`,
        )}</div>
        <div><button class="primary" ?disabled=${this.isBusy}>${t("admin.preview")}</button></div>
      </form>
      <div class="stack" aria-live="polite">
        <ui-error .error=${this.error}></ui-error>
        ${this.preview && this.#renderPreview(canvas, this.preview)}
      </div>`;
  }

  /**
   * @param {CanvasView} canvas
   * @param {Preview} preview
   */
  #renderPreview(canvas, { outcome, region, png, count }) {
    const changed = outcome.tiles.filter(({ action }) => action !== "kept");
    if (!outcome.tiles.length) return html`<p class="preview">${t("admin.rollback_nothing")}</p>`;
    const patches = changed.slice(0, count).filter(({ action, pixels }) => action === "removed" || pixels);
    return html`<section class="preview stack" aria-label=${t("admin.preview")}>
      <div class="row">${ACTIONS.filter((action) => outcome[action]).map(
        (action) => html`<span class="mark ${action === "removed" ? "bad" : ""}">
        ${t(`admin.rollback_${action}`, { count: outcome[action] })}</span>`,
      )}</div>
      ${
        region &&
        html`<div class="pictures">
        <figure><figcaption>${t("admin.now")}</figcaption>
          <admin-picture label=${t("admin.now")} .canvas=${canvas} .region=${region} .png=${png}
            .marked=${changed.slice(0, count)}></admin-picture></figure>
        <figure><figcaption>${t("admin.afterwards")}</figcaption>
          <admin-picture label=${t("admin.afterwards")} .canvas=${canvas} .region=${region} .png=${png}
            .patches=${patches}></admin-picture></figure>
      </div>`
      }
      ${
        patches.length < changed.length
          ? html`<p class="small soft">${t("admin.pictured", { count: patches.length })}</p>`
          : ""
      }
      <details><summary>${t("admin.tiles_concerned", { count: outcome.tiles.length })}</summary>
        <ul class="steps" tabindex="0" aria-label=${t("admin.tiles")}>${outcome.tiles.map(
          (tile) => html`<li>
          ${t(`admin.step_${tile.action}`, { id: String(tile.tile_id), ...placeOf(tile) })}
          ${tile.creator ? html`· ${renderPersonLink(tile.creator)}` : ""}</li>`,
        )}</ul></details>
      ${
        changed.length
          ? html`<div><button class="danger" ?disabled=${this.isBusy} @click=${this.#rollBack}>
        ${t("admin.roll_back", { count: changed.length })}</button></div>`
          : ""
      }
    </section>`;
  }

  /** @param {number} length milliseconds before the current time */
  #setSince(length) {
    this.since = formatLocalTime(now() - length);
    this.preview = null;
  }

  /** @param {SubmitEvent} event */
  #requestPreview(event) {
    event.preventDefault();
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const canvas = /** @type {CanvasView} */ (this.canvas);
    this.since = String(fields.get("since"));
    void attempt(this, async () => {
      const request = await this.#toRollback(fields);
      /** @type {RollbackView} */
      const outcome = await api.post(`/admin/canvases/${canvas.id}/rollback`, { ...request, dry_run: true });
      const changed = outcome.tiles.filter(({ action }) => action !== "kept");
      const { region, count } = fitRegion(changed, canvas, 1);
      this.preview = { request, outcome, region, count, png: region && (await loadPicture(canvas, region)) };
    });
  }

  /**
   * @param {FormData} fields
   * @returns {Promise<Rollback>}
   */
  async #toRollback(fields) {
    const artist = String(fields.get("artist"));
    const area = /** @type {Region} */ (
      Object.fromEntries(SIDES.map((name) => [name, Number(fields.get(name))]))
    );
    return {
      since: new Date(this.since).toISOString(),
      ...(this.isWhole ? {} : { area: { ...area, ...cellAt(area) } }),
      ...(artist && { user_id: await findArtistId(artist) }),
    };
  }

  #rollBack() {
    const { request } = /** @type {Preview} */ (this.preview);
    void attempt(this, async () => {
      /** @type {RollbackView} */
      const outcome = await api.post(`/admin/canvases/${this.canvas?.id}/rollback`, request);
      this.preview = null;
      toast(t("admin.rollback_done", { count: outcome.removed + outcome.reverted + outcome.restored }), {
        kind: "success",
      });
      this.dispatchEvent(new CustomEvent("done", { detail: outcome }));
    });
  }
}
customElements.define("admin-rollback-form", RollbackForm);

/**
 * Format a time for an input of type `datetime-local`.
 * @param {number} moment milliseconds
 */
function formatLocalTime(moment) {
  const date = new Date(moment);
  return new Date(moment - date.getTimezoneOffset() * MINUTE).toISOString().slice(0, 19);
}
