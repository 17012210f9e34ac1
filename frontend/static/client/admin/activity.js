import { api } from "../api.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "../ui/time.js";
import { toast } from "../ui/toast.js";
import { Load } from "./load.js";
import { renderPersonLink } from "./people.js";
import { tables } from "./styles.js";

/** @import { RecentActivityView, CanvasView, PainterView, SpikeView } from "#api" */

/** How far back to look. */
const MINUTES = 10;

/** Milliseconds between two looks. */
const REFRESH_MS = 5000;

/**
 * `<admin-activity .canvas=${canvas}>`: who paints on a canvas right now, and how much. Fires `artist` with
 * the username of the one whose work is to be rolled back, and `changed` with the canvas when it was frozen.
 */
export class Activity extends Element {
  static properties = { canvas: { attribute: false }, isNewest: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    tables,
    css`
    .total { font-variant-numeric: tabular-nums; }
    .spikes {
      padding: var(--space-3) var(--space-4); border-left: 3px solid var(--accent);
      border-radius: var(--radius-1); background: var(--accent-soft);
    }
    .spikes ul { padding: 0; list-style: none; }
    .spikes > * + * { margin-top: var(--space-2); }
    button.small { min-height: 2rem; padding: 0 var(--space-3); font-size: var(--text-small); }
    @media (pointer: coarse) { button.small { min-height: 2.75rem; } }
  `,
  ];

  #timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);
  /** @type {Load<RecentActivityView>} */
  #load = new Load(this, (signal) =>
    api.get(`/admin/canvases/${this.canvas.id}/activity`, { query: { minutes: MINUTES }, signal }),
  );
  /** @type {Load<CanvasView>} */
  #change = new Load(this, (signal) =>
    api.patch(`/canvases/${this.canvas.id}`, { frozen: !this.canvas.frozen }, { signal }),
  );

  constructor() {
    super();
    this.canvas = /** @type {CanvasView} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /** Whether the newest accounts are listed instead of those that paint most. */
    this.isNewest = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#load.run(), REFRESH_MS);
    void this.#load.run();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    const { data, error } = this.#load;
    const { frozen } = this.canvas;
    const painters = (this.isNewest ? data?.newest : data?.most_active) ?? [];
    return html`<section class="stack" aria-label=${t("admin.activity")}>
      <div class="row spread">
        <p class="total">${data ? this.#summary(data) : t("common.loading")}</p>
        <button ?disabled=${this.#change.isBusy} @click=${this.#freeze}>
          ${t(frozen ? "admin.unfreeze" : "admin.freeze")}</button>
      </div>
      <ui-error .error=${this.#change.error ?? error} retryable @retry=${() => this.#load.run()}></ui-error>
      ${data?.spikes.length ? renderSpikes(data.spikes) : ""}
      <div class="row" role="group" aria-label=${t("admin.activity_order")}>${[false, true].map(
        (isNewest) => html`<button class="small" aria-pressed=${String(this.isNewest === isNewest)}
          @click=${() => (this.isNewest = isNewest)}>
          ${t(isNewest ? "admin.activity_newest" : "admin.activity_most")}</button>`,
      )}</div>
      ${painters.length ? this.#table(painters) : html`<p class="soft">${t("admin.activity_none")}</p>`}
    </section>`;
  }

  /** @param {RecentActivityView} activity */
  #summary({ artist_count, pixels_per_minute }) {
    const all = pixels_per_minute.reduce((sum, { pixels }) => sum + pixels, 0);
    return t("admin.activity_summary", {
      count: artist_count,
      pixels: number(all),
      rate: number(all / MINUTES, { maximumFractionDigits: all < 10 * MINUTES ? 1 : 0 }),
    });
  }

  /** @param {PainterView[]} painters */
  #table(painters) {
    return html`<table class="cards">
      <thead><tr><th>${t("admin.artist")}</th><th class="number">${t("admin.pixels")}</th>
        <th>${t("admin.last_painted")}</th><th></th></tr></thead>
      <tbody>${painters.map(
        ({ artist, pixels, last_painted_at }) => html`<tr>
          <td data-label=${t("admin.artist")}>${renderPersonLink(artist)}</td>
          <td class="number" data-label=${t("admin.pixels")}>${number(pixels)}</td>
          <td data-label=${t("admin.last_painted")}><ui-time datetime=${last_painted_at}></ui-time></td>
          <td><button class="small" aria-label=${t("admin.roll_back_artist", { name: artist.username })}
            @click=${() => this.#fire("artist", artist.username)}>${t("admin.rollback")}</button></td>
        </tr>`,
      )}</tbody></table>`;
  }

  #freeze = async () => {
    await this.#change.run();
    if (this.#change.error || !this.#change.data) return;
    this.#fire("changed", this.#change.data);
    toast(t(this.#change.data.frozen ? "admin.was_frozen" : "admin.was_unfrozen"), { kind: "success" });
  };

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
customElements.define("admin-activity", Activity);

/** @param {SpikeView[]} spikes */
function renderSpikes(spikes) {
  return html`<div class="spikes">
    <h3>${t("admin.spikes")}</h3>
    <ul>${spikes.map(
      ({ painter, times }) =>
        html`<li>${renderPersonLink(painter.artist)}: ${t("admin.spike", {
          pixels: number(painter.pixels),
          times: number(times),
        })}</li>`,
    )}</ul>
    <p class="small">${t("admin.spikes_text")}</p>
  </div>`;
}
