/** @import { Point } from "./tools.js" */

/**
 * Where the tile lies on the screen: zoom and position, pure.
 * @typedef {{scale: number, x: number, y: number}} View screen pixels a tile's pixel has, and where the
 *   tile's top left corner is on the screen
 */

export const MIN_SCALE = 1;
export const MAX_SCALE = 64;

/** How much of the neighbours shows around a tile that fits, in parts of its side. */
const MARGIN = 0.18;

/**
 * Show the whole tile and the edges of its neighbours.
 * @param {number} size
 * @param {number} width
 * @param {number} height
 * @returns {View}
 */
export function fitView(size, width, height) {
  const side = Math.min(width, height) / (size * (1 + 2 * MARGIN));
  const scale = clamp(side < 4 ? side : Math.floor(side), MIN_SCALE, MAX_SCALE);
  return { scale, x: Math.round((width - size * scale) / 2), y: Math.round((height - size * scale) / 2) };
}

/**
 * Magnify the view by `factor`, with what is at (x, y) staying there.
 * @param {View} view
 * @param {number} factor
 * @param {number} x
 * @param {number} y
 * @returns {View}
 */
export function zoomView(view, factor, x, y) {
  const scale = clamp(view.scale * factor, MIN_SCALE, MAX_SCALE);
  const actual = scale / view.scale;
  return { scale, x: x - (x - view.x) * actual, y: y - (y - view.y) * actual };
}

/**
 * Move the view back so far that the middle of the screen lies on the tile, so that it cannot get lost.
 * @param {View} view
 * @param {number} size
 * @param {number} width
 * @param {number} height
 * @returns {View}
 */
export function keepInView({ scale, x, y }, size, width, height) {
  const side = size * scale;
  return { scale, x: clamp(x, width / 2 - side, width / 2), y: clamp(y, height / 2 - side, height / 2) };
}

/**
 * Return the pixel of the tile at a place on the screen; it may lie outside the tile.
 * @param {View} view
 * @param {number} x
 * @param {number} y
 * @returns {Point}
 */
export function pixelAt(view, x, y) {
  return [Math.floor((x - view.x) / view.scale), Math.floor((y - view.y) / view.scale)];
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
