/**
 * The current pixels of a canvas: the snapshot and every change since. Of a large canvas, the snapshot says
 * only which tiles there are; pixels come and go in blocks.
 */

import { fromBase64, paletteRgba } from "./tile-pixels.js";

/** @import { TileView } from "#api" */
/** @import { Snapshot } from "./snapshot.js" */

/**
 * A tile as it is drawn; `details` are loaded on demand, or with a change. `pixels` are null while its block
 * is not loaded.
 * @typedef {{id: number, x: number, y: number, version: number, pixels: Uint8Array | null,
 *   details: TileView | null}} Tile
 */
/**
 * @typedef {{seq: number, kind: string, [field: string]: any}} FeedEvent a change, as sent by the live feed
 */
/** @typedef {{x: number, y: number}} Cell */
/** @typedef {{x: number, y: number, columns: number, rows: number}} Cells a rectangle of them */
/**
 * What a change made of a cell: single pixels, or all of them (null: there is no tile any more).
 * @typedef {Cell & {seq: number, painted: [offset: number, colour: number][] | null,
 *   pixels: Uint8Array | null}} Change
 */

/** Pixels per side of a block; a multiple of every tile size. */
export const BLOCK_SIDE = 512;

export class CanvasPixels {
  /** @type {Map<number, Tile>} */
  #byCell = new Map();
  /** @type {Map<number, Tile>} */
  #byId = new Map();
  /**
   * The loaded blocks of a large canvas, by number, with the number of the last change in what was loaded.
   * @type {Map<number, number>}
   */
  #blocks = new Map();
  /**
   * The block that changes are repeated for; null while they are for all of the canvas.
   * @type {number | null}
   */
  #catchingUp = null;

  /** @param {Snapshot} snapshot */
  constructor(snapshot) {
    this.canvas = { columns: snapshot.columns, rows: snapshot.rows, tileSize: snapshot.tileSize };
    this.palette = snapshot.palette;
    this.rgba = paletteRgba(snapshot.palette);
    /** Whether all pixels are here, rather than those of some blocks. */
    this.isWhole = snapshot.hasPixels;
    /** Cells per side of a block. */
    this.blockCells = Math.max(1, BLOCK_SIDE / snapshot.tileSize);
    this.blockColumns = Math.ceil(snapshot.columns / this.blockCells);
    for (const tile of snapshot.tiles) this.#put({ ...tile, details: null });
  }

  /**
   * Take over another palette: pixels keep their colours, because only unused ones are ever changed.
   * @param {string[]} palette
   */
  usePalette(palette) {
    this.palette = palette;
    this.rgba = paletteRgba(palette);
  }

  /**
   * Return the number of the block of a cell.
   * @param {number} x
   * @param {number} y
   */
  blockAt(x, y) {
    return Math.floor(y / this.blockCells) * this.blockColumns + Math.floor(x / this.blockCells);
  }

  /**
   * Return the numbers of the blocks that a rectangle of cells touches; it may reach beyond the canvas.
   * @param {Cells} cells
   */
  blocksIn({ x, y, columns, rows }) {
    const side = this.blockCells;
    const [right, bottom] = [
      Math.min(x + columns, this.canvas.columns),
      Math.min(y + rows, this.canvas.rows),
    ];
    const blocks = [];
    for (let row = Math.floor(Math.max(0, y) / side); row * side < bottom; row++)
      for (let column = Math.floor(Math.max(0, x) / side); column * side < right; column++)
        blocks.push(row * this.blockColumns + column);
    return blocks;
  }

  /**
   * Return the cells of a block, of which there are fewer at the edges of the canvas.
   * @param {number} block
   * @returns {Cells}
   */
  cellsOf(block) {
    const side = this.blockCells;
    const [x, y] = [(block % this.blockColumns) * side, Math.floor(block / this.blockColumns) * side];
    const { columns, rows } = this.canvas;
    return { x, y, columns: Math.min(side, columns - x), rows: Math.min(side, rows - y) };
  }

  /** @param {number} block */
  isLoaded(block) {
    return this.isWhole || this.#blocks.has(block);
  }

  /**
   * Take the pixels of a block.
   * @param {number} block
   * @param {Snapshot} snapshot of its cells, which contains all changes that were applied before it was
   *   asked for
   * @param {FeedEvent[]} missed changes that were applied since then, in order
   */
  take(block, { seq, tiles }, missed) {
    const details = new Map();
    for (const tile of this.#tilesOf(block)) {
      details.set(tile.id, tile.details);
      this.#remove(tile.id);
    }
    for (const tile of tiles) this.#put({ ...tile, details: details.get(tile.id) ?? null });
    this.#blocks.set(block, seq);
    this.#catchingUp = block;
    for (const event of missed) this.apply(event);
    this.#catchingUp = null;
  }

