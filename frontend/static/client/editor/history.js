/** @import { Change } from "./clipboard.js" */

/**
 * Undo and redo as differences: what each step painted, and over what.
 * @typedef {{offset: number, before: number, after: number}} Mark  one pixel of a step
 */

/** Maximum number of pixels in all steps: 64 whole tiles of 128 x 128. */
const MAX_MARKS = 64 * 128 * 128;

export class History {
  #done = /** @type {Mark[][]} */ ([]);
  #undone = /** @type {Mark[][]} */ ([]);
  #marks = 0;
  #maxMarks;

  constructor(maxMarks = MAX_MARKS) {
    this.#maxMarks = maxMarks;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /**
   * Add a step and drop the steps that could be redone. The oldest steps are dropped when the history is
   * full.
   * @param {Mark[]} step
   */
  record(step) {
    if (!step.length) return;
    for (const undone of this.#undone) this.#marks -= undone.length;
    this.#undone = [];
    this.#done.push(step);
    this.#marks += step.length;
    while (this.#marks > this.#maxMarks && this.#done.length > 1) {
      this.#marks -= /** @type {Mark[]} */ (this.#done.shift()).length;
    }
  }

  /**
   * Undo the last step; return the changes to paint. Pixels that another artist has painted since keep their
   * colour.
   * @param {Uint8Array} pixels
   * @returns {Change[]}
   */
  undo(pixels) {
    const step = this.#done.pop();
    if (!step) return [];
    this.#undone.push(step);
    return step
      .filter((mark) => pixels[mark.offset] === mark.after)
      .map((mark) => [mark.offset, mark.before]);
  }

  /**
   * Redo the last undone step, except where another artist has painted since.
   * @param {Uint8Array} pixels
   * @returns {Change[]}
   */
  redo(pixels) {
    const step = this.#undone.pop();
    if (!step) return [];
    this.#done.push(step);
    return step
      .filter((mark) => pixels[mark.offset] === mark.before)
      .map((mark) => [mark.offset, mark.after]);
  }
}
