/** @import { Point } from "./geometry.js" */

/**
 * Symmetric painting, mirrored or rotated about the centre of the tile.
 * @typedef {"none" | "horizontal" | "vertical" | "both" | "rotational"} Symmetry
 */

/** @type {Record<Symmetry, (x: number, y: number, last: number) => Point[]>} */
const IMAGES = {
  none: (x, y) => [[x, y]],
  horizontal: (x, y, last) => [
    [x, y],
    [last - x, y],
  ],
  vertical: (x, y, last) => [
    [x, y],
    [x, last - y],
  ],
  both: (x, y, last) => [
    [x, y],
    [last - x, y],
    [x, last - y],
    [last - x, last - y],
  ],
  rotational: (x, y, last) => [
    [x, y],
    [last - y, x],
    [last - x, last - y],
    [y, last - x],
  ],
};

export const SYMMETRIES = /** @type {Symmetry[]} */ (Object.keys(IMAGES));

/**
 * Return the points and their images: `horizontal` mirrors left and right, `vertical` top and bottom,
 * `rotational` turns by 90 degrees. A point on an axis may be repeated.
 * @param {readonly Point[]} points
 * @param {number} size
 * @param {Symmetry} symmetry
 * @returns {Point[]}
 */
export function mirror(points, size, symmetry) {
  const images = IMAGES[symmetry];
  return points.flatMap(([x, y]) => images(x, y, size - 1));
}
