import { api } from "../api.js";
import { dateTime, number, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { attempt } from "../ui/attempt.js";
import "../ui/error.js";
import { readPage } from "../model/paging.js";
import "../ui/time.js";
import { Panel } from "./panel.js";
import "./picture.js";
import "./tile-past.js";
import { fromBase64 } from "../model/tile-pixels.js";

/** @import { RevisionView } from "#api" */
/** @import { FeedEvent } from "../model/canvas-pixels.js" */
/** @import { Listed } from "../model/paging.js" */

/** Entries per page; each loads its picture. */
const SLICE = 8;

/** Changes of an entry that are listed at a time. */
const UNFOLDED_SLICE = 100;

/**
 * `<tile-history .live=${live} .tileId=${id} last="34" .at=${12} ?revertible=${…}>`: the versions of a tile
 * up to the last one, which can be looked at and restored; `at` is shown first. Fires `version` with the one
 * that is shown as its detail, null for the last one, and `share`.
 */
export class TileHistory extends Panel {
  static properties = {
    tileId: { attribute: false },
    last: { type: Number },
    at: { attribute: false },
    revertible: { type: Boolean },
  };
  static styles = [
    Panel.styles,
    css`
    :host { padding: 0; }
    canvas-picture { width: 3rem; flex: none; }
    li > ol { margin-left: 3.5rem; }
    li > ol li { display: flex; align-items: center; gap: var(--space-2); }
  `,
  ];

  /** @type {Listed<RevisionView>} */
  #listed = { items: [], cursor: null };
  /** @type {Map<number, Uint8Array | null>} */
  #pictures = new Map();
  /**
   * The changes of the entries that are unfolded, by the version of the entry.
   * @type {Map<number, Listed<RevisionView>>}
   */
  #unfolded = new Map();

  constructor() {
    super();
    this.tileId = 0;
    this.last = 1;
    /** @type {number | null} */
    this.at = null;
    this.revertible = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("tileId")) return;
    this.#pictures.clear();
    this.#unfolded.clear();
    this.#listed = { items: [], cursor: null };
    void attempt(this, () => this.#load());
  }

  /** @param {FeedEvent} event */
  handleChange(event) {
    // Strokes come by the dozen; a list that moved under one's finger would be of no use.
    if (event.tile_id === this.tileId && event.kind === "tile.updated")
      void attempt(this, () => this.#load());
  }

  render() {
    return html`<tile-past .live=${this.live} .tileId=${this.tileId} last=${this.last} .at=${this.at}
        @version=${(/** @type {CustomEvent<number | null>} */ { detail }) => (this.at = detail)}
        @share=${() => this.dispatchEvent(new Event("share"))}></tile-past>
      <ui-error .error=${this.error} retryable
      @retry=${() => attempt(this, () => this.#load())}></ui-error>
      <ol aria-busy=${this.busy}>${repeat(
        this.#listed.items,
        ({ version }) => version,
        (revision) => this.#line(revision),
      )}</ol>
      ${
        this.#listed.cursor
          ? html`<button class="small" @click=${() => attempt(this, () => this.#load(this.#listed))}>
        ${t("common.more")}</button>`
          : ""
      }`;
  }

  /** @param {RevisionView} revision */
  #line({ version, kind, author, occurred_at, count }) {
    const picture = this.#pictures.get(version);
    const isNewest = version === this.#listed.items[0].version;
    const changes = this.#unfolded.get(version);
    return html`<li><div class="row tight">
      <canvas-picture .pixels=${picture ?? null} .rgba=${this.live.pixels?.rgba}
        label=${t("canvas.version", { version })}></canvas-picture>
      <span class="grow"><strong>${t(`canvas.did_${kind}`)}</strong>${
        count > 1
          ? html` <button class="small quiet" aria-expanded=${changes ? "true" : "false"}
          aria-label=${t(changes ? "canvas.joined_hide" : "canvas.joined_show", { count })}
          @click=${() => this.#unfold(version, count)}>${number(count)} ×</button>`
          : ""
      }<br>
        <small class="soft">${nameOf(author)} · <ui-time
          datetime=${occurred_at}></ui-time></small></span>
      ${
        this.revertible && !isNewest && picture
          ? html`<button class="small" ?disabled=${this.isBusy}
        aria-label=${t("canvas.revert_to", { version })}
        @click=${() => this.#revert(version)}>${t("canvas.revert")}</button>`
          : ""
      }</div>
      ${
        changes
          ? html`<ol>${changes.items.map(
              (change) => html`<li><button class="small" aria-pressed=${String(change.version === this.at)}
            @click=${() => this.#look(change.version)}>${t("canvas.version", { version: change.version })}
            </button><small class="soft">${dateTime(change.occurred_at, {
              timeStyle: "medium",
            })}</small></li>`,
            )}</ol>
            ${
              changes.items.length < count
                ? html`<button class="small"
              @click=${() => attempt(this, () => this.#loadChanges(version, count))}>
              ${t("common.more")}</button>`
                : ""
            }`
          : ""
      }
    </li>`;
  }

  /**
   * List the changes that an entry stands for, or no longer.
   * @param {number} version
   * @param {number} count
   */
  #unfold(version, count) {
    if (this.#unfolded.delete(version)) return this.requestUpdate();
    return attempt(this, () => this.#loadChanges(version, count));
  }

  /**
   * Load the changes that an entry stands for, or more of them.
   * @param {number} version
   * @param {number} count
   */
  async #loadChanges(version, count) {
    const listed = this.#unfolded.get(version);
    const limit = Math.min(count - (listed?.items.length ?? 0), UNFOLDED_SLICE);
    const query = { until: version, limit };
    this.#unfolded.set(version, await readPage(`/tiles/${this.tileId}/history`, query, listed));
  }

  /** @param {number} version to show */
  #look(version) {
    this.at = version;
    this.dispatchEvent(new CustomEvent("version", { detail: version, bubbles: true, composed: true }));
  }

  /** @param {Listed<RevisionView>} [before] */
  async #load(before) {
    const { tileId } = this;
    const listed = await readPage(`/tiles/${tileId}/history`, { limit: SLICE }, before);
    await Promise.all(listed.items.map(({ version }) => this.#picture(tileId, version)));
    if (tileId === this.tileId) this.#listed = listed;
  }

  /**
   * @param {number} tileId
   * @param {number} version its pixels never change
   */
  async #picture(tileId, version) {
    if (this.#pictures.has(version)) return;
    const { pixels } = await api.get(`/tiles/${tileId}/history/${version}`);
    if (tileId === this.tileId) this.#pictures.set(version, pixels && fromBase64(pixels));
  }

  /** @param {number} version */
  #revert(version) {
    return attempt(this, async () => {
      await api.post(`/tiles/${this.tileId}/revert`, { version });
      await this.#load();
    });
  }
}
customElements.define("tile-history", TileHistory);
