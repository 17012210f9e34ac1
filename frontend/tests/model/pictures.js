/** Tiles drawn in text: `.` is transparent, a digit that colour. */

/** @import { Point } from "../../static/client/model/geometry.js" */

/** @param {...string} rows */
export function tile(...rows) {
  return Uint8Array.from([...rows.join("")].map((character) => (character === "." ? 0 : Number(character))));
}

/**
 * @param {ArrayLike<number>} pixels
 * @param {number} width
 */
export function drawn(pixels, width) {
  const text = Array.from(pixels, (colour) => (colour ? String(colour) : ".")).join("");
  return text.match(new RegExp(`.{${width}}`, "g")) ?? [];
}

/**
 * @param {number} size
 * @param {readonly Point[]} points
 */
export function plotted(size, points) {
  const pixels = new Uint8Array(size * size);
  for (const [x, y] of points) pixels[y * size + x] = 1;
  return drawn(pixels, size);
}
