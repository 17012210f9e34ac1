/**
 * Converts pictures of any size and colours to indices in a palette. Pure functions.
 * @typedef {{width: number, height: number, data: Uint8ClampedArray}} Picture  RGBA, row by row, as ImageData
 * @typedef {{width: number, height: number, row: (y: number) => Uint8ClampedArray}} Sampled  RGBA by rows
 * @typedef {"none" | "bayer" | "floyd-steinberg"} Dither
 * @typedef {{dither: Dither, threshold: number}} Matching
 *   `threshold`: the alpha, 0 to 255, from which on a pixel is opaque
 * @typedef {Matching & {fit: "contain" | "cover"}} Options
 */

import { parseColour, toOklab } from "../model/colours.js";
import { bayer } from "../model/dither.js";

/** @import { Oklab } from "../model/colours.js" */

/** @type {readonly Dither[]} */
export const DITHERS = ["none", "bayer", "floyd-steinberg"];

/**
 * Convert a picture to the most similar tile.
 * @param {Picture} picture
 * @param {number} size of the tile
 * @param {readonly string[]} palette  `#rrggbb`
 * @param {Options} options
 * @returns {Uint8Array}
 */
export function quantise(picture, size, palette, { fit, ...matching }) {
  return match(fitted(picture, size, fit), palette, matching);
}

/**
 * Return the indices of the most similar colours, counted from 1; 0 where the picture is transparent.
 * @param {Sampled} sampled
 * @param {readonly string[]} palette
 * @param {Matching} matching
 */
export function match(sampled, palette, matching) {
  const rows = matchRows(sampled, palette, matching);
  let step = rows.next();
  while (!step.done) step = rows.next();
  return step.value;
}

/**
 * Do the same as `match`, and pause after each row: a large picture takes seconds.
 * @param {Sampled} sampled
 * @param {readonly string[]} palette
 * @param {Matching} matching
 * @returns {Generator<number, Uint8Array, void>} yields the number of rows so far
 */
export function* matchRows(sampled, palette, { dither, threshold }) {
  const { width, height } = sampled;
  const colours = new Matcher(palette);
  const indices = new Uint8Array(width * height);
  const opaque = Math.max(1, threshold);
  // Errors in OKLab of this row and the next, with a column more at either side, which takes what gets lost.
  let [here, below] = [new Float32Array(3 * (width + 2)), new Float32Array(3 * (width + 2))];
  for (let y = 0; y < height; y++) {
    const row = sampled.row(y);
    for (let x = 0; x < width; x++) {
      const at = 4 * x;
      if (row[at + 3] < opaque) continue;
      const [lightness, a, b] = colours.labOf(row[at], row[at + 1], row[at + 2]);
      const error = 3 * (x + 1);
      const shift = dither === "bayer" ? colours.gap * bayer(x, y) : 0;
      const wanted = /** @type {Oklab} */ ([
        lightness + here[error] + shift,
        a + here[error + 1],
        b + here[error + 2],
      ]);
      const index = colours.nearest(wanted);
      indices[y * width + x] = index + 1;
      if (dither === "floyd-steinberg") spread(here, below, error, wanted, colours.oklab[index]);
    }
    [here, below] = [below, here.fill(0)];
    yield y + 1;
  }
  return indices;
}

/** The colours of a palette, to find the most similar one of many pixels. */
class Matcher {
  /**
   * Converted colours by their 24 bits: pictures have few.
   * @type {Map<number, Oklab>}
   */
  #known = new Map();

  /** @param {readonly string[]} palette */
  constructor(palette) {
    this.oklab = palette.map((colour) => toOklab(parseColour(colour)));
    /** How different neighbours in the palette are: what ordered dithering has to bridge. */
    this.gap = gapOf(this.oklab);
  }

