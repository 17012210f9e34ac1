/**
 * Mouse, pen, fingers and wheel on the drawing area. One pointer paints, with the second colour by the right
 * button; two fingers, the wheel, the middle button and Space move the view. Once a pen has painted, a finger
 * moves the view, and the palm of the hand that holds the pen does nothing.
 */

import { turnOf } from "../ui/wheel.js";
import { combinationOf, isSelecting, TOOLS } from "./tools.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Handle } from "../model/regions.js" */
/** @import { Pen } from "./pen.js" */

/**
 * What gestures act on; places are CSS pixels from the top left of the drawing area.
 * @typedef {object} Surface
 * @property {Pen} pen
 * @property {boolean} readonly
 * @property {boolean} isHand whether the pointer moves the view, whatever the tool
 * @property {() => DOMRect} getBoundingClientRect
 * @property {(place: Point) => Point} pixelAt
 * @property {(place: Point, reach: number) => Handle | null} handleAt
 * @property {(pixel: Point | null) => void} point show the pixel that the pointer is at
 * @property {(right: number, down: number) => void} pan
 * @property {(factor: number, x: number, y: number) => void} zoomAt
 * @property {() => void} drawSoon
 */

const BUTTON = { left: 0, middle: 1, right: 2, eraser: 5 };

/** In `buttons`: the other end of the pen; some drivers report only this, with the button of the tip. */
const ERASER_END = 32;

/** CSS pixels that the wheel turns to magnify e times. */
const WHEEL_SCALE = 400;

/** CSS pixels within which a handle is taken, by a finger and by what points more exactly. */
const REACH = { finger: 22, tip: 8 };

/** CSS pixels from its start at which a stroke stays when a second finger comes: no pinch begins with it. */
const KEPT_FROM = 24;

export class PointerGestures {
  /**
   * Fingers on the glass, or the mouse that moves the view, and where.
   * @type {Map<number, Point>}
   */
  #fingers = new Map();
  /** @type {"draw" | "pan" | "pinch" | null} */
  #gesture = null;
  /** Whether the artist has a pen. */
  #hasPen = false;
  /**
   * The pointer that paints.
   * @type {number | null}
   */
  #painter = null;
  /**
   * Where it began to paint.
   * @type {Point}
   */
  #origin = [0, 0];
  #isKept = false;
  /** The pixel of the last sample: a pen also reports its pressure, at the same place. */
  #last = "";

  /** @param {Surface} surface */
  constructor(surface) {
    this.surface = surface;
  }

  get isUnderway() {
    return this.#gesture !== null;
  }

  get isDrawing() {
    return this.#gesture === "draw";
  }

