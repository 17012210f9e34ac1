/**
 * A working copy in step with the server: the lock, what is saved, and what others do in the meantime.
 *
 * Fires `change` when its state changed, `saved` when a tile was stored (its `detail`), and `notice` with
 * `{code, ...values}` when the artist should know of something.
 */

import { visiblePixels } from "../model/tile-pixels.js";
import { needsLock } from "./access.js";
import { CellAccess } from "./cell-access.js";
import { LiveTile } from "./live.js";
import { TileLock } from "./lock.js";
import { difference } from "./strokes.js";
import { TileRequests } from "./tile-requests.js";
import { WorkingCopy } from "./working-copy.js";

/** @import { TileView } from "#api" */
/** @import { Api } from "../api.js" */
/** @import { FeedEvent } from "../model/canvas-pixels.js" */
/** @import { Change } from "../model/pieces.js" */
/** @import { Canvas, Situation } from "./access.js" */
/** @typedef {EventTarget & {status: string, reason: string | null,
 *   paint: (tileId: number, pixels: Change[]) => Promise<{seq: number, version: number}>}} Feed */

export class Work extends WorkingCopy {
  /** @type {"loading" | "ready" | "failed"} */
  status = "loading";
  /**
   * Why it could not be loaded.
   * @type {unknown}
   */
  error = null;
  /**
   * Of the tile, where there is one that the artist may paint.
   * @type {TileLock | null}
   */
  lock = null;
  isSaving = false;
  /** @type {LiveTile | null} */
  live = null;
  #life = new AbortController();

