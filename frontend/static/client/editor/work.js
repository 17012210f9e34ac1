/**
 * An artist at work on a cell, towards the server: who may paint, the lock, what is saved and what others do
 * meanwhile. It knows no screen; it changes the painting where others painted.
 *
 * Fires `change` whenever something of its state did, `saved` when a tile was stored (its `detail`), and `notice`
 * with `{code, ...values}` when the artist should know of something.
 */

import { ApiError } from "../api.js";
import { contains } from "../model/claims.js";
import { readAll } from "../model/paging.js";
import { mayDelete } from "../model/permissions.js";
import { toBase64, visiblePixels } from "../model/tile-pixels.js";
import { mayDescribe, needsLock, obstacle, waitsForReview } from "./access.js";
import { LiveTile } from "./live.js";
import { TileLock } from "./lock.js";
import { Painting } from "./painting.js";
import { difference } from "./strokes.js";

/** @import { Api } from "../api.js" */
/** @import { TileView } from "#api" */
/** @import { FeedEvent } from "../model/canvas-pixels.js" */
/** @import { AreaView } from "#api" */
/** @import { Canvas, Obstacle, Situation } from "./access.js" */
/** @import { Change } from "./clipboard.js" */
/** @typedef {{title: string, description: string, isPublic: boolean}} Details */
/** @typedef {EventTarget & {status: string,
 *   paint: (tileId: number, pixels: Change[]) => Promise<{seq: number, version: number}>}} Feed */

/** Milliseconds in which what was missed arrives after a reconnection, and tells which strokes were durable. */
const CATCH_UP = 300;

/** Milliseconds that closing waits for the last strokes. */
const LONGEST_WAIT = 2000;

/** The server has another version of the tile than the one that was painted over. */
export class Conflict extends Error {
  /** @param {TileView} theirs */
  constructor(theirs) {
    super("the tile was changed by somebody else");
    this.theirs = theirs;
  }
}

export class Work extends EventTarget {
  /** @type {TileView | null} */
  tile = null;
  /** What was painted over: the picture that the server has, as far as this is known here. @type {Uint8Array} */
  base;
  /** @type {Painting} */
  painting;
  /** @type {"loading" | "ready" | "failed"} */
  status = "loading";
  /** Why it could not be loaded. @type {unknown} */
  error = null;
  /** @type {Obstacle | null} */
  obstacle = null;
  /** Of the tile, where there is one that the artist may paint. @type {TileLock | null} */
  lock = null;
  isSaving = false;
  /** @type {LiveTile | null} */
  live = null;
  remainingTiles = Infinity;

  /** @type {AreaView[]} */
  #areas = [];
  #life = new AbortController();

  /**
   * @param {{api: Api, feed: Feed | null, canvas: Canvas, cell: {x: number, y: number},
   *   artist: Situation["artist"]}} options
   */
  constructor({ api, feed, canvas, cell, artist }) {
    super();
    this.api = api;
    this.feed = feed;
    this.canvas = canvas;
    this.cell = cell;
    this.artist = artist;
    this.base = new Uint8Array(canvas.tile_size ** 2);
    this.painting = new Painting(canvas.tile_size, this.base);
  }

