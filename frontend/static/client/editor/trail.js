import { isCorner } from "../model/geometry.js";

/** @import { Point } from "../model/geometry.js" */

/** The path of a stroke, without the corners that make a slanted line one pixel wide look thick. */
export class Trail {
  #path = /** @type {Point[]} */ ([]);
  /**
   * How often the path covers a pixel, by offset: it may cross itself.
   * @type {Map<number, number>}
   */
  #covered = new Map();

  /** @param {(point: Point) => number[]} offsetsOf the pixels that a point of the path covers */
  constructor(offsetsOf) {
    this.offsetsOf = offsetsOf;
  }

  /**
   * Go on to a point beside the last one.
   * @param {Point} point
   * @returns {number[]} the offsets that are no longer covered, because the last point was a corner
   */
  add(point) {
    if (String(point) === String(this.#path.at(-1))) return [];
    this.#count(point, 1);
    const [before, corner] = this.#path.slice(-2);
    this.#path.push(point);
    if (!corner || !isCorner(before, corner, point)) return [];
    this.#path.splice(-2, 1);
    return this.#count(corner, -1);
  }

  /**
   * @param {Point} point
   * @param {1 | -1} times
   * @returns {number[]} the offsets that are not covered
   */
  #count(point, times) {
    const offsets = this.offsetsOf(point);
    for (const offset of offsets) this.#covered.set(offset, (this.#covered.get(offset) ?? 0) + times);
    return offsets.filter((offset) => !this.#covered.get(offset));
  }
}
