import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { placeOf } from "../model/places.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/icon.js";
import "../ui/piece-download.js";
import "../ui/time.js";
import { isFollowing } from "../model/follows.js";
import { mayClaim, mayDelete, mayEdit, mayRevert } from "../model/permissions.js";
import { toast } from "../ui/toast.js";
import { cellTitle } from "./cell-text.js";
import { copyTileLink } from "./copy-link.js";
import { isSignedIn, Panel } from "./panel.js";
import "./picture.js";
import { pieceOf } from "../model/pieces.js";
import { isLikedBy, listOtherPainters } from "../model/tile-people.js";
import { visiblePixels } from "../model/tile-pixels.js";
import "./report-dialog.js";
import "./tile-history.js";
import { formatCell } from "../model/links.js";
import { tileNotes } from "./tile-notes.js";

/** @import { ArtistView, TileView } from "#api" */
/** @import { Cell, FeedEvent } from "../model/canvas-pixels.js" */

/**
 * `<tile-card .live=${live} .cell=${{x, y}} .version=${12}>`: the details of a cell, painted or empty, and
 * the version of its tile that is looked at. Fires `edit`, and `version` with another one, or null.
 */
export class TileCard extends Panel {
  static properties = { cell: { attribute: false }, version: { attribute: false } };
  static styles = [
    Panel.styles,
    css`
    .picture { display: flex; gap: var(--space-4); align-items: flex-start; }
    canvas-picture { width: 8rem; flex: none; }
    .when { margin-bottom: var(--space-2); }
    .actions { margin-top: var(--space-4); gap: var(--space-1); }
    .note {
      display: flex; align-items: center; gap: var(--space-2); margin-top: var(--space-3);
      padding: var(--space-2) var(--space-3);
      border-radius: var(--radius-1); background: var(--warning-soft);
    }
    .like[aria-pressed="true"] ui-icon { color: var(--danger); }
    .description { margin-top: var(--space-3); white-space: pre-line; overflow-wrap: anywhere; }
    summary { padding: var(--space-2) 0; font-weight: 600; cursor: pointer; }
    @media (max-width: 40rem) { canvas-picture { width: 6rem; } }
  `,
  ];

  /** @type {TileView | null} */
  #tile = null;
  /** @type {Uint8Array | null} */
  #pixels = null;
  /**
   * Who painted here besides its creator, the latest first.
   * @type {ArtistView[]}
   */
  #others = [];
  #isKnown = false;
  #isLiked = false;
  #isFollowed = false;
  /** @type {"report" | "delete" | "download" | null} */
  #dialog = null;
  #isHistoryShown = false;

  constructor() {
    super();
    /** @type {Cell} */
    this.cell = { x: 0, y: 0 };
    /**
     * The version that is looked at; null: the tile as it is.
     * @type {number | null}
     */
    this.version = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("cell")) return;
    this.#tile = null;
    this.#pixels = null;
    this.#others = [];
    this.#isKnown = this.#isLiked = this.#isFollowed = false;
    this.#isHistoryShown = this.version !== null;
    void attempt(this, () => this.#load());
  }

