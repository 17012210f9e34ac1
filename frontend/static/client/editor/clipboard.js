/** @import { Point } from "./tools.js" */

/**
 * Pieces of a picture: cutting, transforming and stamping.
 * @typedef {{width: number, height: number, pixels: Uint8Array}} Piece  row by row, as a tile
 * @typedef {{x: number, y: number, width: number, height: number}} Box  in pixels of the tile
 * @typedef {[offset: number, colour: number]} Change
 */

/**
 * Return the box between two opposite corners, clipped to the tile; null if it is outside.
 * @param {Point} from
 * @param {Point} to
 * @param {number} size
 * @returns {Box | null}
 */
export function spanBox(from, to, size) {
  const left = Math.max(0, Math.min(from[0], to[0]));
  const top = Math.max(0, Math.min(from[1], to[1]));
  const right = Math.min(size - 1, Math.max(from[0], to[0]));
  const bottom = Math.min(size - 1, Math.max(from[1], to[1]));
  if (left > right || top > bottom) return null;
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/**
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Box} box
 * @returns {Piece}
 */
export function copy(pixels, size, { x, y, width, height }) {
  const piece = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y + row) * size + x;
    piece.set(pixels.subarray(start, start + width), row * width);
  }
  return { width, height, pixels: piece };
}

/**
 * Return the changes that make a box of the tile transparent.
 * @param {number} size
 * @param {Box} box
 * @returns {Change[]}
 */
export function clearBox(size, { x, y, width, height }) {
  const changes = /** @type {Change[]} */ ([]);
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) changes.push([row * size + column, 0]);
  }
  return changes;
}

/**
 * Return the changes of stamping a piece with its top left corner at (x, y). Transparent pixels change
 * nothing; the piece is clipped to the tile.
 * @param {Piece} piece
 * @param {number} size
 * @param {Point} at
 * @returns {Change[]}
 */
export function stamp(piece, size, [x, y]) {
  const changes = /** @type {Change[]} */ ([]);
  for (let row = 0; row < piece.height; row++) {
    for (let column = 0; column < piece.width; column++) {
      const colour = piece.pixels[row * piece.width + column];
      const left = x + column;
      const top = y + row;
      if (colour && left >= 0 && top >= 0 && left < size && top < size)
        changes.push([top * size + left, colour]);
    }
  }
  return changes;
}

/**
 * Mirror horizontally.
 * @param {Piece} piece
 */
export function flipHorizontally({ width, height, pixels }) {
  return rearrange(width, height, (x, y) => pixels[y * width + width - 1 - x]);
}

/**
 * Mirror vertically.
 * @param {Piece} piece
 */
export function flipVertically({ width, height, pixels }) {
  return rearrange(width, height, (x, y) => pixels[(height - 1 - y) * width + x]);
}

/**
 * Rotate clockwise by 90 degrees.
 * @param {Piece} piece
 */
export function rotate({ width, height, pixels }) {
  return rearrange(height, width, (x, y) => pixels[(height - 1 - x) * width + y]);
}

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number} colourAt
 * @returns {Piece}
 */
function rearrange(width, height, colourAt) {
  const pixels = Uint8Array.from({ length: width * height }, (_, offset) =>
    colourAt(offset % width, Math.floor(offset / width)),
  );
  return { width, height, pixels };
}
