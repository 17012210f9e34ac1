/** @import { Change } from "../model/pieces.js" */

/**
 * Undo and redo as differences: what each step painted, and over what.
 * @typedef {{offset: number, before: number, after: number}} Mark  one pixel of a step
 * @typedef {{name: string, marks: Mark[]}} Step  `name`: key of the message that names what was done
 */

/** Maximum number of pixels in all steps: 64 whole tiles of 128 x 128. */
const MAX_MARKS = 64 * 128 * 128;

export class History {
  #done = /** @type {Step[]} */ ([]);
  #undone = /** @type {Step[]} */ ([]);
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

  /** Names of all steps, those that are undone as well, the oldest first. */
  get names() {
    return [...this.#done, ...this.#undone.toReversed()].map(({ name }) => name);
  }

  /** How many steps are done. */
  get position() {
    return this.#done.length;
  }

  /**
   * Add a step and drop the steps that could be redone. The oldest steps are dropped when the history is
   * full.
   * @param {string} name
   * @param {Mark[]} marks
   */
  record(name, marks) {
    if (!marks.length) return;
    for (const undone of this.#undone) this.#marks -= undone.marks.length;
    this.#undone = [];
    this.#done.push({ name, marks });
    this.#marks += marks.length;
    while (this.#marks > this.#maxMarks && this.#done.length > 1) {
      this.#marks -= this.#done.shift()?.marks.length ?? 0;
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
    return step.marks
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
    return step.marks
      .filter((mark) => pixels[mark.offset] === mark.before)
      .map((mark) => [mark.offset, mark.after]);
  }
}
