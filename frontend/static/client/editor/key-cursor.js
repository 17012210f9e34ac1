/** The keyboard on the drawing area: arrow keys move a cursor, with which the tool in hand paints. */

import { combinationOf, isHarmless, isSelecting, TOOLS } from "./tools.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Pen } from "./pen.js" */
/** @import { View } from "./view.js" */

/**
 * What the keys act on.
 * @typedef {object} Surface
 * @property {Pen} pen
 * @property {boolean} readonly
 * @property {View} view
 * @property {number} clientWidth CSS pixels
 * @property {number} clientHeight
 * @property {boolean} isPointedAt whether a pointer is over it, and moved since the last key
 * @property {boolean} isGestureUnderway whether a pointer paints or moves the view
 * @property {(right: number, down: number) => void} pan
 * @property {boolean} isHand whether the pointer moves the view
 * @property {() => void} leavePointer from now on the keys paint
 * @property {(pixel: Point) => void} announce
 */

/**
 * Which way an arrow key leads.
 * @type {Record<string, Point>}
 */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Pixels that an arrow key moves with Shift. */
const LEAP = 8;

export class KeyCursor {
  /**
   * The pixel that the keys are at.
   * @type {Point}
   */
  at = [0, 0];

  /** @param {Surface} surface */
  constructor(surface) {
    this.surface = surface;
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key means something here
   */
  press(event) {
    const { pen } = this.surface;
    const isCombining = event.key === "Enter" && isSelecting(pen.settings.tool);
    if ((event.ctrlKey || event.metaKey || event.altKey) && !isCombining) return false;
    const arrow = ARROWS[event.key];
    if (arrow) this.#step(arrow, event.shiftKey ? LEAP : 1);
    else if (event.key === " " && this.surface.isPointedAt) this.surface.isHand = true;
    else if (event.key === " " || event.key === "Enter") this.#paint(event);
    else if (event.key === "Escape" && (pen.isDown || pen.selection)) this.#escape();
    else return false;
    return true;
  }

  /** @param {KeyboardEvent} event */
  release(event) {
    if (event.key === " ") this.surface.isHand = false;
    if (event.key !== " " && event.key !== "Enter") return;
    const { pen, isGestureUnderway } = this.surface;
    const { kind } = TOOLS[pen.settings.tool];
    if (kind !== "shape" && kind !== "select" && !isGestureUnderway) pen.up();
  }

  /**
   * Draw for as long as the key is held; a shape begins with one press and ends with the next.
   * @param {KeyboardEvent} event
   */
  #paint(event) {
    const { surface } = this;
    const isBarred = surface.readonly && !isHarmless(surface.pen.settings.tool);
    if (event.repeat || isBarred || surface.isGestureUnderway) return;
    if (surface.pen.isDown) surface.pen.up();
    else surface.pen.down(this.at, { combination: combinationOf(event) });
    surface.announce(this.at);
  }

  /**
   * @param {Point} direction
   * @param {number} distance
   */
  #step([right, down], distance) {
    const { surface } = this;
    const { pen } = surface;
    surface.leavePointer();
    const last = pen.painting.size - 1;
    const bounded = (/** @type {number} */ value) => Math.max(0, Math.min(last, value));
    this.at = [bounded(this.at[0] + right * distance), bounded(this.at[1] + down * distance)];
    if (pen.isDown && !surface.isGestureUnderway) pen.move([this.at]);
    else if (!pen.isDown && !surface.readonly) this.#nudge(right * distance, down * distance);
    this.#keepInSight();
    surface.announce(this.at);
  }

  /**
   * Move what is selected, where the tool in hand selects; else the arrow keys lead to where one paints, or
   * selects more or less.
   * @param {number} right
   * @param {number} down
   */
  #nudge(right, down) {
    const { pen } = this.surface;
    const { tool, combination } = pen.settings;
    if ((isSelecting(tool) && combination === "replace") || pen.floating) pen.nudge(right, down);
  }

  #escape() {
    const { pen } = this.surface;
    if (pen.isDown) pen.cancel();
    else pen.deselect();
  }

  /** Move the view so that the cursor is seen. */
  #keepInSight() {
    const { view, clientWidth, clientHeight } = this.surface;
    const [left, top] = [view.x + this.at[0] * view.scale, view.y + this.at[1] * view.scale];
    const right = Math.max(0, -left) - Math.max(0, left + view.scale - clientWidth);
    const down = Math.max(0, -top) - Math.max(0, top + view.scale - clientHeight);
    if (right || down) this.surface.pan(right, down);
  }
}
