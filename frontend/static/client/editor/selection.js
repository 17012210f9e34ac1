/**
 * What is selected of a tile, and the piece that floats over the tile until it is put down.
 * @typedef {object} Floating
 * @property {Piece} piece as it is shown
 * @property {Piece} original what it is scaled from, so that scaling it again loses nothing
 * @property {number} x
 * @property {number} y
 * @property {Region | null} cut what it was cut from, null for a pasted piece
 */

import { alike, offsets } from "../model/geometry.js";
import { clear, copy, scale, stamp } from "../model/pieces.js";
import { contains, outline, stretch } from "../model/regions.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Change, Piece } from "../model/pieces.js" */
/** @import { Box, Region } from "../model/regions.js" */
/** @import { Painting } from "./painting.js" */

/**
 * @typedef {{painted: (changes: Change[]) => void, picked: (colour: number, isSecond: boolean) => void,
 *   asked: (point: Point) => void}} Listener `painted` is called with changes that are final: those of a
 *   freehand stroke while it is drawn, those of every other shape once it is finished; `asked` with a pixel
 *   whose artist is to be named
 */

export class Selection {
  /** @type {Region | null} */
  selection = null;
  /** @type {Floating | null} */
  floating = null;

  /**
   * @param {Painting} painting
   * @param {Listener} listener
   */
  constructor(painting, listener) {
    this.painting = painting;
    this.listener = listener;
  }

  /** @returns {Region} what is selected, or else the whole tile */
  get region() {
    const { size } = this.painting;
    return this.selection ?? { x: 0, y: 0, width: size, height: size };
  }

  /** Put down the floating piece; it stays selected. */
  settle() {
    if (!this.floating) return;
    this.floating = null;
    this.listener.painted(this.painting.commit());
  }

  /**
   * Put down what floats and select a region, or nothing.
   * @param {Region | null} region
   */
  select(region) {
    this.settle();
    this.selection = region;
  }

  /** Let nothing float any more, without a step yet: until then it can be restored. */
  letGo() {
    this.floating = null;
  }

  /**
   * Revert what has been done since nothing was put down, so that the same floats and is selected as then.
   * @param {Floating | null} floating
   * @param {Region | null} selection
   */
  restore(floating, selection) {
    if (floating) return this.#float(floating);
    if (this.floating) this.painting.cancel();
    this.floating = null;
    this.selection = selection;
  }

  /** Clear the selection. */
  deselect() {
    this.select(null);
  }

  selectAll() {
    this.deselect();
    this.select(this.region);
  }

  /** Put down what floats, for another tool; a pasted piece does not stay selected. */
  putDown() {
    if (this.floating && !this.floating.cut) this.deselect();
    else this.settle();
  }

  /**
   * Return the selection, or the whole tile, and where it is.
   * @returns {{piece: Piece, at: Point}}
   */
  copy() {
    const { region } = this;
    const piece = this.floating?.piece ?? copy(this.painting.pixels, this.painting.size, region);
    return { piece, at: [region.x, region.y] };
  }

  /** Clear the selection, or the whole tile. */
  erase() {
    const { size } = this.painting;
    if (this.floating) {
      this.painting.revert();
      if (this.floating.cut) this.painting.paint(clear(size, this.floating.cut));
      this.settle();
    } else {
      this.change("editor.erase", clear(size, this.region));
    }
  }

  /**
   * Paint a line around what is painted, in the selection or the whole tile.
   * @param {number} colour
   */
  outline(colour) {
    this.settle();
    const { pixels, size } = this.painting;
    const points = outline(pixels, size, this.region);
    this.change(
      "editor.outline",
      offsets(points, size).map((offset) => [offset, colour]),
    );
  }

  /**
   * Replace a colour in the selection, or in the whole tile.
   * @param {number} before
   * @param {number} after
   */
  replace(before, after) {
    this.settle();
    const { pixels, size } = this.painting;
    const first = pixels.indexOf(before);
    if (first < 0) return;
    const points = alike(pixels, size, [first % size, Math.floor(first / size)]);
    const inside = points.filter((point) => contains(this.region, point));
    this.change(
      "editor.replace",
      offsets(inside, size).map((offset) => [offset, after]),
    );
  }

  /**
   * Let a piece float, in its place or as near to that as it fits.
   * @param {Piece} piece
   * @param {Point} at where its top left corner would be
   */
  paste(piece, [x, y]) {
    this.settle();
    this.painting.begin("editor.paste");
    const fit = (/** @type {number} */ place, /** @type {number} */ side) =>
      Math.max(0, Math.min(place, this.painting.size - side));
    this.#float({ piece, original: piece, x: fit(x, piece.width), y: fit(y, piece.height), cut: null });
  }

  /**
   * Flip or rotate the selection, or the whole tile.
   * @param {(piece: Piece) => Piece} change
   * @param {string} step names it in the list of steps
   */
  turn(change, step) {
    if (!this.floating && !this.selection) {
      const turned = change(this.copy().piece);
      this.change(
        step,
        [...turned.pixels].map((colour, offset) => [offset, colour]),
      );
      return;
    }
    const { piece, original, x, y, cut } = this.floating ?? this.#lift(step);
    const turned = change(piece);
    const moved = (/** @type {number} */ before, /** @type {number} */ after) =>
      Math.trunc((before - after) / 2);
    this.#float({
      piece: turned,
      original: change(original),
      x: x + moved(piece.width, turned.width),
      y: y + moved(piece.height, turned.height),
      cut,
    });
  }

  /**
   * Move what is selected.
   * @param {number} right
   * @param {number} down
   */
  nudge(right, down) {
    if (!this.floating && !this.selection) return;
    const floating = this.floating ?? this.#lift("editor.step_move");
    this.#float({ ...floating, x: floating.x + right, y: floating.y + down });
  }

  /**
   * Scale what is selected, by its right or bottom side.
   * @param {number} right pixels by which it becomes wider
   * @param {number} down pixels by which it becomes higher
   */
  grow(right, down) {
    if (this.selection) this.fitTo(stretch(this.selection, [1, 1], [right, down], this.painting.size));
  }

  /**
   * Scale what is selected to fill a box.
   * @param {Box} box
   */
  fitTo({ x, y, width, height }) {
    const floating = this.floating ?? this.#lift("editor.step_scale");
    const piece = scale(floating.original, width, height);
    this.#float({ ...floating, piece, x, y });
  }

  /**
   * Paint as one undo step.
   * @param {string} step names it in the list of steps
   * @param {Change[]} changes
   */
  change(step, changes) {
    this.painting.begin(step);
    this.painting.paint(changes);
    this.listener.painted(this.painting.commit());
  }

  /**
   * Cut out what is selected, which then floats.
   * @param {string} step
   * @returns {Floating}
   */
  #lift(step) {
    const { region } = this;
    const piece = copy(this.painting.pixels, this.painting.size, region);
    this.painting.begin(step);
    return { piece, original: piece, x: region.x, y: region.y, cut: region };
  }

  /** @param {Floating} floating */
  #float(floating) {
    const { piece, x, y, cut } = floating;
    const { size } = this.painting;
    this.floating = floating;
    this.selection = { x, y, width: piece.width, height: piece.height, mask: piece.mask ?? null };
    this.painting.revert();
    if (cut) this.painting.paint(clear(size, cut));
    this.painting.paint(stamp(piece, size, [x, y]));
  }
}
