/** @import { Point } from "./tools.js" */

/**
 * Painting in several places at once, mirrored about the middle of the tile.
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
 * Return each point and its images: `horizontal` left and right, `vertical` above and below, `rotational` by
 * quarter turns. A point on an axis may come twice.
 * @param {readonly Point[]} points
 * @param {number} size
 * @param {Symmetry} symmetry
 * @returns {Point[]}
 */
export function mirror(points, size, symmetry) {
  const images = IMAGES[symmetry];
  return points.flatMap(([x, y]) => images(x, y, size - 1));
}