  /** @param {PointerEvent} event */
  press(event) {
    const { pen, readonly, isHand: isHeld } = this.surface;
    const isTouch = event.pointerType === "touch";
    if (event.pointerType === "pen") this.#takePen();
    if (isTouch && this.#hasPen && this.isDrawing) return; // the palm
    /** @type {HTMLElement} */
    (event.target).setPointerCapture(event.pointerId);
    if (isTouch) this.#fingers.set(event.pointerId, this.#place(event));
    const isErasing = event.button === BUTTON.eraser || (event.buttons & ERASER_END) > 0;
    const isSecond = event.button === BUTTON.right && !isErasing;
    const isMain = event.button === BUTTON.left || isSecond || isErasing;
    const { kind } = TOOLS[pen.settings.tool];
    const isBarred = readonly && kind !== "author";
    const isHand = kind === "hand" || isBarred || isHeld || (isTouch && this.#hasPen);
    if (this.#fingers.size === 2) {
      // What the first finger drew may be only because the second one came later.
      if (this.#isKept) pen.up();
      else pen.cancel();
      this.#painter = null;
      this.#gesture = "pinch";
    } else if (this.#gesture) {
      return;
    } else if (event.button === BUTTON.middle || (isHand && isMain)) {
      this.#fingers.set(event.pointerId, this.#place(event));
      this.#gesture = "pan";
    } else if (isMain && event.altKey && !isErasing && !isSelecting(pen.settings.tool)) {
      pen.pick(this.#pixel(event), isSecond);
    } else if (isMain) {
      this.#gesture = "draw";
      this.#painter = event.pointerId;
      this.#origin = this.#place(event);
      this.#isKept = false;
      this.#last = String(this.#pixel(event));
      this.surface.point(this.#pixel(event));
      const handle = this.surface.handleAt(this.#place(event), isTouch ? REACH.finger : REACH.tip);
      const combination = combinationOf(event);
      pen.down(this.#pixel(event), { isErasing, isSecond, combination, handle });
    }
    this.surface.drawSoon();
  }

  /** From now on fingers do not paint, and what one has just done was the palm. */
  #takePen() {
    this.#hasPen = true;
    if (!this.#fingers.size && !this.isDrawing) return;
    this.surface.pen.cancel();
    this.#fingers.clear();
    this.#gesture = this.#painter = null;
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (this.isDrawing) {
      if (event.pointerId !== this.#painter) return;
      this.surface.point(this.#pixel(event));
      this.#isKept ||= distance([this.#origin, this.#place(event)]) >= KEPT_FROM;
      // Places between two frames of the screen: without them fast curves are made of straight lines.
      const samples = event.getCoalescedEvents?.() ?? [];
      const pixels = (samples.length ? samples : [event]).map((sample) => this.#pixel(sample));
      const moved = pixels.filter((pixel) => String(pixel) !== this.#last || event.shiftKey);
      this.#last = String(pixels.at(-1));
      if (moved.length) this.surface.pen.move(moved, event.shiftKey);
    } else {
      this.surface.point(this.#pixel(event));
      if (this.#fingers.has(event.pointerId)) this.#drag(event);
    }
    this.surface.drawSoon();
  }

  /** @param {PointerEvent} event */
  release(event) {
    this.#fingers.delete(event.pointerId);
    if (this.isDrawing) {
      if (event.pointerId !== this.#painter) return;
      this.surface.pen.up();
      this.#painter = null;
    }
    // The last finger of a pinch draws nothing until it is lifted.
    if (this.#fingers.size === 0) this.#gesture = null;
    if (event.pointerType === "touch") this.surface.point(null);
    this.surface.drawSoon();
  }

  /** End the stroke: the picture has moved under the pointer, which would draw a line to where it is now. */
  interrupt() {
    if (!this.isDrawing) return;
    this.surface.pen.up();
    this.#fingers.clear();
    this.#gesture = this.#painter = null;
  }

  /** @param {PointerEvent} event */
  cancel(event) {
    if (this.#painter === null || event.pointerId === this.#painter) this.surface.pen.cancel();
    this.release(event);
  }

  leave() {
    if (!this.#gesture) this.surface.point(null);
    this.surface.drawSoon();
  }

  /** @param {WheelEvent} event */
  turnWheel(event) {
    event.preventDefault();
    const { right, down } = turnOf(event);
    if (right) this.surface.pan(-right, 0);
    else this.surface.zoomAt(Math.exp(-down / WHEEL_SCALE), ...this.#place(event));
  }

  /**
   * Move the view with a finger, or with two of them.
   * @param {PointerEvent} event
   */
  #drag(event) {
    const before = [...this.#fingers.values()];
    this.#fingers.set(event.pointerId, this.#place(event));
    const after = [...this.#fingers.values()];
    const [from, to] = [middle(before), middle(after)];
    this.surface.pan(to[0] - from[0], to[1] - from[1]);
    if (after.length === 2) this.surface.zoomAt(distance(after) / (distance(before) || 1), to[0], to[1]);
  }

  /**
   * @param {MouseEvent} event
   * @returns {Point}
   */
  #place(event) {
    const { left, top } = this.surface.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** @param {MouseEvent} event */
  #pixel(event) {
    return this.surface.pixelAt(this.#place(event));
  }
}

/**
 * @param {Point[]} points
 * @returns {Point}
 */
function middle(points) {
  const sum = points.reduce(([x, y], [right, down]) => [x + right, y + down]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** @param {Point[]} points */
function distance([one, other]) {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}