  /**
   * @param {number} red
   * @param {number} green
   * @param {number} blue
   */
  labOf(red, green, blue) {
    const code = (red << 16) | (green << 8) | blue;
    const known = this.#known.get(code);
    if (known) return known;
    const oklab = toOklab([red, green, blue]);
    if (this.#known.size < MOST_KNOWN) this.#known.set(code, oklab);
    return oklab;
  }

  /** @param {Oklab} wanted */
  nearest(wanted) {
    return nearest(wanted, this.oklab);
  }
}

/** Colours that are remembered: some 10 MB of them. */
const MOST_KNOWN = 100_000;

/**
 * Return the index of the most similar colour.
 * @param {Oklab} colour
 * @param {readonly Oklab[]} colours
 */
export function nearest(colour, colours) {
  const [lightness, a, b] = colour;
  let best = 0;
  let least = Infinity;
  for (let index = 0; index < colours.length; index++) {
    const candidate = colours[index];
    const distance = (lightness - candidate[0]) ** 2 + (a - candidate[1]) ** 2 + (b - candidate[2]) ** 2;
    if (distance < least) {
      best = index;
      least = distance;
    }
  }
  return best;
}

/**
 * Return the mean distance of each colour to the most similar other one.
 * @param {readonly Oklab[]} colours
 */
function gapOf(colours) {
  const gaps = colours.map((colour, index) => {
    const others = colours.filter((_, other) => other !== index);
    const [lightness = 0, a = 0, b = 0] = others[nearest(colour, others)] ?? colour;
    return Math.hypot(colour[0] - lightness, colour[1] - a, colour[2] - b);
  });
  return gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

/**
 * Spread what a colour lacks over its neighbours in sixteenths (Floyd and Steinberg, Proc. SID 17(2), 1976).
 * @param {Float32Array} here
 * @param {Float32Array} below
 * @param {number} at
 * @param {Oklab} wanted
 * @param {Oklab} given
 */
function spread(here, below, at, wanted, given) {
  for (let part = 0; part < 3; part++) {
    const error = (wanted[part] - given[part]) / 16;
    here[at + 3 + part] += 7 * error;
    below[at - 3 + part] += 3 * error;
    below[at + part] += 5 * error;
    below[at + 3 + part] += error;
  }
}

/**
 * Sample a picture as a square: `contain` adds transparent margins, `cover` crops.
 * @param {Picture} picture
 * @param {number} size
 * @param {"contain" | "cover"} fit
 */
export function fitted(picture, size, fit) {
  const choose = fit === "contain" ? Math.max : Math.min;
  // Picture pixels per tile pixel; below 1, the picture is enlarged.
  const step = choose(picture.width, picture.height) / size;
  return sample(picture, { width: size, height: size, step: [step, step] });
}

/**
 * Sample a picture in another size.
 * @param {Picture} picture
 * @param {number} width
 * @param {number} height
 */
export function scaled(picture, width, height) {
  return sample(picture, { width, height, step: [picture.width / width, picture.height / height] });
}

/**
 * Sample a picture around its centre: each pixel is the alpha-weighted mean of the area that it covers.
 * @param {Picture} picture
 * @param {{width: number, height: number, step: [across: number, down: number]}} target
 * @returns {Sampled}
 */
function sample(picture, { width, height, step: [across, down] }) {
  const left = (picture.width - across * width) / 2;
  const top = (picture.height - down * height) / 2;
  const row = (/** @type {number} */ y) => {
    const pixels = new Uint8ClampedArray(4 * width);
    const vertical = span(top + y * down, down);
    for (let x = 0; x < width; x++)
      pixels.set(mean(picture, span(left + x * across, across), vertical), 4 * x);
    return pixels;
  };
  return { width, height, row };
}

/**
 * Return the mean colour of a rectangle of the picture; the outside is transparent.
 * @param {Picture} picture
 * @param {[number, number]} horizontal
 * @param {[number, number]} vertical
 * @returns {[number, number, number, number]}
 */
function mean({ width, height, data }, [startX, endX], [startY, endY]) {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (let y = Math.max(0, startY); y < Math.min(height, endY); y++) {
    for (let x = Math.max(0, startX); x < Math.min(width, endX); x++) {
      const at = (y * width + x) * 4;
      const weight = data[at + 3];
      red += weight * data[at];
      green += weight * data[at + 1];
      blue += weight * data[at + 2];
      alpha += weight;
    }
  }
  const area = (endX - startX) * (endY - startY);
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
