/** What the editor asks of the API about one cell, and about the tile in it. */

import { ApiError } from "../api.js";
import { readAll } from "../model/paging.js";
import { toBase64 } from "../model/tile-pixels.js";

/** @import { AreaView, TileView } from "#api" */
/** @import { Api } from "../api.js" */
/** @import { Canvas, Situation } from "./access.js" */

/** @typedef {{title: string, description: string, isPublic: boolean}} Details */

/** The server has another version of the tile than the one that was painted over. */
export class Conflict extends Error {
  /** @param {TileView} theirs */
  constructor(theirs) {
    super("the tile was changed by another artist");
    this.theirs = theirs;
  }
}

/** Every request throws ApiError. */
export class TileRequests {
  /**
   * @param {Api} api
   * @param {Canvas} canvas
   * @param {{x: number, y: number}} cell
   * @param {Situation["artist"]} artist
   * @param {AbortSignal} signal ends what is read; what is written is always sent
   */
  constructor(api, canvas, cell, artist, signal) {
    this.api = api;
    this.canvas = canvas;
    this.cell = cell;
    this.artist = artist;
    this.signal = signal;
  }

  /** @returns {Promise<TileView | null>} null where the cell is empty */
  async readTile() {
    const { signal } = this;
    // The list of one cell: reading the tile itself would be an error where there is none.
    const query = { ...this.cell, columns: 1, rows: 1 };
    const { items } = await this.api.get(`/canvases/${this.canvas.id}/region`, { query, signal });
    const tile = items[0] ?? null;
    const mayWait = this.canvas.collaboration_mode === "review" && tile?.creator?.id === this.artist?.id;
    // Only a single tile shows what waits for review, to its creator.
    return tile && mayWait ? this.api.get(`/tiles/${tile.id}`, { signal }) : tile;
  }

  /** @returns {Promise<AreaView[]>} */
  readAreas() {
    return readAll(`/canvases/${this.canvas.id}/areas`, this.signal);
  }

  /**
   * Return how many more tiles the artist may claim on the canvas.
   * @returns {Promise<number>}
   */
  async countRemainingTiles() {
    const query = { canvas_id: this.canvas.id };
    const path = `/tiles/user/${this.artist?.id}/count`;
    return (await this.api.get(path, { query, signal: this.signal })).remaining_tiles;
  }

  /** Claim an area of this cell alone. */
  async claimArea() {
    await this.api.post(`/canvases/${this.canvas.id}/areas`, { ...this.cell, columns: 1, rows: 1 });
  }

  /**
   * Claim the cell with a picture. Throws Conflict when another artist claimed it first, and this one may
   * paint there.
   * @param {Uint8Array} pixels
   * @param {Details} details
   * @param {(theirs: TileView) => boolean} mayPaint
   * @returns {Promise<TileView>}
   */
  async createTile(pixels, { title, description, isPublic }, mayPaint) {
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
      const isOccupied = error instanceof ApiError && error.code === "cell_occupied";
      const theirs = isOccupied ? await this.readTile() : null;
      if (theirs && mayPaint(theirs)) throw new Conflict(theirs);
      throw error;
    }
  }

  /**
   * Change a tile: its details where they differ from `before`, and its pixels unless they are sent as
   * strokes. Throws Conflict when the pixels were painted over another version than the server's.
   * @param {TileView} tile
   * @param {Uint8Array | null} pixels
   * @param {Details} details
   * @param {Details} before
   * @returns {Promise<TileView>}
   */
  async updateTile(tile, pixels, details, before) {
    const body = {
      ...(pixels && { pixels: toBase64(pixels) }),
      ...(details.title !== before.title && { title: details.title || null }),
      ...(details.description !== before.description && { description: details.description || null }),
      ...(details.isPublic !== before.isPublic && { is_public: details.isPublic }),
    };
    // Where others paint at the same time the version changes with each stroke, and details don't depend on
    // it.
    const headers = pixels ? { "If-Match": `"${tile.version}"` } : {};
    try {
      return await this.api.put(`/tiles/${tile.id}`, body, { headers });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 412)) throw error;
      throw new Conflict(await this.api.get(`/tiles/${tile.id}`));
    }
  }

  /** @param {TileView} tile */
  async deleteTile(tile) {
    await this.api.delete(`/tiles/${tile.id}`);
  }
}
