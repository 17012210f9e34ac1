/**
 * The current tool: turns the gestures of a pointer, or of a cursor moved by keys, into changes of the tile.
 * Independent of the screen.
 */

import { gradient, isCovered } from "../model/dither.js";
import {
  alike,
  constrain,
  ellipse,
  flood,
  isInside,
  line,
  offsets,
  rectangle,
  thicken,
} from "../model/geometry.js";
import { combine, contains, lasso, spanBox, stretch, wand } from "../model/regions.js";
import { mirror } from "../model/symmetry.js";
import { Selection } from "./selection.js";
import { isSelecting, TOOLS } from "./tools.js";
import { Trail } from "./trail.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Change } from "../model/pieces.js" */
/** @import { Combination, Handle, Region } from "../model/regions.js" */
/** @import { Painting } from "./painting.js" */
/** @import { Floating, Listener } from "./selection.js" */
/** @import { Settings } from "./settings.js" */

/**
 * How a gesture differs from one with the left button: `isErasing` whatever the tool, `isSecond` with the
 * second colour, `combination` with what is selected whatever the settings say, `handle` to scale that.
 * @typedef {object} Manner
 * @property {boolean} [isErasing]
 * @property {boolean} [isSecond]
 * @property {Combination | null} [combination]
 * @property {Handle | null} [handle]
 */

export class Pen extends Selection {
  /**
   * The first point of the current gesture.
   * @type {Point | null}
   */
  #start = null;
  /** @type {Point} */
  #last = [0, 0];
  /** @type {Manner} */
  #manner = {};
  /** The tool of the current gesture, whatever is chosen meanwhile: picking a colour takes up the pencil. */
  #tool = "pencil";
  /** @type {Trail | null} */
  #trail = null;
  /**
   * Where a lasso was led.
   * @type {Point[]}
   */
  #path = [];
  /**
   * What was selected when the gesture began to scale it.
   * @type {Region | null}
   */
  #stretched = null;
  /**
   * What was selected before the gesture.
   * @type {Region | null}
   */
  #before = null;
  /**
   * What floated before the gesture; a new selection puts it down when the gesture ends.
   * @type {Floating | null}
   */
  #afloat = null;

  /**
   * @param {Painting} painting
   * @param {Settings} settings
   * @param {Listener} listener
   */
  constructor(painting, settings, listener) {
    super(painting, listener);
    this.settings = settings;
  }

  get isDown() {
    return this.#start !== null;
  }

  get #kind() {
    return TOOLS[this.#tool].kind;
  }

  get #isSelecting() {
    return isSelecting(this.#tool);
  }

