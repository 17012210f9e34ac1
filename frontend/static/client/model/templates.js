/**
 * Templates: pictures to paint by. What of one is painted, where to go on, and how it looks over the canvas.
 * Pure functions; `indices` are palette indices, row by row, 0 where nothing is to be painted.
 */

/** @import { CanvasPixels, Cell } from "./canvas-pixels.js" */

/**
 * @typedef {{x: number, y: number, width: number, height: number, indices: Uint8Array}} Picture `x` and `y`
 *   in pixels of the canvas, beyond which it may reach
 */
/** @typedef {{pixels: number, right: number, wrong: number, empty: number}} Progress */
/** @typedef {"plain" | "dots" | "symbols"} Style */
/**
 * @typedef {{colour: number | null, isOnlyWrong: boolean}} Filter `colour`: show that only; `isOnlyWrong`:
 *   only what is not painted yet, or in another colour
 */

/** Pixels per side of a pixel whose middle is a dot. */
export const DOT_SIDE = 3;

/**
 * Visit each pixel of a template that is to be painted and lies on the canvas, row by row.
 * @param {Picture} picture
 * @param {CanvasPixels} pixels
 * @param {(at: number, wanted: number, isRight: boolean, painted: number) => boolean | void} visit `at`:
 *   offset in the template; returns true to end it
 */
export function visitPixels(picture, pixels, visit) {
  const { x: left, y: top, width, indices } = picture;
  const { columns, rows, tileSize } = pixels.canvas;
  const same = firstOfEquals(pixels.palette);
  const end = Math.min(width, columns * tileSize - left);
  const bottom = Math.min(picture.height, rows * tileSize - top);
  for (let row = Math.max(0, -top); row < bottom; row++) {
    const y = top + row;
    for (let column = Math.max(0, -left); column < end; ) {
      const x = left + column;
      const tile = pixels.pixelsOf(Math.floor(x / tileSize), Math.floor(y / tileSize));
      const within = (y % tileSize) * tileSize;
      const stop = Math.min(end, column + tileSize - (x % tileSize));
      for (; column < stop; column++) {
        const at = row * width + column;
        if (!indices[at]) continue;
        const painted = tile ? tile[within + ((left + column) % tileSize)] : 0;
        if (visit(at, indices[at], same[painted] === same[indices[at]], painted)) return;
      }
    }
  }
}

/**
 * Count what is painted of a template.
 * @param {Picture} picture
 * @param {CanvasPixels} pixels
 * @returns {Progress}
 */
export function measure(picture, pixels) {
  const progress = { pixels: 0, right: 0, wrong: 0, empty: 0 };
  visitPixels(picture, pixels, (_at, _wanted, isRight, painted) => {
    progress.pixels++;
    if (isRight) progress.right++;
    else if (painted) progress.wrong++;
    else progress.empty++;
  });
  return progress;
}

/**
 * Return the share that is right, in whole per cent; 100 only when all of it is.
 * @param {Progress} progress
 */
export function percentOf({ pixels, right }) {
  return pixels ? Math.floor((100 * right) / pixels) : 0;
}

/**
 * Return the next pixel that is not right, after a pixel of the canvas in reading order, from the start again
 * after the last; null if there is none.
 * @param {Picture} picture
 * @param {CanvasPixels} pixels
 * @param {Cell | null} after
 * @param {number | null} [colour] look for this one only
 * @returns {(Cell & {colour: number}) | null}
 */
export function findNextWrong(picture, pixels, after, colour = null) {
  const { x, y, width, indices } = picture;
  let first = -1;
  let next = -1;
  visitPixels(picture, pixels, (at, wanted, isRight) => {
    if (isRight || (colour !== null && wanted !== colour)) return false;
    if (first < 0) first = at;
    const row = y + Math.floor(at / width);
    if (after && (row < after.y || (row === after.y && x + (at % width) <= after.x))) return false;
    next = at;
    return true;
  });
  const found = next < 0 ? first : next;
  if (found < 0) return null;
  return { x: x + (found % width), y: y + Math.floor(found / width), colour: indices[found] };
}

/**
 * Return the indices that a filter lets through; beyond the canvas everything is still to be painted.
 * @param {Picture} picture
 * @param {CanvasPixels} pixels
 * @param {Filter} filter
 * @returns {Uint8Array}
 */
export function filtered(picture, pixels, { colour, isOnlyWrong }) {
  const { indices } = picture;
  if (colour === null && !isOnlyWrong) return indices;
  const shown = colour === null ? indices.slice() : indices.map((index) => (index === colour ? index : 0));
  if (isOnlyWrong)
    visitPixels(picture, pixels, (at, _wanted, isRight) => {
      if (isRight) shown[at] = 0;
    });
  return shown;
}

/**
 * Draw indices with a number of pixels per side each, of which only the middle has a colour.
 * @param {Uint8Array} indices
 * @param {number} width
 * @param {number} side odd; 1 draws them whole
 * @param {Uint32Array} rgba colours by index
 * @returns {Uint32Array} words of an ImageData that is `side` times as wide and high
 */
export function drawIndices(indices, width, side, rgba) {
  const words = new Uint32Array(indices.length * side * side);
  const middle = (side - 1) / 2;
  for (let at = 0; at < indices.length; at++) {
    const row = Math.floor(at / width) * side + middle;
    words[row * width * side + (at % width) * side + middle] = rgba[indices[at]];
  }
  return words;
}

/**
 * Return the sign of a colour, for those who cannot tell it from others: 1 to 9, A to Z, 10, 11, …
 * @param {number} colour palette index
 */
export function signOf(colour) {
  return colour < 36 ? colour.toString(36).toUpperCase() : String(colour - 26);
}

/**
 * Return for each index the first that has the same colour: a palette may have one twice.
 * @param {readonly string[]} palette
 */
function firstOfEquals(palette) {
  return [0, ...palette.map((colour) => palette.indexOf(colour) + 1)];
}
