/**
 * What painting a picture over several tiles comes to: which tiles get which pixels, and which are left out.
 * Pure functions.
 *
 * @typedef {{id: number, version: number, creator: ArtistView | null, pixels: Uint8Array}} KnownTile
 * @typedef {{canvas: CanvasView, artist: Me, remainingTiles: number,
 *   tileAt: (cell: Cell) => KnownTile | null, areaHolderOf: (cell: Cell) => ArtistView | null,
 *   isLocked: (tile: KnownTile) => boolean}} Board
 *   `isLocked`: whether another artist holds the tile
 * @typedef {Obstacle | "locked"} Reason
 * @typedef {{cell: Cell, tile: KnownTile | null, part: Uint16Array}} Step
 *   `part`: the picture in this cell; without a tile, the cell is claimed
 * @typedef {{steps: Step[], skipped: Map<Reason, Cell[]>}} Plan
 */

import { findObstacle } from "../editor/access.js";
import { isSame } from "../model/tile-pixels.js";

/** @import { ArtistView, CanvasView } from "#api" */
/** @import { Obstacle } from "../editor/access.js" */
/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { Me } from "../model/permissions.js" */
/** @import { Picture } from "../model/templates.js" */

/**
 * Return the cells that a picture touches; null if it lies beside the canvas.
 * @param {{x: number, y: number, width: number, height: number}} picture
 * @param {{columns: number, rows: number, tile_size: number}} canvas
 */
export function cellsUnder({ x, y, width, height }, { columns, rows, tile_size: size }) {
  const left = Math.max(0, Math.floor(x / size));
  const top = Math.max(0, Math.floor(y / size));
  const right = Math.min(columns, Math.ceil((x + width) / size));
  const bottom = Math.min(rows, Math.ceil((y + height) / size));
  if (left >= right || top >= bottom) return null;
  return { x: left, y: top, columns: right - left, rows: bottom - top };
}

/**
 * Decide what is painted, cell by cell, row by row. Cells in which nothing would change need nothing.
 * @param {Picture} picture
 * @param {Board} board
 * @param {boolean} erases whether what is transparent in the picture becomes transparent
 * @returns {Plan}
 */
export function planPicture(picture, board, erases) {
  const { canvas } = board;
  /** @type {Plan} */
  const plan = { steps: [], skipped: new Map() };
  const covered = cellsUnder(picture, canvas);
  let { remainingTiles } = board;
  for (let row = 0; row < (covered?.rows ?? 0); row++) {
    for (let column = 0; column < (covered?.columns ?? 0); column++) {
      const cell = { x: (covered?.x ?? 0) + column, y: (covered?.y ?? 0) + row };
      const part = partOf(picture, cell, canvas.tile_size);
      const tile = board.tileAt(cell);
      if (!changes(tile, part, erases)) continue;
      const reason = reasonAgainst(board, cell, tile, remainingTiles);
      if (reason) plan.skipped.set(reason, [...(plan.skipped.get(reason) ?? []), cell]);
      else {
        plan.steps.push({ cell, tile, part });
        if (!tile) remainingTiles -= 1;
      }
    }
  }
  return plan;
}

/**
 * @param {Board} board
 * @param {Cell} cell
 * @param {KnownTile | null} tile
 * @param {number} remainingTiles
 * @returns {Reason | null}
 */
function reasonAgainst({ canvas, artist, areaHolderOf, isLocked }, cell, tile, remainingTiles) {
  if (tile && isLocked(tile)) return "locked";
  return findObstacle({ canvas, tile, artist, areaHolder: areaHolderOf(cell), remainingTiles });
}

/** Stands for a pixel of a cell that the picture does not cover: no palette has so many colours. */
const UNCOVERED = 255 + 1;

/**
 * Cut out the part of a picture in a cell.
 * @param {Picture} picture
 * @param {Cell} cell
 * @param {number} size
 * @returns {Uint16Array}
 */
function partOf(picture, cell, size) {
  const part = new Uint16Array(size * size).fill(UNCOVERED);
  const [left, top] = [cell.x * size - picture.x, cell.y * size - picture.y];
  const end = Math.min(size, picture.width - left);
  for (let y = Math.max(0, -top); y < Math.min(size, picture.height - top); y++) {
    const from = (top + y) * picture.width + left;
    const start = Math.max(0, -left);
    part.set(picture.indices.subarray(from + start, from + end), y * size + start);
  }
  return part;
}

/**
 * Lay a part of a picture over the pixels of a tile, or of an empty cell.
 * @param {Uint8Array | null} pixels
 * @param {Uint16Array} part
 * @param {boolean} erases
 */
export function lay(pixels, part, erases) {
  const laid = pixels?.slice() ?? new Uint8Array(part.length);
  part.forEach((colour, offset) => {
    if (colour !== UNCOVERED && (colour || erases)) laid[offset] = colour;
  });
  return laid;
}

/**
 * @param {KnownTile | null} tile
 * @param {Uint16Array} part
 * @param {boolean} erases
 */
function changes(tile, part, erases) {
  if (!tile) return part.some((colour) => colour !== UNCOVERED && colour !== 0);
  return !isSame(lay(tile.pixels, part, erases), tile.pixels);
}

/**
 * Return the picture without what is left out, as it will be seen.
 * @param {Picture} picture
 * @param {Iterable<Cell>} skipped
 * @param {number} size of a tile
 * @returns {Picture}
 */
export function without(picture, skipped, size) {
  const indices = picture.indices.slice();
  for (const cell of skipped) {
    const [left, top] = [cell.x * size - picture.x, cell.y * size - picture.y];
    for (let y = Math.max(0, top); y < Math.min(picture.height, top + size); y++)
      indices.fill(
        0,
        y * picture.width + Math.max(0, left),
        y * picture.width + Math.min(picture.width, left + size),
      );
  }
  return { ...picture, indices };
}
