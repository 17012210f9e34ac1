/**
 * Ordered dithering: two colours mixed in a pattern that stays in place, however often one paints over it.
 * Pure functions.
 * @typedef {"linear" | "radial"} Blend how a gradient runs: along a line, or around a point
 */

/** @import { Point } from "./geometry.js" */

export const BLENDS = /** @type {const} */ (["linear", "radial"]);

/** Shares of the pixels that the dither brush covers, of which one is chosen. */
export const DENSITIES = /** @type {const} */ ([0.25, 0.5, 0.75]);

/**
 * Return the threshold of a pixel in ordered dithering, -0.5 to 0.5: the 8 x 8 matrix of B. E. Bayer (An
 * optimum method for two-level rendition of continuous-tone pictures, ICC 1973), made of the bits of x and y.
 * @param {number} x
 * @param {number} y
 */
export function bayer(x, y) {
  let rank = 0;
  for (let bit = 0; bit < 3; bit++) {
    const [right, down] = [(x >> bit) & 1, (y >> bit) & 1];
    rank |= (((right ^ down) << 1) | down) << (2 * (2 - bit));
  }
  return (rank + 0.5) / 64 - 0.5;
}

/**
 * Return whether a pixel belongs to the pattern that covers a share of them all.
 * @param {Point} point
 * @param {number} share 0 to 1
 */
export function isCovered([x, y], share) {
  return share > bayer(x, y) + 0.5;
}

/**
 * Return how much of the second colour a gradient has at a pixel, 0 to 1: none up to `from`, all of it from
 * `to` on.
 * @param {Point} from
 * @param {Point} to
 * @param {Blend} blend
 * @param {Point} point
 */
export function shareAt(from, to, blend, [x, y]) {
  const [width, height] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(width, height);
  if (!length) return 0;
  const [right, down] = [x - from[0], y - from[1]];
  const share =
    blend === "radial" ? Math.hypot(right, down) / length : (right * width + down * height) / length ** 2;
  return Math.max(0, Math.min(1, share));
}

/**
 * Return for each pixel of a tile, row by row, whether a gradient gives it the second colour.
 * @param {number} size
 * @param {Point} from
 * @param {Point} to
 * @param {Blend} blend
 * @returns {boolean[]}
 */
export function gradient(size, from, to, blend) {
  return Array.from({ length: size * size }, (_, offset) => {
    const point = /** @type {Point} */ ([offset % size, Math.floor(offset / size)]);
    return isCovered(point, shareAt(from, to, blend, point));
  });
}