  /**
   * @param {object} options
   * @param {Api} options.api
   * @param {Feed | null} options.feed
   * @param {Canvas} options.canvas
   * @param {{x: number, y: number}} options.cell
   * @param {Situation["artist"]} options.artist
   */
  constructor({ api, feed, canvas, cell, artist }) {
    super(canvas, cell);
    this.api = api;
    this.feed = feed;
    this.artist = artist;
    this.requests = new TileRequests(api, canvas, cell, artist, this.#life.signal);
    this.access = new CellAccess(this.requests);
  }

  get mayPaint() {
    return this.status === "ready" && !this.access.obstacle && (this.lock?.isFree ?? true);
  }

  get mayDescribe() {
    return this.mayPaint && this.access.mayDescribe(this.tile);
  }

  get mayDelete() {
    return this.access.mayDelete(this.tile, Boolean(this.lock?.foreign));
  }

  get waitsForReview() {
    return this.access.waitsForReview(this.tile);
  }

  /** Whether every stroke has reached the server. */
  get isSettled() {
    return this.live?.isSettled ?? true;
  }

  /** Strokes are saved as they are painted. */
  get hasUnsavedPixels() {
    return !this.live && super.hasUnsavedPixels;
  }

  /** Whether closing now would lose something, the draft apart. */
  get isUnsaved() {
    return this.mayPaint && (this.hasUnsavedPixels || this.hasUnsavedDetails);
  }

  /** @returns {Promise<boolean>} whether every stroke has reached the server in time */
  async settle() {
    return this.live?.settle() ?? true;
  }

  /** Look at the cell, and take the lock of its tile. */
  async open() {
    const { signal } = this.#life;
    this.feed?.addEventListener(
      "change",
      (event) => this.#receive(/** @type {CustomEvent<FeedEvent>} */ (event).detail),
      { signal },
    );
    this.feed?.addEventListener("status", () => this.#followFeed(), { signal });
    this.feed?.addEventListener("resync", () => void this.#reload(), { signal });
    addEventListener("pagehide", () => this.lock?.giveBack(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && void this.#retryLock(), { signal });
    await this.load();
  }

  /** Load, or try again what failed. */
  async load() {
    this.status = "loading";
    this.error = null;
    this.changed();
    try {
      this.adopt(await this.requests.readTile());
      await this.access.load(this.tile);
      this.edited = this.details;
      await this.relock();
      this.status = "ready";
    } catch (error) {
      if (this.#life.signal.aborted) return;
      this.status = "failed";
      this.error = error;
    }
    this.changed();
  }

  /** Give the lock back and follow the feed no longer. */
  close() {
    this.#life.abort();
    this.lock?.close();
    this.live?.sender.close();
  }

  /**
   * Create the tile, or change it. Throws ApiError, or Conflict when another artist changed or created it in
   * the meantime.
   */
  async save() {
    const pixels = this.painting.pixels.slice();
    const { title, description, isPublic } = this.edited;
    const details = { title: title.trim(), description: description.trim(), isPublic };
    this.isSaving = true;
    this.changed();
    try {
      const { tile } = this;
      this.tile = tile
        ? await this.requests.updateTile(tile, this.live ? null : pixels, details, this.details)
        : await this.requests.createTile(pixels, details, (theirs) => !this.access.obstacleTo(theirs));
      if (!this.live) this.base = pixels;
      this.edited = this.details;
      this.dispatchEvent(new CustomEvent("saved", { detail: this.tile }));
      await this.relock();
    } finally {
      this.isSaving = false;
      this.changed();
    }
  }

  /**
   * Go on from another artist's version, with this picture.
   * @param {TileView} theirs
   * @param {Uint8Array} pixels
   */
  accept(theirs, pixels) {
    this.access.decide(theirs);
    super.accept(theirs, pixels);
  }

  /** Show what is saved. */
  revert() {
    if (!this.live) return super.revert();
    this.edited = this.details;
    this.changed();
  }

  /** Remove the tile. Throws ApiError. */
  async delete() {
    if (!this.tile) return;
    await this.requests.deleteTile(this.tile);
    this.lock?.forget();
  }

  /** Take the lock of the tile where one is needed, or paint live. Throws ApiError. */
  async relock() {
    if (!this.tile || this.access.obstacle) return;
    this.lock ??= new TileLock(this.api, this.tile.id, {
      isNeeded: needsLock(this.canvas),
      changed: () => this.changed(),
      expired: () => void this.#retryLock(),
    });
    if (this.#life.signal.aborted) return this.lock.close();
    await this.lock.take();
    if (!needsLock(this.canvas)) this.#goLive();
    this.changed();
  }

  /** Try to take the lock when the artist did not ask for it. */
  async #retryLock() {
    try {
      await this.relock();
    } catch {
      if (!this.#life.signal.aborted) this.#notify("reload_failed");
    }
  }

  /** Claim an area of this cell alone, in `area-lock` mode. Throws ApiError. */
  claimArea() {
    return this.requests.claimArea().then(() => this.#reloadAccess());
  }

  /** @param {TileView | null} tile */
  adopt(tile) {
    if (!this.live || !tile) return super.adopt(tile);
    this.tile = tile;
    this.base = visiblePixels(tile);
    this.live.reset(tile.version, this.base);
  }

  #goLive() {
    if (this.live || !this.tile || !this.feed || !this.artist || this.#life.signal.aborted) return;
    const { tile, feed } = this;
    this.live = new LiveTile(tile, this.base, this.artist.id, (pixels) => feed.paint(tile.id, pixels), {
      show: (changes) => {
        this.painting.receive(changes);
        this.changed();
      },
      refused: (refusal) => void this.#handleRefusal(refusal),
      outdated: () => void this.#reload(),
      changed: () => this.changed(),
    });
    if (feed.status !== "live") this.live.sender.pause();
    // What was drawn before the tile was there, or is left of a draft.
    this.live.paint(difference(this.base, this.painting.pixels));
  }

  #followFeed() {
    if (this.feed) this.live?.follow(this.feed.status);
    if (this.feed?.reason === "canvas_gone") this.#notify("canvas_gone");
    this.changed();
  }

  /**
   * A stroke was refused for good.
   * @param {{code?: string}} refusal
   */
  async #handleRefusal({ code = "unexpected" }) {
    this.#notify(`refused_${code}`);
    if (code === "tile_locked") await this.#retryLock();
  }

  async #reload() {
    try {
      const tile = await this.requests.readTile();
      if (tile?.id === this.tile?.id) this.adopt(tile);
      else if (!tile) this.#handleDeletion();
    } catch {
      if (!this.#life.signal.aborted) this.#notify("reload_failed");
    }
    this.changed();
  }

  /** Look again at who may paint. */
  async #reloadAccess() {
    await this.access.reload(this.tile);
    await this.relock();
    this.changed();
  }

  /** @param {FeedEvent} event */
  #receive(event) {
    const isHere = event.x === this.cell.x && event.y === this.cell.y;
    if (event.kind === "tile.created" && isHere && !this.tile && !this.isSaving)
      return this.#handleOccupation(event.tile);
    if (event.kind.startsWith("area.")) {
      if (this.canvas.collaboration_mode === "area-lock")
        void this.#reloadAccess().catch(() => this.#notify("reload_failed"));
      return;
    }
    if (!this.tile || event.tile_id !== this.tile.id) return;
    switch (event.kind) {
      case "tile.painted":
        return this.live?.receive(/** @type {any} */ (event));
      case "tile.updated":
        return this.#handleUpdate(event.tile);
      case "tile.deleted":
        return this.#handleDeletion();
      case "lock.acquired":
        return this.lock?.acquired(event.lock, this.artist?.id);
      case "lock.released":
        return this.#handleUnlock();
      case "review.approved":
      case "review.rejected":
        this.#notify(event.kind.replace(".", "_"));
        return void this.keepPicture(() => this.#reload());
    }
  }

  /**
   * Another artist painted in this cell first.
   * @param {TileView | null} tile
   */
  #handleOccupation(tile) {
    if (!tile?.creator || tile.creator.id === this.artist?.id) return;
    this.#notify("cell_occupied", { name: tile.creator.display_name });
    if (this.access.obstacleTo(tile)) return; // what was drawn can still be copied elsewhere
    this.adopt(tile);
    void this.#retryLock();
  }

  /** @param {TileView | null} tile  null when it is not public any more */
  #handleUpdate(tile) {
    if (!tile || !this.tile || tile.version <= this.tile.version) return;
    if (this.live) {
      this.tile = { ...tile };
      this.live.reset(tile.version, visiblePixels(tile));
    } else if (!this.isSaving) {
      // With something painted on top, saving leads to a Conflict, and the artist chooses.
      const isUntouched = difference(this.base, this.painting.pixels).length === 0;
      if (isUntouched) this.adopt(tile);
      else this.#notify("changed_meanwhile");
    }
    this.changed();
  }

  #handleDeletion() {
    this.live?.sender.close();
    this.live = null;
    this.lock?.forget();
    this.lock = null;
    this.adopt(null);
    this.#notify("deleted");
    this.changed();
  }

  #handleUnlock() {
    // First what its holder has painted.
    if (this.lock?.released()) void this.#reload().then(() => this.#retryLock());
  }

  /**
   * @param {string} code
   * @param {Record<string, string>} [values]
   */
  #notify(code, values = {}) {
    this.dispatchEvent(new CustomEvent("notice", { detail: { code, ...values } }));
  }
}
