/** @import { Change } from "./clipboard.js" */

/**
 * Undo and redo, as differences: what each step painted, and over what.
 * @typedef {{offset: number, before: number, after: number}} Mark  one pixel of a step
 */

/** Pixels that all steps hold together at most: 64 times a whole tile of 128 x 128. */
export const MAX_MARKS = 64 * 128 * 128;

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
   * Remember a step, which ends what could be redone; the oldest steps are forgotten for it when it is too
   * much.
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
   * Take the last step back: what to paint on the picture as it is. A pixel that shows something other than
   * the step painted was painted by another artist since, and stays as it is.
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
   * Do the last undone step again, where no other artist painted since.
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