  get #combination() {
    return this.#manner.combination ?? this.settings.combination;
  }

  /**
   * @param {Point} point  may be outside the tile
   * @param {Manner} [manner]
   */
  down(point, manner = {}) {
    this.#tool = manner.isErasing ? "eraser" : this.settings.tool;
    if (this.#kind === "hand") return; // it moves the view, also for those who may only look
    this.#manner = manner;
    this.#start = this.#last = point;
    if (this.#isSelecting) return this.#grab(point);
    if (this.#kind === "author") return this.listener.asked(point);
    this.settle();
    if (this.#kind === "picker") return this.pick(point, manner.isSecond);
    this.painting.begin(`editor.tool_${this.#tool}`);
    const { perfect, brush } = this.settings;
    const isPerfect = this.#tool === "pencil" && perfect && brush === 1;
    this.#trail = isPerfect ? new Trail((at) => this.#offsets(this.#paintable([at]))) : null;
    if (this.#kind === "fill") this.painting.paint(this.#changesAt(this.#alike(point)));
    else this.#draw(point, false);
  }

  /**
   * @param {readonly Point[]} points  the points since the last call, in order
   * @param {boolean} [isConstrained]  whether to draw regular shapes
   */
  move(points, isConstrained = false) {
    const end = points.at(-1);
    if (!this.#start || !end) return;
    for (const point of this.#kind === "freehand" ? points : [end]) {
      if (this.#isSelecting) this.#drag(points, end, isConstrained);
      else if (this.#kind === "picker") this.pick(point, this.#manner.isSecond);
      else if (this.#kind !== "fill" && this.#kind !== "author") this.#draw(point, isConstrained);
      this.#last = point;
    }
  }

  /** End the gesture. */
  up() {
    if (!this.#start) return;
    this.#start = null;
    if (this.#isSelecting) return this.#release();
    const changes = this.painting.commit();
    this.listener.painted(this.#kind === "freehand" ? [] : changes);
    this.#manner = {};
  }

  /** Cancel the gesture and revert its changes. */
  cancel() {
    if (!this.#start) return;
    this.#start = null;
    if (this.#isSelecting) return this.restore(this.#afloat, this.#before);
    const changes = this.painting.cancel();
    if (this.#kind === "freehand") this.listener.painted(changes);
    this.#manner = {};
  }

  undo() {
    this.#finish();
    this.jump(this.painting.position - 1);
  }

  redo() {
    this.#finish();
    this.jump(this.painting.position + 1);
  }

  /**
   * Go to the picture after a step of the list.
   * @param {number} position 0 for the picture before the first step
   */
  jump(position) {
    this.#finish();
    this.listener.painted(this.painting.jump(position));
  }

  /**
   * Pick the colour of a pixel.
   * @param {Point} point
   * @param {boolean} [isSecond] as the second colour
   */
  pick(point, isSecond = false) {
    const { size, pixels } = this.painting;
    if (isInside(size, point)) this.listener.picked(pixels[point[1] * size + point[0]], isSecond);
  }

  /** Leave nothing under way: what floats becomes a step. */
  #finish() {
    this.cancel();
    this.deselect();
  }

  /**
   * @param {Point} to
   * @param {boolean} isConstrained
   */
  #draw(to, isConstrained) {
    if (this.#kind === "freehand") return this.#drawFreehand(to);
    const tool = this.#tool;
    const from = /** @type {Point} */ (this.#start);
    const end = isConstrained ? constrain(tool === "gradient" ? "line" : tool, from, to) : to;
    this.painting.revert();
    this.painting.paint(tool === "gradient" ? this.#gradient(from, end) : this.#shape(from, end));
  }

  /** @param {Point} to */
  #drawFreehand(to) {
    const points = line(this.#last, to);
    const painted = this.painting.paint(this.#changesAt(this.#paintable(points)));
    const corners = points.flatMap((point) => this.#trail?.add(point) ?? []);
    this.listener.painted([...painted, ...this.painting.restore(corners)]);
  }

  /**
   * @param {Point} from
   * @param {Point} to
   */
  #shape(from, to) {
    const { filled, symmetry } = this.settings;
    if (this.#tool === "line") return this.#changesAt(this.#paintable(line(from, to)));
    const points = (this.#tool === "ellipse" ? ellipse : rectangle)(from, to, filled);
    return this.#changesAt(filled ? mirror(points, this.painting.size, symmetry) : this.#paintable(points));
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @returns {Change[]}
   */
  #gradient(from, to) {
    const { size } = this.painting;
    const { colour, second, blend } = this.settings;
    const [first, last] = this.#manner.isSecond ? [second, colour] : [colour, second];
    const isLast = gradient(size, from, to, blend);
    const { region } = this;
    return isLast.flatMap((is, offset) =>
      contains(region, [offset % size, Math.floor(offset / size)]) ? [[offset, is ? last : first]] : [],
    );
  }

  /**
   * Return the pixels that a fill reaches from a point.
   * @param {Point} point
   */
  #alike(point) {
    const { pixels, size } = this.painting;
    return (this.settings.contiguous ? flood : alike)(pixels, size, point);
  }

  /**
   * Expand points by the brush and the symmetry; a dither brush covers only its pattern.
   * @param {Point[]} points
   */
  #paintable(points) {
    const { brush, symmetry, density } = this.settings;
    const painted = mirror(thicken(points, brush), this.painting.size, symmetry);
    if (this.#tool !== "dither") return painted;
    // The second colour fills what the first leaves free.
    return painted.filter((point) => isCovered(point, density) !== Boolean(this.#manner.isSecond));
  }

  /**
   * Return the offsets of the points that may be painted: those inside the tile, and inside what is selected.
   * @param {Point[]} points
   */
  #offsets(points) {
    const { region } = this;
    const inside = this.selection ? points.filter((point) => contains(region, point)) : points;
    return offsets(inside, this.painting.size);
  }

  /**
   * @param {Point[]} points
   * @returns {Change[]}
   */
  #changesAt(points) {
    const { colour, second } = this.settings;
    const ink = this.#manner.isSecond ? second : colour;
    return this.#offsets(points).map((offset) => [offset, this.#tool === "eraser" ? 0 : ink]);
  }

  /**
   * Grab the selection or one of its handles, or start a new selection.
   * @param {Point} point
   */
  #grab(point) {
    const { handle = null } = this.#manner;
    const isReplacing = this.#combination === "replace";
    this.#before = this.selection;
    this.#afloat = this.floating;
    this.#stretched = isReplacing ? handle && this.selection : null;
    if (this.#stretched) return;
    if (isReplacing && this.selection && contains(this.selection, point)) return this.nudge(0, 0);
    this.letGo();
    if (isReplacing) this.deselect();
    this.#path = [point];
    const { pixels, size } = this.painting;
    if (this.#kind === "wand") this.#choose(wand(pixels, size, point, this.settings.contiguous));
    else if (!isReplacing) this.#drag([], point, false); // one pixel, until the pointer is moved
  }

  /** Put down what a new selection has left. */
  #release() {
    if (this.#afloat && !this.floating) this.listener.painted(this.painting.commit());
    this.#afloat = null;
  }

  /**
   * @param {readonly Point[]} points
   * @param {Point} to the last of them
   * @param {boolean} isConstrained
   */
  #drag(points, to, isConstrained) {
    const from = /** @type {Point} */ (this.#start);
    const { size } = this.painting;
    const { handle } = this.#manner;
    if (this.#stretched && handle) {
      const by = /** @type {Point} */ ([to[0] - from[0], to[1] - from[1]]);
      this.fitTo(stretch(this.#stretched, handle, by, size, isConstrained));
    } else if (this.floating) {
      this.nudge(to[0] - this.#last[0], to[1] - this.#last[1]);
    } else if (this.#tool === "lasso") {
      this.#path.push(...points);
      this.#choose(lasso(this.#path, size));
    } else if (this.#kind !== "wand") {
      const isShiftTaken = this.#manner.combination && this.#before; // it adds already
      const isSquare = isConstrained && !isShiftTaken;
      this.#choose(spanBox(from, isSquare ? constrain("rectangle", from, to) : to, size));
    }
  }

  /** @param {Region | null} region */
  #choose(region) {
    this.select(combine(this.#combination, this.#before, region, this.painting.size));
  }
}
