import * as viewport from "./viewport.js";

/** @import { View } from "../model/links.js" */
/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { Grid, Point, Rect } from "./viewport.js" */

const ZOOM_STEP = 1.5;

/** Which part of a canvas the stage shows, and how it gets to another. Points are on the screen. */
export class Camera {
  /** @type {View} */
  view = { x: 0, y: 0, zoom: 1 };
  /** In CSS pixels; 0 x 0 until the stage is laid out. */
  screen = { width: 0, height: 0 };
  /** @type {Grid} */
  grid = { columns: 0, rows: 0, tileSize: 1 };
  /** Whether the view is as `fit` left it, so that it stays fitted when the window changes. */
  isFitted = true;

  /** Called when the user chose what it shows, not an artist with whom they watch along. */
  chosen = () => {};

  /** @param {() => void} moved called when it shows another part */
  constructor(moved) {
    this.moved = moved;
  }

  get size() {
    return viewport.sizeOf(this.grid);
  }

  /** @param {View} view */
  look(view) {
    this.chosen();
    this.lead(view);
  }

  /**
   * Show what another artist sees.
   * @param {View} view
   */
  lead(view) {
    this.isFitted = false;
    this.#show(view);
  }

  /** Show the whole canvas. */
  fit() {
    this.chosen();
    this.isFitted = true;
    this.#showAll();
  }

  /** @param {number} steps inwards, about the middle */
  zoom(steps) {
    this.zoomAt({ x: this.screen.width / 2, y: this.screen.height / 2 }, ZOOM_STEP ** steps);
  }

  /**
   * @param {Point} point that stays where it is
   * @param {number} factor
   */
  zoomAt(point, factor) {
    this.look(viewport.zoomAt(this.view, this.size, this.screen, point, factor));
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  pan(dx, dy) {
    this.look(viewport.pan(this.view, dx, dy));
  }

  /**
   * Follow two fingers.
   * @param {[Point, Point]} before
   * @param {[Point, Point]} after
   */
  pinch(before, after) {
    this.look(viewport.pinch(this.view, this.size, this.screen, before, after));
  }

  /**
   * Bring a cell into the picture by the least move.
   * @param {Cell} cell
   */
  reveal(cell) {
    this.look(viewport.reveal(this.view, this.screen, viewport.rectOf(this.grid, cell)));
  }

  /**
   * Bring a cell into the picture, near enough to see what is in it.
   * @param {Cell} cell
   */
  visit(cell) {
    this.look(viewport.closeUp(this.grid, cell, this.screen));
  }

  /**
   * Take another size of the screen.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    this.screen = { width, height };
    if (this.isFitted && this.grid.columns) this.#showAll();
    else this.#show(this.view);
  }

  /** @param {Point} point */
  cellUnder(point) {
    return viewport.cellAt(this.grid, viewport.toCanvas(this.view, this.screen, point));
  }

  /**
   * Return the pixel under a point, null outside the canvas.
   * @param {Point} point
   */
  pixelUnder(point) {
    const { width: columns, height: rows } = this.size;
    const pixels = { columns, rows, tileSize: 1 };
    return viewport.cellAt(pixels, viewport.toCanvas(this.view, this.screen, point));
  }

  /**
   * Return the pixel in the middle of a cell.
   * @param {Cell | null} cell
   */
  middleOf(cell) {
    const side = this.grid.tileSize;
    return cell && { x: Math.floor((cell.x + 0.5) * side), y: Math.floor((cell.y + 0.5) * side) };
  }

  /**
   * Return the cell under a point, or the nearest one to it.
   * @param {Point} point
   */
  cellNear(point) {
    const { width, height } = this.size;
    const { x, y } = viewport.toCanvas(this.view, this.screen, point);
    const nearest = { x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1) };
    return viewport.cellAt(this.grid, nearest);
  }

  /**
   * Return where on the screen a point of the canvas is.
   * @param {number} x
   * @param {number} y
   */
  locate = (x, y) => viewport.toScreen(this.view, this.screen, { x, y });

  /** @param {Rect} rect in canvas pixels */
  shows(rect) {
    return viewport.overlaps(viewport.visibleRect(this.view, this.screen), rect);
  }

  get cellInTheMiddle() {
    return viewport.cellAt(this.grid, this.view) ?? { x: 0, y: 0 };
  }

  #showAll() {
    this.#show(viewport.fit(this.size, this.screen));
  }

  /** @param {View} view */
  #show(view) {
    this.view = this.screen.width ? viewport.clamp(view, this.size, this.screen) : view;
    this.moved();
  }
}