  get #situation() {
    return {
      canvas: this.canvas,
      tile: this.tile,
      artist: this.artist,
      areaHolder: this.areaHolder,
      remainingTiles: this.remainingTiles,
    };
  }

  /** Who holds the area that the cell lies in. */
  get areaHolder() {
    return this.#areas.find((area) => contains(area, this.cell.x, this.cell.y))?.holder ?? null;
  }

  get mayPaint() {
    return this.status === "ready" && !this.obstacle && (this.lock?.isFree ?? true);
  }

  get mayDescribe() {
    return this.mayPaint && mayDescribe(this.#situation);
  }

  get mayDelete() {
    const isLocked = this.lock?.foreign && !this.artist?.isModerator;
    return this.tile !== null && mayDelete(this.canvas, this.tile, this.artist) && !isLocked;
  }

  get waitsForReview() {
    return waitsForReview(this.#situation);
  }

  /** Whether every stroke has reached the server. */
  get isSettled() {
    return this.live?.sender.isIdle ?? true;
  }

  /** Wait until every stroke has reached the server, but not for long. @returns {Promise<boolean>} whether they did */
  async settle() {
    const end = performance.now() + LONGEST_WAIT;
    while (!this.isSettled && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return this.isSettled;
  }

  /** @returns {Details} as they are stored */
  get details() {
    const {
      title,
      description,
      is_public: isPublic,
    } = this.tile ?? { title: null, description: null, is_public: true };
    return { title: title ?? "", description: description ?? "", isPublic };
  }

  /** Look at the cell, and take the lock of its tile. */
  async open() {
    const { signal } = this.#life;
    this.feed?.addEventListener(
      "change",
      (event) => this.#hear(/** @type {CustomEvent<FeedEvent>} */ (event).detail),
      { signal },
    );
    this.feed?.addEventListener("status", () => this.#followFeed(), { signal });
    this.feed?.addEventListener("resync", () => void this.#reload(), { signal });
    addEventListener("pagehide", () => this.lock?.giveBack(), { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && void this.#tryAgain(), { signal });
    await this.load();
  }

  /** Load, or try again what failed. */
  async load() {
    this.status = "loading";
    this.error = null;
    this.#changed();
    try {
      this.#adopt(await this.#fetchTile());
      if (this.canvas.collaboration_mode === "area-lock") await this.#loadAreas();
      if (!this.tile && this.artist) await this.#countTiles();
      this.obstacle = obstacle(this.#situation);
      await this.relock();
      this.status = "ready";
    } catch (error) {
      if (this.#life.signal.aborted) return;
      this.status = "failed";
      this.error = error;
    }
    this.#changed();
  }

  /** Give the lock back and hear of nothing more. */
  close() {
    this.#life.abort();
    this.lock?.close();
    this.live?.sender.close();
  }

  /**
   * Send what was painted, where everybody paints at once.
   * @param {Change[]} changes
   */
  paint(changes) {
    if (changes.length) this.live?.paint(changes);
  }

  /**
   * Store the picture and its details: a tile comes to be with it, or changes.
   * Throws ApiError, or Conflict when somebody else changed or made the tile meanwhile.
   * @param {Details} details
   */
  async save(details) {
    const pixels = this.painting.pixels.slice();
    this.isSaving = true;
    this.#changed();
    try {
      const tile = this.tile
        ? await this.#update(this.tile, pixels, details)
        : await this.#create(pixels, details);
      this.tile = tile;
      if (!this.live) this.base = pixels;
      this.dispatchEvent(new CustomEvent("saved", { detail: tile }));
      await this.relock();
    } finally {
      this.isSaving = false;
      this.#changed();
    }
  }

  /**
   * Go on from somebody else's version, with this picture.
   * @param {TileView} theirs
   * @param {Uint8Array} pixels
   */
  accept(theirs, pixels) {
    this.tile = theirs;
    this.base = visiblePixels(theirs);
    this.#replace(pixels);
    this.obstacle = obstacle(this.#situation);
    this.#changed();
  }

  /**
   * Go on with a draft: if the tile has changed since, saving it finds that out.
   * @param {number | null} version  of the tile that it was painted over
   * @param {Uint8Array} base  that tile's pixels
   * @param {Uint8Array} pixels
   */
  resume(version, base, pixels) {
    if (this.tile && version !== this.tile.version) {
      this.base = base;
      this.tile = { ...this.tile, version: version ?? 0 };
    }
    this.#replace(pixels);
    this.#changed();
  }

  /** Show what is saved. */
  revert() {
    if (!this.live) this.#replace(this.base);
    this.#changed();
  }

  /** Remove the tile. Throws ApiError. */
  async delete() {
    if (!this.tile) return;
    await this.api.delete(`/tiles/${this.tile.id}`);
    this.lock?.forget();
  }

  /** Take the lock of the tile, where one is needed, or again after it was lost; else paint live. Throws ApiError. */
  async relock() {
    if (!this.tile || this.obstacle) return;
    this.lock ??= new TileLock(this.api, this.tile.id, {
      isNeeded: needsLock(this.canvas),
      changed: () => this.#changed(),
      expired: () => void this.#tryAgain(),
    });
    if (this.#life.signal.aborted) return this.lock.close();
    await this.lock.take();
    if (!needsLock(this.canvas)) this.#goLive();
    this.#changed();
  }

  /** Look at the lock again without having been asked to. */
  async #tryAgain() {
    try {
      await this.relock();
    } catch {
      if (!this.#life.signal.aborted) this.#notify("reload_failed");
    }
  }

  /** Claim an area of this cell alone, in `area-lock` mode. Throws ApiError. */
  async claimArea() {
    await this.api.post(`/canvases/${this.canvas.id}/areas`, { ...this.cell, columns: 1, rows: 1 });
    await this.#reassess();
  }

  /** @returns {Promise<TileView | null>} */
  async #fetchTile() {
    const { signal } = this.#life;
    // The list of one cell: asking for the tile itself would be an error where there is none.
    const query = { ...this.cell, columns: 1, rows: 1 };
    const { items } = await this.api.get(`/canvases/${this.canvas.id}/region`, { query, signal });
    const tile = items[0] ?? null;
    const mayWait = this.canvas.collaboration_mode === "review" && tile?.creator.id === this.artist?.id;
    // What waits for review is told of a single tile, to its creator.
    return tile && mayWait ? this.api.get(`/tiles/${tile.id}`, { signal }) : tile;
  }

  async #loadAreas() {
    this.#areas = await readAll(`/canvases/${this.canvas.id}/areas`, this.#life.signal);
  }

  async #countTiles() {
    const path = `/tiles/user/${this.artist?.id}/count`;
    const count = await this.api.get(path, {
      query: { canvas_id: this.canvas.id },
      signal: this.#life.signal,
    });
    this.remainingTiles = count.remaining_tiles;
  }

  /** Show a tile as the server has it, keeping what was painted on top. @param {TileView | null} tile */
  #adopt(tile) {
    const before = this.base;
    this.tile = tile;
    this.base = tile ? visiblePixels(tile) : new Uint8Array(before.length);
    if (this.live && tile) this.live.reset(tile.version, this.base);
    else
      this.painting.receive(
        difference(before, this.base).filter(([offset]) => this.painting.pixels[offset] === before[offset]),
      );
  }

  /** @param {Uint8Array} pixels */
  #replace(pixels) {
    this.painting.begin();
    this.painting.paint(pixels.entries());
    this.painting.commit();
  }

  #goLive() {
    if (this.live || !this.tile || !this.feed || !this.artist || this.#life.signal.aborted) return;
    const { tile, feed } = this;
    this.live = new LiveTile(tile, this.base, this.artist.id, (pixels) => feed.paint(tile.id, pixels), {
      show: (changes) => {
        this.painting.receive(changes);
        this.#changed();
      },
      refused: (refusal) => void this.#heed(refusal),
      outdated: () => void this.#reload(),
      changed: () => this.#changed(),
    });
    if (feed.status !== "live") this.live.sender.pause();
    // What was drawn before the tile was there, or is left of a draft.
    this.paint(difference(this.base, this.painting.pixels));
  }

  #followFeed() {
    const sender = this.live?.sender;
    if (this.feed?.status === "live") setTimeout(() => sender?.resume(), CATCH_UP);
    else sender?.pause();
    this.#changed();
  }

  /** A stroke was refused for good. @param {{code?: string}} refusal */
  async #heed({ code = "unexpected" }) {
    this.#notify(`refused_${code}`);
    if (code === "tile_locked") await this.#tryAgain();
  }

  async #reload() {
    try {
      const tile = await this.#fetchTile();
      if (tile?.id === this.tile?.id) this.#adopt(tile);
      else if (!tile) this.#deleted();
    } catch {
      if (!this.#life.signal.aborted) this.#notify("reload_failed");
    }
    this.#changed();
  }

  /** Look again at who may paint. */
  async #reassess() {
    await this.#loadAreas();
    this.obstacle = obstacle(this.#situation);
    await this.relock();
    this.#changed();
  }

  /** @param {TileView} tile @param {Uint8Array} pixels @param {Details} details */
  async #update(tile, pixels, details) {
    const { title, description, isPublic } = this.details;
    const body = {
      ...(!this.live && { pixels: toBase64(pixels) }),
      ...(details.title !== title && { title: details.title || null }),
      ...(details.description !== description && { description: details.description || null }),
      ...(details.isPublic !== isPublic && { is_public: details.isPublic }),
    };
    // Live, others paint all the time: what is described here does not depend on it.
    const headers = this.live ? {} : { "If-Match": `"${tile.version}"` };
    try {
      return await this.api.put(`/tiles/${tile.id}`, body, { headers });
    } catch (error) {
      if (error instanceof ApiError && error.status === 412)
        throw new Conflict(await this.api.get(`/tiles/${tile.id}`));
      throw error;
    }
  }

  /** @param {Uint8Array} pixels @param {Details} details */
  async #create(pixels, { title, description, isPublic }) {
    try {
      return await this.api.post("/tiles", {
        canvas_id: this.canvas.id,
        ...this.cell,
        pixels: toBase64(pixels),
        title: title || null,
        description: description || null,
        is_public: isPublic,
      });
    } catch (error) {
      const theirs =
        error instanceof ApiError && error.code === "cell_occupied" ? await this.#fetchTile() : null;
      if (theirs && !obstacle({ ...this.#situation, tile: theirs })) throw new Conflict(theirs);
      throw error;
    }
  }

  /** @param {FeedEvent} event */
  #hear(event) {
    const isHere = event.x === this.cell.x && event.y === this.cell.y;
    if (event.kind === "tile.created" && isHere && !this.tile && !this.isSaving)
      return void this.#occupied(event.tile);
    if (event.kind.startsWith("area.")) {
      if (this.canvas.collaboration_mode === "area-lock")
        void this.#reassess().catch(() => this.#notify("reload_failed"));
      return;
    }
    if (!this.tile || event.tile_id !== this.tile.id) return;
    switch (event.kind) {
      case "tile.painted":
        return this.live?.receive(/** @type {any} */ (event));
      case "tile.updated":
        return this.#updated(event.tile);
      case "tile.deleted":
        return this.#deleted();
      case "lock.acquired":
        return this.lock?.acquired(event.lock, this.artist?.id);
      case "lock.released":
        return this.#unlocked();
      case "review.approved":
      case "review.rejected":
        return this.#notify(event.kind.replace(".", "_"));
    }
  }

  /** Somebody painted in this cell first. @param {TileView | null} tile */
  #occupied(tile) {
    if (!tile || tile.creator.id === this.artist?.id) return;
    this.#notify("cell_occupied", { name: tile.creator.display_name });
    if (obstacle({ ...this.#situation, tile })) return; // what was drawn can still be copied elsewhere
    this.#adopt(tile);
    void this.#tryAgain();
  }

  /** @param {TileView | null} tile  null when it is not public any more */
  #updated(tile) {
    if (!tile || !this.tile || tile.version <= this.tile.version) return;
    if (this.live) {
      this.tile = { ...tile };
      this.live.reset(tile.version, visiblePixels(tile));
    } else if (!this.isSaving) {
      // With something painted on top, saving finds that the version moved, and asks.
      const isUntouched = difference(this.base, this.painting.pixels).length === 0;
      if (isUntouched) this.#adopt(tile);
      else this.#notify("changed_meanwhile");
    }
    this.#changed();
  }

  #deleted() {
    this.live?.sender.close();
    this.live = null;
    this.lock?.forget();
    this.lock = null;
    this.#adopt(null);
    this.#notify("deleted");
    this.#changed();
  }

  #unlocked() {
    // What its holder has painted, first.
    if (this.lock?.released()) void this.#reload().then(() => this.#tryAgain());
  }

  /** @param {string} code @param {Record<string, string>} [values] */
  #notify(code, values = {}) {
    this.dispatchEvent(new CustomEvent("notice", { detail: { code, ...values } }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
