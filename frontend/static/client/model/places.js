/** Places on a canvas as people count them: columns and rows of cells from 1, like those of pixels. */

/**
 * Return the place of a cell for a text; addresses and the API count from 0.
 * @param {{x: number, y: number}} cell
 */
export function placeOf({ x, y }) {
  return { x: x + 1, y: y + 1 };
}

/**
 * Return the cell at a place that somebody has entered.
 * @param {{x: number, y: number}} place
 */
export function cellAt({ x, y }) {
  return { x: x - 1, y: y - 1 };
}
