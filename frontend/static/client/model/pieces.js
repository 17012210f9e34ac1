/** @import { Point } from "./geometry.js" */
/** @import { Region } from "./regions.js" */

/**
 * Pieces of a picture: cutting, transforming and stamping.
 * @typedef {{width: number, height: number, pixels: Uint8Array, mask?: Uint8Array | null}} Piece  row by row,
 *   as a tile; what the mask leaves out is transparent
 * @typedef {[offset: number, colour: number]} Change
 */

/**
 * Return a whole tile as a piece; null if it is not known.
 * @param {Uint8Array | null} pixels
 * @returns {Piece | null}
 */
export function pieceOf(pixels) {
  const size = Math.sqrt(pixels?.length ?? 0);
  return pixels && { width: size, height: size, pixels };
}

/**
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Region} region
 * @returns {Piece}
 */
export function copy(pixels, size, { x, y, width, height, mask = null }) {
  const piece = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y + row) * size + x;
    piece.set(pixels.subarray(start, start + width), row * width);
  }
  if (!mask) return { width, height, pixels: piece };
  return { width, height, pixels: piece.map((colour, offset) => (mask[offset] ? colour : 0)), mask };
}

/**
 * Return the changes that make a region of the tile transparent.
 * @param {number} size
 * @param {Region} region
 * @returns {Change[]}
 */
export function clear(size, { x, y, width, height, mask = null }) {
  const changes = /** @type {Change[]} */ ([]);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (!mask || mask[row * width + column]) changes.push([(y + row) * size + x + column, 0]);
    }
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
export function flipHorizontally(piece) {
  const { width, height } = piece;
  return rearrange(piece, width, height, (x, y) => y * width + width - 1 - x);
}

/**
 * Mirror vertically.
 * @param {Piece} piece
 */
export function flipVertically(piece) {
  const { width, height } = piece;
  return rearrange(piece, width, height, (x, y) => (height - 1 - y) * width + x);
}

/**
 * Rotate clockwise by 90 degrees.
 * @param {Piece} piece
 */
export function rotate(piece) {
  const { width, height } = piece;
  return rearrange(piece, height, width, (x, y) => (height - 1 - x) * width + y);
}

/**
 * Scale without new colours: each pixel shows the nearest one of the piece.
 * @param {Piece} piece
 * @param {number} width at least 1
 * @param {number} height at least 1
 */
export function scale(piece, width, height) {
  return rearrange(piece, width, height, (x, y) => {
    const column = Math.floor(((x + 0.5) * piece.width) / width);
    return Math.floor(((y + 0.5) * piece.height) / height) * piece.width + column;
  });
}

/**
 * @param {Piece} piece
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number} offsetOf where in the piece a pixel of the new one is
 * @returns {Piece}
 */
function rearrange({ pixels, mask = null }, width, height, offsetOf) {
  const places = Array.from({ length: width * height }, (_, offset) =>
    offsetOf(offset % width, Math.floor(offset / width)),
  );
  const from = (/** @type {Uint8Array} */ values) => Uint8Array.from(places, (place) => values[place]);
  return { width, height, pixels: from(pixels), ...(mask && { mask: from(mask) }) };
}
