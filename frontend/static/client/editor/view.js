/** @import { Point } from "../model/geometry.js" */
/** @import { Box, Handle } from "../model/regions.js" */

/**
 * Zoom and position of the tile on the screen. Pure functions.
 * @typedef {{scale: number, x: number, y: number}} View `scale`: screen pixels per tile pixel; `x` and `y`:
 *   the tile's top left corner on the screen
 */

const MIN_SCALE = 1;
export const MAX_SCALE = 64;

/** Visible part of the neighbours around a fitted tile, as a fraction of its side. */
const MARGIN = 0.18;

/**
 * Return the view of the whole tile and the edges of its neighbours.
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
 * Zoom by `factor` and keep the point at (x, y) in place.
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
 * Clamp the view so that the centre of the screen is on the tile.
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
 * Return the pixel of the tile at a point of the screen; it may be outside the tile.
 * @param {View} view
 * @param {number} x
 * @param {number} y
 * @returns {Point}
 */
export function pixelAt(view, x, y) {
  return [Math.floor((x - view.x) / view.scale), Math.floor((y - view.y) / view.scale)];
}

/** Screen pixels from a box to its handles, so that a box of one pixel can still be grabbed. */
const HANDLE_GAP = 6;

/**
 * Screen pixels per side of a box from which the side has a handle of its own, between those of the corners.
 */
const LONG_SIDE = 28;

/**
 * Return the handles around a box of the tile, and where they are on the screen: one per corner and long
 * side.
 * @param {View} view
 * @param {Box} box
 * @returns {{handle: Handle, place: Point}[]}
 */
export function handlesOf({ scale, x, y }, box) {
  const sides = /** @type {const} */ ([-1, 0, 1]);
  const place = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ side) =>
    start + (length * scale * (side + 1)) / 2 + side * HANDLE_GAP;
  return sides.flatMap((down) =>
    sides
      .filter(
        (right) => (right || box.width * scale >= LONG_SIDE) && (down || box.height * scale >= LONG_SIDE),
      )
      .filter((right) => right || down)
      .map((right) => ({
        handle: /** @type {Handle} */ ([right, down]),
        place: /** @type {Point} */ ([
          place(x + box.x * scale, box.width, right),
          place(y + box.y * scale, box.height, down),
        ]),
      })),
  );
}

/**
 * Return the nearest handle of a box that is within reach of a place outside the box, or null.
 * @param {View} view
 * @param {Box} box
 * @param {Point} place on the screen
 * @param {number} reach screen pixels
 * @returns {Handle | null}
 */
export function handleAt(view, box, [x, y], reach) {
  const [column, row] = pixelAt(view, x, y);
  const isInside = column >= box.x && row >= box.y && column < box.x + box.width && row < box.y + box.height;
  if (isInside) return null;
  const near = handlesOf(view, box)
    .map(({ handle, place }) => ({ handle, distance: Math.hypot(place[0] - x, place[1] - y) }))
    .filter(({ distance }) => distance <= reach)
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.handle ?? null;
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
