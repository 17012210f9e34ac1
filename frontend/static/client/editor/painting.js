/**
 * A tile while it is painted: its pixels, the gesture that is under way, and what can be undone.
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Dirty  pixels, all sides included
 */

import { History } from "./history.js";

/** @import { Change } from "../model/pieces.js" */

export class Painting {
  #history = new History();
  /**
   * What the pixels that the gesture touched showed before it.
   * @type {Map<number, number> | null}
   */
  #before = null;
  /** What the gesture is called in the list of steps. */
  #name = "";
  /** @type {Dirty | null} */
  #dirty = null;

  /**
   * @param {number} size  side in pixels
   * @param {Uint8Array} pixels  copied
   */
  constructor(size, pixels) {
    this.size = size;
    this.pixels = pixels.slice();
    this.#markDirty(0, 0, size - 1, size - 1);
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  get isUnderway() {
    return this.#before !== null;
  }

  /** How many steps are done. */
  get position() {
    return this.#history.position;
  }

  /** Names of all steps, those that are undone as well, the oldest first. */
  get steps() {
    return this.#history.names;
  }

  /**
   * Start a gesture: everything painted until `commit` is one step of undo.
   * @param {string} name key of the message that names the step
   */
  begin(name) {
    this.commit();
    this.#before = new Map();
    this.#name = name;
  }

  /**
   * Paint within the gesture.
   * @param {Iterable<Change>} changes
   * @returns {Change[]} what they changed
   */
  paint(changes) {
    const before = this.#before;
    if (!before) throw new Error("paint between begin and commit");
    const made = /** @type {Change[]} */ ([]);
    for (const [offset, colour] of changes) {
      const shown = this.pixels[offset];
      if (shown === colour) continue;
      if (!before.has(offset)) before.set(offset, shown);
      this.#show(offset, colour);
      made.push([offset, colour]);
    }
    return made;
  }

  /**
   * Undo what the gesture has painted on these pixels.
   * @param {readonly number[]} offsets
   * @returns {Change[]} what that changed
   */
  restore(offsets) {
    const before = this.#before;
    const changes = /** @type {Change[]} */ ([]);
    for (const offset of offsets) {
      const shown = before?.get(offset);
      if (shown === undefined) continue;
      before?.delete(offset);
      changes.push([offset, shown]);
    }
    return this.#apply(changes);
  }

  /**
   * Undo what the gesture has painted so far; it stays under way, so that a shape can be drawn again.
   * @returns {Change[]} what that changed
   */
  revert() {
    const changes = this.#apply([...(this.#before ?? [])]);
    this.#before?.clear();
    return changes;
  }

  /**
   * Undo the gesture and end it.
   * @returns {Change[]} what that changed
   */
  cancel() {
    const changes = this.revert();
    this.#before = null;
    return changes;
  }

  /**
   * End the gesture and remember it as a step.
   * @returns {Change[]} what it changed in total
   */
  commit() {
    const step = [];
    for (const [offset, before] of this.#before ?? []) {
      const after = this.pixels[offset];
      if (after !== before) step.push({ offset, before, after });
    }
    this.#before = null;
    this.#history.record(this.#name, step);
    return step.map(({ offset, after }) => [offset, after]);
  }

  /**
   * Undo or redo until so many steps are done, or as near as there are steps.
   * @param {number} position
   * @returns {Change[]} what that changed, the last change of a pixel last
   */
  jump(position) {
    this.commit();
    const history = this.#history;
    const changes = /** @type {Change[]} */ ([]);
    while (history.position > position && history.canUndo)
      changes.push(...this.#apply(history.undo(this.pixels)));
    while (history.position < position && history.canRedo)
      changes.push(...this.#apply(history.redo(this.pixels)));
    return changes;
  }

  /**
   * Show what others painted. Where the gesture has painted its own stays on top, and taking it back shows
   * theirs.
   * @param {Iterable<Change>} changes
   */
  receive(changes) {
    for (const [offset, colour] of changes) {
      if (this.#before?.has(offset)) this.#before.set(offset, colour);
      else this.#show(offset, colour);
    }
  }

  /** Return the box that has to be drawn again since the last call. */
  takeDirty() {
    const dirty = this.#dirty;
    this.#dirty = null;
    return dirty;
  }

  /** @param {Change[]} changes */
  #apply(changes) {
    for (const [offset, colour] of changes) this.#show(offset, colour);
    return changes;
  }

  /**
   * @param {number} offset
   * @param {number} colour
   */
  #show(offset, colour) {
    if (this.pixels[offset] === colour) return;
    this.pixels[offset] = colour;
    const x = offset % this.size;
    const y = (offset - x) / this.size;
    this.#markDirty(x, y, x, y);
  }

  /**
   * @param {number} left
   * @param {number} top
   * @param {number} right
   * @param {number} bottom
   */
  #markDirty(left, top, right, bottom) {
    const dirty = this.#dirty;
    if (!dirty) {
      this.#dirty = { left, top, right, bottom };
      return;
    }
    dirty.left = Math.min(dirty.left, left);
    dirty.top = Math.min(dirty.top, top);
    dirty.right = Math.max(dirty.right, right);
    dirty.bottom = Math.max(dirty.bottom, bottom);
  }
}