  /** @param {FeedEvent} event */
  handleChange(event) {
    if (event.kind === "tile.created" && event.x === this.cell.x && event.y === this.cell.y) {
      return void attempt(this, () => this.#load());
    }
    if (!this.#tile || event.tile_id !== this.#tile.id) return;
    if (event.kind === "tile.deleted") this.#tile = this.#pixels = null;
    else if (event.kind.startsWith("review.")) void attempt(this, () => this.#load());
    else if (event.tile)
      this.#show({ ...event.tile, ...(this.#tile.pending && { pending: this.#tile.pending }) });
    else if (event.like_count !== undefined) this.#tile = { ...this.#tile, like_count: event.like_count };
    else if (event.kind === "tile.painted") {
      const painted = this.live.pixels?.pixelsOf(this.cell.x, this.cell.y);
      this.#pixels = painted?.slice() ?? this.#pixels; // drafts are not part of the snapshot
    }
    this.requestUpdate();
  }

  async #load() {
    const { cell } = this;
    const tile = await this.live.loadTileIn(cell);
    // Lists omit pending submissions; the tile itself contains them for its creator.
    const isMine = tile !== null && tile.creator?.id === this.me?.id;
    const full =
      isMine && this.canvas.collaboration_mode === "review" ? await this.live.loadTile(tile.id) : tile;
    if (cell !== this.cell) return;
    this.#isKnown = true;
    if (full) this.#show(full);
    if (full) this.#others = await listOtherPainters(full);
    if (full?.creator && this.me && !isMine)
      await Promise.all([
        this.#findLike(full, this.me.id),
        this.#findFollow(full.id, full.creator.id, this.me.id),
      ]);
  }

  /**
   * Creators see their latest pixels, reviewed or not.
   * @param {TileView} tile
   */
  #show(tile) {
    this.#tile = tile;
    this.#pixels = visiblePixels(tile);
  }

  /**
   * @param {TileView} tile
   * @param {number} me
   */
  async #findLike(tile, me) {
    const isLiked = await isLikedBy(tile.id, me);
    if (tile.id === this.#tile?.id) this.#isLiked = isLiked;
  }

  /**
   * @param {number} tileId
   * @param {number} creatorId
   * @param {number} me
   */
  async #findFollow(tileId, creatorId, me) {
    const isFollowed = await isFollowing(me, creatorId);
    if (tileId === this.#tile?.id) this.#isFollowed = isFollowed;
  }

  render() {
    const tile = this.#tile;
    return html`<ui-error .error=${this.error} retryable
      @retry=${() => attempt(this, () => this.#load())}></ui-error>
      <div aria-busy=${this.busy}>${tile ? this.#about(tile) : this.#isKnown ? this.#empty() : ""}</div>`;
  }

  #empty() {
    const area = this.live.claims.areaAt(this.cell.x, this.cell.y);
    const canClaim = !this.me || mayClaim(this.canvas, this.me, area?.holder.id ?? null);
    return html`<p>${t("canvas.empty_cell")}</p>
      ${
        canClaim
          ? ""
          : html`<p class="soft">
        ${area ? t("canvas.area_of", { name: nameOf(area.holder) }) : t("canvas.area_needed")}</p>`
      }
      ${
        canClaim
          ? html`<div class="row actions"><button class="primary" @click=${this.#edit}>
        <ui-icon name="pencil"></ui-icon>${t("canvas.claim")}</button></div>`
          : ""
      }`;
  }

  /** @param {TileView} tile */
  #about(tile) {
    const lock = this.live.claims.lockOf(tile.id);
    const isLocked = lock !== null && lock.holder?.id !== this.me?.id;
    return html`
      <div class="picture">
        <canvas-picture .pixels=${this.#pixels} .rgba=${this.live.pixels?.rgba}
          label=${t("canvas.picture_of_tile", placeOf(tile))}></canvas-picture>
        <div class="grow">
          ${tile.creator ? html`<p>${artistLink(tile.creator, "name")}</p>` : ""}
          <p class="soft small when">${t("canvas.painted")} <ui-time
            datetime=${tile.updated_at}></ui-time></p>
          ${
            this.#others.length
              ? html`<p class="small">${t("canvas.painted_with")} ${this.#others.map(
                  (artist, n) => html`${n ? ", " : ""}${artistLink(artist)}`,
                )}</p>`
              : ""
          }
          ${this.#followButton(tile)}
        </div>
      </div>
      ${tile.description ? html`<p class="description">${tile.description}</p>` : ""}
      ${tileNotes(tile, lock)}
      ${this.#actions(tile, isLocked)}
      <section><details ?open=${this.#isHistoryShown} @toggle=${this.#unfold}>
        <summary>${t("canvas.history")}</summary>
        ${
          this.#isHistoryShown
            ? html`<tile-history .live=${this.live} .tileId=${tile.id} last=${tile.version}
          .at=${this.version}
          @share=${() => copyTileLink(this.canvas, this.cell, this.version)}
          ?revertible=${!isLocked && mayRevert(this.canvas, tile, this.me, this.#areaHolder)}></tile-history>`
            : ""
        }
      </details></section>
      <report-dialog kind="tile" .targetId=${tile.id} ?open=${this.#dialog === "report"}
        @close=${() => this.#ask(null)}></report-dialog>
      <piece-download .piece=${this.#dialog === "download" ? pieceOf(this.#pixels) : null}
        .palette=${this.canvas.palette} name=${cellTitle(this.live, this.cell)}
        @close=${() => this.#ask(null)}></piece-download>
      <ui-dialog heading=${t("canvas.delete_tile")} ?open=${this.#dialog === "delete"}
        @close=${() => this.#ask(null)}>
        <p>${t("canvas.delete_tile_text")}</p>
        <button slot="actions" @click=${() => this.#ask(null)}>${t("common.cancel")}</button>
        <button slot="actions" class="danger"
          @click=${() => this.#delete(tile)}>${t("common.delete")}</button>
      </ui-dialog>`;
  }

  /** @param {TileView} tile */
  #followButton(tile) {
    const { creator } = tile;
    if (!creator || creator.id === this.me?.id) return "";
    return html`<button class="small" aria-pressed=${String(this.#isFollowed)} ?disabled=${this.isBusy}
      @click=${() => this.#follow(creator.id)}>
      ${this.#isFollowed ? t("canvas.following") : t("canvas.follow")}</button>`;
  }

  /**
   * @param {TileView} tile
   * @param {boolean} isLocked by another artist
   */
  #actions(tile, isLocked) {
    const isMine = tile.creator?.id === this.me?.id;
    const canEdit = !this.me
      ? this.canvas.collaboration_mode === "free"
      : mayEdit(this.canvas, tile, this.me, this.#areaHolder);
    return html`<div class="row actions">
      ${
        canEdit
          ? html`<button class="primary" ?disabled=${isLocked} @click=${this.#edit}>
        <ui-icon name="pencil"></ui-icon>${t("canvas.edit")}</button>`
          : ""
      }
      <button class="like" aria-pressed=${String(this.#isLiked)} ?disabled=${isMine || this.isBusy}
        aria-label=${t(this.#isLiked ? "canvas.unlike" : "canvas.like", { count: tile.like_count })}
        @click=${() => this.#like(tile)}>
        <ui-icon name="heart" ?filled=${this.#isLiked}></ui-icon>${tile.like_count}</button>
      <button class="icon" aria-label=${t("canvas.share")} title=${t("canvas.share")}
        @click=${() => copyTileLink(this.canvas, this.cell, null)}>
        <ui-icon name="link"></ui-icon></button>
      <button class="icon" aria-label=${t("copies.download")} title=${t("copies.download")}
        @click=${() => this.#ask("download")}><ui-icon name="download"></ui-icon></button>
      ${
        isMine
          ? ""
          : html`<button class="icon" aria-label=${t("canvas.report")} title=${t("canvas.report")}
        @click=${this.#report}><ui-icon name="flag"></ui-icon></button>`
      }
      ${
        mayDelete(this.canvas, tile, this.me)
          ? html`<button class="icon" aria-label=${t("canvas.delete_tile")} title=${t("canvas.delete_tile")}
        ?disabled=${isLocked && !this.me?.isModerator} @click=${() => this.#ask("delete")}><ui-icon
          name="trash"></ui-icon></button>`
          : ""
      }
    </div>`;
  }

  get #areaHolder() {
    return this.live.claims.areaAt(this.cell.x, this.cell.y)?.holder.id ?? null;
  }

  /** @param {Event} event */
  #unfold(event) {
    this.#isHistoryShown ||= /** @type {HTMLDetailsElement} */ (event.target).open;
    this.requestUpdate();
  }

  /** @param {"report" | "delete" | "download" | null} dialog */
  #ask(dialog) {
    this.#dialog = dialog;
    this.requestUpdate();
  }

  #edit() {
    // Guests may draw in an empty cell, and sign in to save.
    const here = formatCell(this.cell, { isPainting: true });
    if (!this.#tile || isSignedIn("canvas.sign_in_to_paint", here)) this.dispatchEvent(new Event("edit"));
  }

  #report() {
    if (isSignedIn("canvas.sign_in_to_report", formatCell(this.cell))) this.#ask("report");
  }

  /** @param {TileView} tile */
  #like(tile) {
    if (!isSignedIn("canvas.sign_in_to_like", formatCell(this.cell))) return;
    void attempt(this, async () => {
      const path = `/tiles/${tile.id}/like`;
      const { liked, like_count } = await (this.#isLiked ? api.delete(path) : api.post(path));
      this.#isLiked = liked;
      if (this.#tile?.id === tile.id) this.#tile = { ...this.#tile, like_count };
    });
  }

  /** @param {number} artistId */
  #follow(artistId) {
    if (!isSignedIn("canvas.sign_in_to_follow", formatCell(this.cell))) return;
    void attempt(this, async () => {
      const path = `/users/${artistId}/follow`;
      await (this.#isFollowed ? api.delete(path) : api.put(path));
      this.#isFollowed = !this.#isFollowed;
    });
  }

  /** @param {TileView} tile */
  #delete(tile) {
    this.#ask(null);
    void attempt(this, async () => {
      await api.delete(`/tiles/${tile.id}`);
      toast(t("canvas.tile_deleted"));
    });
  }
}
customElements.define("tile-card", TileCard);
