import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { attempt } from "../ui/attempt.js";
import "../ui/error.js";
import { readPage } from "../model/paging.js";
import "../ui/time.js";
import { Panel } from "./panel.js";
import "./picture.js";
import { fromBase64 } from "../model/tile-pixels.js";

/** @import { RevisionView } from "#api" */
/** @import { FeedEvent } from "../model/canvas-pixels.js" */
/** @import { Listed } from "../model/paging.js" */

/** Revisions per page; each loads its picture. */
const SLICE = 8;

/**
 * `<tile-history .live=${live} .tileId=${id} ?revertible=${…}>`: the versions of a tile, which can be
 * restored.
 */
export class TileHistory extends Panel {
  static properties = { tileId: { attribute: false }, revertible: { type: Boolean } };
  static styles = [
    Panel.styles,
    css`
    :host { padding: 0; }
    canvas-picture { width: 3rem; flex: none; }
  `,
  ];

  /** @type {Listed<RevisionView>} */
  #listed = { items: [], cursor: null };
  /** @type {Map<number, Uint8Array | null>} */
  #pictures = new Map();

  constructor() {
    super();
    this.tileId = 0;
    this.revertible = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("tileId")) return;
    this.#pictures.clear();
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
    return html`<ui-error .error=${this.error} retryable
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
  #line({ version, kind, author, occurred_at }) {
    const picture = this.#pictures.get(version);
    const isNewest = version === this.#listed.items[0].version;
    return html`<li class="row tight">
      <canvas-picture .pixels=${picture ?? null} .rgba=${this.live.pixels?.rgba}
        label=${t("canvas.version", { version })}></canvas-picture>
      <span class="grow"><strong>${t(`canvas.did_${kind}`)}</strong><br>
        <small class="soft">${nameOf(author)} · <ui-time
          datetime=${occurred_at}></ui-time></small></span>
      ${
        this.revertible && !isNewest && picture
          ? html`<button class="small" ?disabled=${this.isBusy}
        aria-label=${t("canvas.revert_to", { version })}
        @click=${() => this.#revert(version)}>${t("canvas.revert")}</button>`
          : ""
      }
    </li>`;
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
