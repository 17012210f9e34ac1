/**
 * Converts a picture of any size and colours to a tile in a palette. Pure functions.
 * @typedef {{width: number, height: number, data: Uint8ClampedArray}} Picture  RGBA, row by row, as ImageData
 * @typedef {{fit: "contain" | "cover", dither: boolean, threshold: number}} Options
 *   `threshold`: the alpha, 0 to 255, from which on a pixel is opaque
 */

import { parseColour, toOklab } from "../model/colours.js";

/** @import { Oklab, Rgb } from "../model/colours.js" */

/**
 * Convert a picture to the most similar tile.
 * @param {Picture} picture
 * @param {number} size of the tile
 * @param {readonly string[]} palette  `#rrggbb`
 * @param {Options} options
 * @returns {Uint8Array}
 */
export function quantise(picture, size, palette, { fit, dither, threshold }) {
  const sampled = resampled(picture, size, fit);
  const colours = palette.map((colour) => toOklab(parseColour(colour)));
  const wanted = Array.from({ length: size * size }, (_, offset) => toOklab(rgbAt(sampled, offset)));
  const tile = new Uint8Array(size * size);
  for (let offset = 0; offset < tile.length; offset++) {
    if (sampled[offset * 4 + 3] < Math.max(1, threshold)) continue;
    const colour = wanted[offset];
    const index = nearest(colour, colours);
    tile[offset] = index + 1;
    if (dither) spread(wanted, offset, size, errorOf(colour, colours[index]));
  }
  return tile;
}

/**
 * Return the index of the most similar colour.
 * @param {Oklab} colour
 * @param {readonly Oklab[]} colours
 */
export function nearest(colour, colours) {
  let best = 0;
  let least = Infinity;
  colours.forEach((candidate, index) => {
    const [lightness, a, b] = errorOf(colour, candidate);
    const distance = lightness * lightness + a * a + b * b;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

/**
 * Resample a picture to `size` x `size` pixels of RGBA, each the alpha-weighted mean of the area it covers.
 * `contain` adds transparent margins, `cover` crops.
 * @param {Picture} picture
 * @param {number} size
 * @param {"contain" | "cover"} fit
 * @returns {Uint8ClampedArray}
 */
export function resampled(picture, size, fit) {
  const choose = fit === "contain" ? Math.max : Math.min;
  // Picture pixels per tile pixel; below 1, the picture is enlarged.
  const step = choose(picture.width, picture.height) / size;
  const left = (picture.width - step * size) / 2;
  const top = (picture.height - step * size) / 2;
  const sampled = new Uint8ClampedArray(size * size * 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      sampled.set(mean(picture, left + x * step, top + y * step, step), (y * size + x) * 4);
    }
  }
  return sampled;
}

/**
 * Return the mean colour of a square of the picture; the outside is transparent.
 * @param {Picture} picture
 * @param {number} left
 * @param {number} top
 * @param {number} step
 * @returns {[number, number, number, number]}
 */
function mean({ width, height, data }, left, top, step) {
  let [red, green, blue, alpha, area] = [0, 0, 0, 0, 0];
  const [startX, endX] = span(left, step);
  const [startY, endY] = span(top, step);
  for (let y = startY; y < endY; y++) {
    for (let x = startX; x < endX; x++) {
      area += 1;
      if (x < 0 || y < 0 || x >= width || y >= height) continue;
      const at = (y * width + x) * 4;
      const weight = data[at + 3];
      red += weight * data[at];
      green += weight * data[at + 1];
      blue += weight * data[at + 2];
      alpha += weight;
    }
  }
  return alpha ? [red / alpha, green / alpha, blue / alpha, alpha / area] : [0, 0, 0, 0];
}

/**
 * Return the whole pixels from `start`, at least the one at the centre.
 * @param {number} start
 * @param {number} length
 * @returns {[number, number]}
 */
function span(start, length) {
  const first = Math.round(start);
  const end = Math.round(start + length);
  if (end > first) return [first, end];
  const middle = Math.floor(start + length / 2);
  return [middle, middle + 1];
}

/**
 * Each neighbour's share of a pixel's error in sixteenths (Floyd and Steinberg, Proc. SID 17(2), 1976).
 * @type {[number, number, number][]}
 */
const SHARES = [
  [1, 0, 7],
  [-1, 1, 3],
  [0, 1, 5],
  [1, 1, 1],
];

/**
 * @param {Oklab[]} wanted
 * @param {number} offset
 * @param {number} size
 * @param {Oklab} error
 */
function spread(wanted, offset, size, error) {
  const x = offset % size;
  for (const [right, down, share] of SHARES) {
    const neighbour = wanted[offset + down * size + right];
    if (!neighbour || x + right < 0 || x + right >= size) continue;
    error.forEach((part, index) => {
      neighbour[index] = neighbour[index] + (part * share) / 16;
    });
  }
}

/**
 * @param {Oklab} wanted
 * @param {Oklab} given
 * @returns {Oklab}
 */
function errorOf(wanted, given) {
  return [wanted[0] - given[0], wanted[1] - given[1], wanted[2] - given[2]];
}

/**
 * @param {Uint8ClampedArray} data
 * @param {number} offset
 * @returns {Rgb}
 */
function rgbAt(data, offset) {
  const at = offset * 4;
  return /** @type {Rgb} */ ([data[at], data[at + 1], data[at + 2]]);
}
