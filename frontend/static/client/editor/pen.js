/**
 * The current tool: turns the gestures of a pointer, or of a cursor moved by keys, into changes of the tile.
 * Independent of the screen.
 * @typedef {{tool: string, colour: number, brush: number, filled: boolean,
 *   symmetry: Symmetry}} Settings
 * @typedef {{piece: Piece, x: number, y: number, cut: Box | null}} Floating a piece being placed, and the box
 *   it was cut from
 */

import { clearBox, copy, spanBox, stamp } from "./clipboard.js";
import { mirror } from "./symmetry.js";
import { constrain, ellipse, flood, isInside, line, offsets, rectangle, TOOLS, thicken } from "./tools.js";

/** @import { Box, Change, Piece } from "./clipboard.js" */
/** @import { Painting } from "./painting.js" */
/** @import { Symmetry } from "./symmetry.js" */
/** @import { Point } from "./tools.js" */

export class Pen {
  /** @type {Box | null} */
  selection = null;
  /** @type {Floating | null} */
  floating = null;
  /**
   * The first point of the current gesture.
   * @type {Point | null}
   */
  #start = null;
  /** @type {Point} */
  #last = [0, 0];
  /** Whether the current gesture erases, whatever the tool: it is made with the other end of a pen. */
  #isErasing = false;

  /**
   * @param {Painting} painting
   * @param {Settings} settings
   * @param {{painted: (changes: Change[]) => void, picked: (colour: number) => void}} listener `painted`
   *   is called with changes that are final: those of a freehand stroke while it is drawn, those of every
   *   other shape once it is finished
   */
  constructor(painting, settings, listener) {
    this.painting = painting;
    this.settings = settings;
    this.listener = listener;
  }

  get isDown() {
    return this.#start !== null;
  }

