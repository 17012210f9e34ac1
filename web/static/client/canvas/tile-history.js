import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import "../ui/error.js";
import "../ui/time.js";
import { Panel } from "./panel.js";
import "./picture.js";
import { fromBase64 } from "./pixels.js";

/** @typedef {import("./pixels.js").FeedEvent} FeedEvent */
/**
 * A change of a tile as the API lists it.
 * @typedef {{tile_id: number, version: number, kind: string, author: import("./pixels.js").Artist, seq: number,
 *   occurred_at: string}} Revision
 */

/** Revisions shown at first and with each press of "more"; each asks for its picture. */
const SLICE = 8;

/** `<tile-history .live=${live} .tileId=${id} ?revertible=${…}>`: what the tile was before, and bringing it back. */
export class TileHistory extends Panel {
  static properties = { tileId: { attribute: false }, revertible: { type: Boolean } };
  static styles = [Panel.styles, css`
    :host { padding: 0; }
    canvas-picture { width: 3rem; flex: none; }
  `];

  /** @type {Revision[]} */ #revisions = [];
  /** @type {Map<number, Uint8Array | null>} */ #pictures = new Map();
  /** @type {string | null} */ #cursor = null;

  constructor() {
    super();
    this.tileId = 0;
    this.revertible = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("tileId")) void this.attempt(() => this.#begin());
  }

  /** @param {FeedEvent} event */
  heard(event) {
    // Strokes come by the dozen; a list that moved under one's finger would be of no use.
    if (event.tile_id === this.tileId && event.kind === "tile.updated") void this.attempt(() => this.#begin());
  }

  render() {
    return html`<ui-error .error=${this.error} retryable @retry=${() => this.attempt(() => this.#begin())}></ui-error>
      <ol aria-busy=${this.busy}>${repeat(this.#revisions, ({ version }) => version, (revision) => this.#line(revision))}</ol>
      ${this.#cursor ? html`<button class="small" @click=${() => this.attempt(() => this.#more())}>${t("common.more")}</button>` : ""}`;
  }

  /** @param {Revision} revision */
  #line({ version, kind, author, occurred_at }) {
    const picture = this.#pictures.get(version);
    const isNewest = version === this.#revisions[0].version;
    return html`<li class="row tight">
      <canvas-picture .pixels=${picture ?? null} .rgba=${this.live.pixels?.rgba} label=${t("canvas.version", { version })}></canvas-picture>
      <span class="grow"><strong>${t(`canvas.did_${kind}`)}</strong><br>
        <small class="soft">${author.display_name} · <ui-time datetime=${occurred_at}></ui-time></small></span>
      ${this.revertible && !isNewest && picture ? html`<button class="small" ?disabled=${this.isBusy}
        aria-label=${t("canvas.revert_to", { version })} @click=${() => this.#revert(version)}>${t("canvas.revert")}</button>` : ""}
    </li>`;
  }

  async #begin() {
    this.#cursor = null;
    this.#revisions = await this.#slice();
  }

  async #more() {
    const older = await this.#slice();
    this.#revisions = [...this.#revisions, ...older];
  }

  async #slice() {
    const { items, next_cursor } = await api.get(`/tiles/${this.tileId}/history`, { query: { limit: SLICE, cursor: this.#cursor } });
    this.#cursor = next_cursor;
    await Promise.all(items.map((/** @type {Revision} */ { version }) => this.#load(version)));
    return items;
  }

  /** @param {number} version whose pixels never change */
  async #load(version) {
    if (this.#pictures.has(version)) return;
    const { pixels } = await api.get(`/tiles/${this.tileId}/history/${version}`);
    this.#pictures.set(version, pixels && fromBase64(pixels));
  }

  /** @param {number} version */
  #revert(version) {
    return this.attempt(async () => {
      await api.post(`/tiles/${this.tileId}/revert`, { version });
      await this.#begin();
    });
  }
}
customElements.define("tile-history", TileHistory);