  /**
   * Forget the pixels of a block.
   * @param {number} block
   */
  release(block) {
    this.#blocks.delete(block);
    for (const tile of this.#tilesOf(block)) tile.pixels = null;
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
   * Return one byte per pixel, row by row; null where there is no tile, or where it is not loaded. A live
   * view: do not write to it.
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
   * @returns {Change[]} what it made of cells; nothing of those whose block was loaded with it
   */
  apply(event) {
    switch (event.kind) {
      case "tile.created":
      case "tile.updated":
        return event.tile ? this.#show(event.tile, event.seq) : this.#hide(event.tile_id, event.seq);
      case "tile.deleted": {
        const id = this.#byId.has(event.tile_id) ? event.tile_id : this.#unnamedId(event.x, event.y);
        return this.#hide(id, event.seq);
      }
      case "tile.painted":
        return this.#paint(event);
      case "pixels.placed":
        return this.#place(event);
      case "tile.liked":
      case "tile.unliked": {
        const details = this.#byId.get(event.tile_id)?.details;
        if (details) details.like_count = event.like_count;
      }
    }
    return [];
  }

  /**
   * Return the colour of a pixel of the canvas, 0 where nothing is painted, null where that is not known.
   * @param {number} x
   * @param {number} y
   */
  colourAt(x, y) {
    const { tileSize } = this.canvas;
    const [column, row] = [Math.floor(x / tileSize), Math.floor(y / tileSize)];
    if (!this.isLoaded(this.blockAt(column, row))) return null;
    return this.pixelsOf(column, row)?.[(y % tileSize) * tileSize + (x % tileSize)] ?? 0;
  }

  /**
   * Place pixels in `place` mode; the first one in a cell makes its tile.
   * @param {FeedEvent} event
   * @returns {Change[]}
   */
  #place({ seq, pixels }) {
    const { tileSize } = this.canvas;
    /** @type {Map<Tile, [offset: number, colour: number][]>} */
    const placed = new Map();
    for (const [x, y, colour] of pixels) {
      const [column, row] = [Math.floor(x / tileSize), Math.floor(y / tileSize)];
      if (!this.#isNews(column, row, seq)) continue;
      const tile = this.tileAt(column, row) ?? this.#begin(column, row);
      const painted = placed.get(tile) ?? [];
      placed.set(tile, painted);
      painted.push([(y % tileSize) * tileSize + (x % tileSize), colour]);
    }
    return [...placed].map(([tile, painted]) => this.#change(tile, painted, tile.version + 1, seq));
  }

  /**
   * Add a blank tile under an id of its own: the feed does not name tiles that placements make.
   * @param {number} x
   * @param {number} y
   */
  #begin(x, y) {
    const pixels = this.isLoaded(this.blockAt(x, y)) ? new Uint8Array(this.canvas.tileSize ** 2) : null;
    const tile = { id: this.#unnamedId(x, y), x, y, version: 0, pixels, details: null };
    this.#put(tile);
    return tile;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #unnamedId(x, y) {
    return -1 - (y * this.canvas.columns + x);
  }

  /**
   * @param {TileView} view
   * @param {number} seq
   * @returns {Change[]}
   */
  #show(view, seq) {
    const { id, x, y, version } = view;
    if (!this.#isNews(x, y, seq)) return [];
    const pixels = fromBase64(view.pixels ?? "");
    const kept = this.isLoaded(this.blockAt(x, y)) ? pixels : null;
    this.#put({ id, x, y, version, pixels: kept, details: { ...view, pixels: null } });
    return [{ x, y, seq, painted: null, pixels }];
  }

  /**
   * @param {FeedEvent} event
   * @returns {Change[]}
   */
  #paint({ tile_id, version, pixels, seq }) {
    const tile = this.#byId.get(tile_id);
    // another artist's draft is not here: its strokes come without pixels
    return tile && this.#isNews(tile.x, tile.y, seq) ? [this.#change(tile, pixels, version, seq)] : [];
  }

  /**
   * @param {Tile} tile
   * @param {[offset: number, colour: number][]} painted
   * @param {number} version
   * @param {number} seq
   * @returns {Change}
   */
  #change(tile, painted, version, seq) {
    if (tile.pixels) for (const [offset, colour] of painted) tile.pixels[offset] = colour;
    tile.version = version;
    if (tile.details) tile.details.version = version;
    return { x: tile.x, y: tile.y, seq, painted, pixels: null };
  }

  /**
   * @param {number} id
   * @param {number} seq
   * @returns {Change[]}
   */
  #hide(id, seq) {
    const tile = this.#byId.get(id);
    if (!tile || !this.#isNews(tile.x, tile.y, seq)) return [];
    this.#remove(id);
    return [{ x: tile.x, y: tile.y, seq, painted: null, pixels: null }];
  }

  /**
   * Return whether a cell is to be changed: not if its block was loaded with the change, or while changes are
   * repeated for another block.
   * @param {number} x
   * @param {number} y
   * @param {number} seq
   */
  #isNews(x, y, seq) {
    const block = this.blockAt(x, y);
    return (this.#catchingUp ?? block) === block && seq > (this.#blocks.get(block) ?? 0);
  }

  /** @param {number} block */
  #tilesOf(block) {
    const { x, y, columns, rows } = this.cellsOf(block);
    const found = [];
    for (let row = y; row < y + rows; row++)
      for (let column = x; column < x + columns; column++) found.push(this.tileAt(column, row));
    return found.filter((tile) => tile !== null);
  }

  /** @param {number} id */
  #remove(id) {
    const tile = this.#byId.get(id);
    if (!tile) return;
    this.#byId.delete(id);
    this.#byCell.delete(tile.y * this.canvas.columns + tile.x);
  }

  /** @param {Tile} tile */
  #put(tile) {
    this.#byId.delete(this.#unnamedId(tile.x, tile.y));
    this.#byId.set(tile.id, tile);
    this.#byCell.set(tile.y * this.canvas.columns + tile.x, tile);
  }
}