  get #tool() {
    return this.#isErasing ? "eraser" : this.settings.tool;
  }

  get #kind() {
    return TOOLS[this.#tool].kind;
  }

  /**
   * @param {Point} point  may be outside the tile
   * @param {{isErasing?: boolean}} [options] `isErasing`: erase, whatever the tool
   */
  down(point, { isErasing = false } = {}) {
    this.#isErasing = isErasing;
    this.#start = this.#last = point;
    if (this.#kind === "select") return this.#grab(point);
    this.settle();
    if (this.#kind === "picker") return this.pick(point);
    this.painting.begin();
    if (this.#kind === "fill")
      this.painting.paint(this.#changesAt(flood(this.painting.pixels, this.painting.size, point)));
    else this.#draw(point, false);
  }

  /**
   * @param {readonly Point[]} points  the points since the last call, in order
   * @param {boolean} [isConstrained]  whether to draw regular shapes
   */
  move(points, isConstrained = false) {
    if (!this.#start) return;
    for (const point of this.#kind === "freehand" ? points : points.slice(-1)) {
      if (this.#kind === "select") this.#drag(point);
      else if (this.#kind === "picker") this.pick(point);
      else if (this.#kind !== "fill") this.#draw(point, isConstrained);
      this.#last = point;
    }
  }

  /** End the gesture. */
  up() {
    if (!this.#start) return;
    this.#start = null;
    if (this.#kind === "select") return;
    const changes = this.painting.commit();
    this.listener.painted(this.#kind === "freehand" ? [] : changes);
    this.#isErasing = false;
  }

  /** Cancel the gesture and revert its changes. */
  cancel() {
    if (!this.#start) return;
    this.#start = null;
    if (this.#kind === "select") return;
    const changes = this.painting.cancel();
    if (this.#kind === "freehand") this.listener.painted(changes);
    this.#isErasing = false;
  }

  /** Stamp the floating piece. */
  settle() {
    if (!this.floating) return;
    this.floating = null;
    this.listener.painted(this.painting.commit());
  }

  /** Clear the selection. */
  deselect() {
    this.settle();
    this.selection = null;
  }

  undo() {
    this.cancel();
    this.deselect();
    this.listener.painted(this.painting.undo());
  }

  redo() {
    this.cancel();
    this.deselect();
    this.listener.painted(this.painting.redo());
  }

  /**
   * Pick the colour of a pixel.
   * @param {Point} point
   */
  pick(point) {
    const { size, pixels } = this.painting;
    if (isInside(size, point)) this.listener.picked(pixels[point[1] * size + point[0]]);
  }

  /**
   * Return the selection, or the whole tile, and where it is.
   * @returns {{piece: Piece, at: Point}}
   */
  copy() {
    const box = this.selection ?? this.#whole;
    const piece = this.floating?.piece ?? copy(this.painting.pixels, this.painting.size, box);
    return { piece, at: [box.x, box.y] };
  }

  /** Clear the selection, or the whole tile. */
  erase() {
    if (this.floating) {
      this.painting.revert();
      if (this.floating.cut) this.painting.paint(clearBox(this.painting.size, this.floating.cut));
      this.settle();
    } else {
      this.#change(clearBox(this.painting.size, this.selection ?? this.#whole));
    }
  }

  /**
   * Add a floating piece, in place or as near as it fits.
   * @param {Piece} piece
   * @param {Point} at where its top left corner would be
   */
  paste(piece, [x, y]) {
    this.settle();
    this.painting.begin();
    const fit = (/** @type {number} */ place, /** @type {number} */ side) =>
      Math.max(0, Math.min(place, this.painting.size - side));
    this.#float({ piece, x: fit(x, piece.width), y: fit(y, piece.height), cut: null });
  }

  /**
   * Flip or rotate the selection, or the whole tile.
   * @param {(piece: Piece) => Piece} change
   */
  turn(change) {
    if (!this.floating && !this.selection) {
      const turned = change(this.copy().piece);
      this.#change([...turned.pixels].map((colour, offset) => [offset, colour]));
      return;
    }
    const { piece, x, y, cut } = this.floating ?? this.#lift(/** @type {Box} */ (this.selection));
    const turned = change(piece);
    const moved = (/** @type {number} */ before, /** @type {number} */ after) =>
      Math.trunc((before - after) / 2);
    this.#float({
      piece: turned,
      x: x + moved(piece.width, turned.width),
      y: y + moved(piece.height, turned.height),
      cut,
    });
  }

  /**
   * Move the selection, as the arrow keys do.
   * @param {number} right
   * @param {number} down
   */
  nudge(right, down) {
    if (!this.floating && !this.selection) return;
    const floating = this.floating ?? this.#lift(/** @type {Box} */ (this.selection));
    this.#float({ ...floating, x: floating.x + right, y: floating.y + down });
  }

  /**
   * Paint as one undo step.
   * @param {Change[]} changes
   */
  #change(changes) {
    this.painting.begin();
    this.painting.paint(changes);
    this.listener.painted(this.painting.commit());
  }

  /** @type {Box} */
  get #whole() {
    return { x: 0, y: 0, width: this.painting.size, height: this.painting.size };
  }

  /**
   * @param {Point} to
   * @param {boolean} isConstrained
   */
  #draw(to, isConstrained) {
    if (this.#kind === "freehand") {
      this.listener.painted(this.painting.paint(this.#changesAt(this.#paintable(line(this.#last, to)))));
      return;
    }
    const { tool, filled } = this.settings;
    const from = /** @type {Point} */ (this.#start);
    const end = isConstrained ? constrain(tool, from, to) : to;
    this.painting.revert();
    if (tool === "line") this.painting.paint(this.#changesAt(this.#paintable(line(from, end))));
    else {
      const points = (tool === "ellipse" ? ellipse : rectangle)(from, end, filled);
      this.painting.paint(
        this.#changesAt(
          filled ? mirror(points, this.painting.size, this.settings.symmetry) : this.#paintable(points),
        ),
      );
    }
  }

  /**
   * Expand points by the brush and the symmetry.
   * @param {Point[]} points
   */
  #paintable(points) {
    return mirror(thicken(points, this.settings.brush), this.painting.size, this.settings.symmetry);
  }

  /**
   * @param {Point[]} points
   * @returns {Change[]}
   */
  #changesAt(points) {
    const colour = this.#tool === "eraser" ? 0 : this.settings.colour;
    return offsets(points, this.painting.size).map((offset) => [offset, colour]);
  }

  /**
   * Grab the selection, or start a new one.
   * @param {Point} point
   */
  #grab([x, y]) {
    const box = this.selection;
    if (box && x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height) {
      if (!this.floating) this.#float(this.#lift(box));
      return;
    }
    this.deselect();
  }

  /** @param {Point} to */
  #drag(to) {
    if (this.floating) {
      this.nudge(to[0] - this.#last[0], to[1] - this.#last[1]);
    } else {
      this.selection = spanBox(/** @type {Point} */ (this.#start), to, this.painting.size);
    }
  }

  /**
   * Cut out a piece, which then floats.
   * @param {Box} box
   * @returns {Floating}
   */
  #lift(box) {
    const piece = copy(this.painting.pixels, this.painting.size, box);
    this.painting.begin();
    return { piece, x: box.x, y: box.y, cut: box };
  }

  /** @param {Floating} floating */
  #float(floating) {
    const { piece, x, y, cut } = floating;
    this.floating = floating;
    this.selection = { x, y, width: piece.width, height: piece.height };
    this.painting.revert();
    if (cut) this.painting.paint(clearBox(this.painting.size, cut));
    this.painting.paint(stamp(piece, this.painting.size, [x, y]));
  }
}
