/** The current pixels of a canvas: the snapshot and every change since. */

import { fromBase64, paletteRgba } from "./tile-pixels.js";

/** @import { TileView } from "#api" */
/** @import { Snapshot } from "./snapshot.js" */

/**
 * A tile as it is drawn; `details` are loaded on demand, or with a change.
 * @typedef {{id: number, x: number, y: number, version: number, pixels: Uint8Array,
 *   details: TileView | null}} Tile
 */
/**
 * @typedef {{seq: number, kind: string, [field: string]: any}} FeedEvent a change, as sent by the live feed
 */
/** @typedef {{x: number, y: number}} Cell */

export class CanvasPixels {
  /** @type {Map<number, Tile>} */
  #byCell = new Map();
  /** @type {Map<number, Tile>} */
  #byId = new Map();

  /** @param {Snapshot} snapshot */
  constructor(snapshot) {
    this.canvas = { columns: snapshot.columns, rows: snapshot.rows, tileSize: snapshot.tileSize };
    this.palette = snapshot.palette;
    this.rgba = paletteRgba(snapshot.palette);
    for (const tile of snapshot.tiles) this.#put({ ...tile, details: null });
  }

  get count() {
    return this.#byId.size;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {Tile | null}
   */
  tileAt(x, y) {
    return this.#byCell.get(y * this.canvas.columns + x) ?? null;
  }

  /**
   * @param {number} id
   * @returns {Tile | null}
   */
  tile(id) {
    return this.#byId.get(id) ?? null;
  }

  /**
   * Return one byte per pixel, row by row. A live view: do not write to it.
   * @param {number} x
   * @param {number} y
   */
  pixelsOf(x, y) {
    return this.tileAt(x, y)?.pixels ?? null;
  }

  /**
   * Store the details of a tile that is already drawn.
   * @param {TileView} view
   */
  describe(view) {
    const tile = this.#byId.get(view.id);
    if (tile && tile.version <= view.version) tile.details = { ...view, pixels: null };
  }

  /**
   * Apply a change of the canvas.
   * @param {FeedEvent} event the next change in order
   * @returns {Cell | null} the changed cell
   */
  apply(event) {
    switch (event.kind) {
      case "tile.created":
      case "tile.updated":
        return event.tile ? this.#show(event.tile) : this.#remove(event.tile_id);
      case "tile.deleted":
        return this.#remove(event.tile_id);
      case "tile.painted":
        return this.#paint(event);
      case "tile.liked":
      case "tile.unliked": {
        const details = this.#byId.get(event.tile_id)?.details;
        if (details) details.like_count = event.like_count;
      }
    }
    return null;
  }

  /**
   * @param {TileView} view
   * @returns {Cell}
   */
  #show(view) {
    const { id, x, y, version } = view;
    const pixels = fromBase64(view.pixels ?? "");
    this.#put({ id, x, y, version, pixels, details: { ...view, pixels: null } });
    return { x, y };
  }

  /**
   * @param {FeedEvent} event
   * @returns {Cell | null}
   */
  #paint({ tile_id, version, pixels }) {
    const tile = this.#byId.get(tile_id);
    if (!tile) return null; // another artist's draft: its strokes come without pixels
    for (const [offset, colour] of pixels) tile.pixels[offset] = colour;
    tile.version = version;
    if (tile.details) tile.details.version = version;
    return { x: tile.x, y: tile.y };
  }

  /**
   * @param {number} id
   * @returns {Cell | null}
   */
  #remove(id) {
    const tile = this.#byId.get(id);
    if (!tile) return null;
    this.#byId.delete(id);
    this.#byCell.delete(tile.y * this.canvas.columns + tile.x);
    return { x: tile.x, y: tile.y };
  }

  /** @param {Tile} tile */
  #put(tile) {
    this.#byId.set(tile.id, tile);
    this.#byCell.set(tile.y * this.canvas.columns + tile.x, tile);
  }
}
