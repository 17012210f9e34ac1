/**
 * Parts of a tile that are selected. Pure functions.
 * @typedef {{x: number, y: number, width: number, height: number}} Box  in pixels of the tile
 * @typedef {Box & {mask?: Uint8Array | null}} Region  a box; with a mask, the pixels of it that are not 0
 *   there, row by row
 * @typedef {readonly [-1 | 0 | 1, -1 | 0 | 1]} Handle  what a box is stretched by: which sides of it move,
 *   left or right and top or bottom
 */

import { alike, flood, isInside, line } from "./geometry.js";

/** @import { Point } from "./geometry.js" */

/** What becomes of what is selected when something is selected next. */
export const COMBINATIONS = /** @type {const} */ (["replace", "add", "subtract", "intersect"]);
/** @typedef {typeof COMBINATIONS[number]} Combination */

/**
 * Return the box between two opposite corners, clipped to the tile; null if it is outside.
 * @param {Point} from
 * @param {Point} to
 * @param {number} size
 * @returns {Region | null}
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
 * Return the region of these points, clipped to the tile; null if they are all outside.
 * @param {readonly Point[]} points
 * @param {number} size
 * @returns {Region | null}
 */
export function regionOf(points, size) {
  const inside = points.filter((point) => isInside(size, point));
  if (!inside.length) return null;
  let [left, top, right, bottom] = [size, size, 0, 0];
  for (const [x, y] of inside) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  const [width, height] = [right - left + 1, bottom - top + 1];
  const mask = new Uint8Array(width * height);
  for (const [x, y] of inside) mask[(y - top) * width + x - left] = 1;
  return { x: left, y: top, width, height, mask };
}

/**
 * Combine what is selected with what is selected next; null stands for nothing.
 * @param {Combination} how
 * @param {Region | null} before
 * @param {Region | null} next
 * @param {number} size
 * @returns {Region | null}
 */
export function combine(how, before, next, size) {
  switch (how) {
    case "add":
      return before && next ? regionOf([...pointsOf(before), ...pointsOf(next)], size) : (before ?? next);
    case "subtract":
      return before && next ? filter(before, (point) => !contains(next, point), size) : before;
    case "intersect":
      return before && next ? filter(before, (point) => contains(next, point), size) : null;
    default:
      return next;
  }
}

/**
 * @param {Region} region
 * @param {(point: Point) => boolean} isKept
 * @param {number} size
 */
function filter(region, isKept, size) {
  return regionOf(pointsOf(region).filter(isKept), size);
}

/**
 * @param {Region} region
 * @returns {Point[]}
 */
function pointsOf(region) {
  const { x, y, width, height } = region;
  const all = Array.from({ length: width * height }, (_, offset) => {
    return /** @type {Point} */ ([x + (offset % width), y + Math.floor(offset / width)]);
  });
  return all.filter((point) => contains(region, point));
}

/**
 * Return what a closed path goes around, and the path itself.
 * @param {readonly Point[]} path
 * @param {number} size
 * @returns {Region | null} null if it is outside the tile
 */
export function lasso(path, size) {
  const edges = path.map((point, index) => [point, path[(index + 1) % path.length]]);
  const points = edges.flatMap(([from, to]) => line(from, to));
  for (let y = 0; y < size; y++) {
    const crossings = edges
      .filter(([from, to]) => from[1] <= y !== to[1] <= y)
      .map(([from, to]) => from[0] + ((y - from[1]) * (to[0] - from[0])) / (to[1] - from[1]))
      .sort((one, other) => one - other);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const end = Math.min(size - 1, Math.floor(crossings[index + 1]));
      for (let x = Math.max(0, Math.ceil(crossings[index])); x <= end; x++) points.push([x, y]);
    }
  }
  return regionOf(points, size);
}

/**
 * Return the pixels that have the colour of a point.
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Point} point
 * @param {boolean} isContiguous whether only those that are connected to it
 * @returns {Region | null} null for a point outside the tile
 */
export function wand(pixels, size, point, isContiguous) {
  return regionOf((isContiguous ? flood : alike)(pixels, size, point), size);
}

/**
 * Return whether a point is selected.
 * @param {Region} region
 * @param {Point} point
 */
export function contains({ x, y, width, height, mask }, [column, row]) {
  const [right, down] = [column - x, row - y];
  if (right < 0 || down < 0 || right >= width || down >= height) return false;
  return mask?.[down * width + right] !== 0;
}

/**
 * Return the lines around a region, from left or top to right or bottom: those between two pixels of which
 * one is selected.
 * @param {Region} region
 * @returns {[left: number, top: number, right: number, bottom: number][]}
 */
export function edgesOf(region) {
  const { x, y, width, height, mask } = region;
  if (!mask)
    return [
      [x, y, x + width, y],
      [x, y + height, x + width, y + height],
      [x, y, x, y + height],
      [x + width, y, x + width, y + height],
    ];
  const edges = /** @type {[number, number, number, number][]} */ ([]);
  for (let row = y; row <= y + height; row++) {
    for (let column = x; column <= x + width; column++) {
      const isSelected = contains(region, [column, row]);
      if (isSelected !== contains(region, [column, row - 1])) edges.push([column, row, column + 1, row]);
      if (isSelected !== contains(region, [column - 1, row])) edges.push([column, row, column, row + 1]);
    }
  }
  return edges;
}

/**
 * Return the transparent pixels that have a painted one of the region beside them; they may be outside the
 * region.
 * @param {Uint8Array} pixels
 * @param {number} size
 * @param {Region} region
 * @returns {Point[]}
 */
export function outline(pixels, size, region) {
  const isPainted = (/** @type {number} */ x, /** @type {number} */ y) =>
    isInside(size, [x, y]) && pixels[y * size + x] !== 0 && contains(region, [x, y]);
  const points = /** @type {Point[]} */ ([]);
  pixels.forEach((colour, offset) => {
    const [x, y] = [offset % size, Math.floor(offset / size)];
    const isBeside = isPainted(x - 1, y) || isPainted(x + 1, y) || isPainted(x, y - 1) || isPainted(x, y + 1);
    if (colour === 0 && isBeside) points.push([x, y]);
  });
  return points;
}

/**
 * Move the sides of a box that a handle holds. The box keeps at least a pixel, and grows to `most` at most.
 * @param {Box} box
 * @param {Handle} handle
 * @param {Point} by how far the handle is moved
 * @param {number} most pixels in either direction
 * @param {boolean} [keepsShape] whether width and height keep their ratio, where a corner is moved
 * @returns {Box}
 */
export function stretch({ x, y, width, height }, [right, down], by, most, keepsShape = false) {
  const bounded = (/** @type {number} */ side) => Math.max(1, Math.min(most, Math.round(side)));
  let [wide, high] = [bounded(width + right * by[0]), bounded(height + down * by[1])];
  if (keepsShape && right && down) {
    const factor = Math.min(Math.max(wide / width, high / height), most / width, most / height);
    [wide, high] = [bounded(width * factor), bounded(height * factor)];
  }
  return {
    x: right < 0 ? x + width - wide : x,
    y: down < 0 ? y + height - high : y,
    width: wide,
    height: high,
  };
}
