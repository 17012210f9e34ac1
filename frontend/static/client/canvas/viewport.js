/**
 * Calculations of the view of a canvas, independent of the browser.
 *
 * Screen lengths are CSS pixels from the top left of the view; canvas lengths are canvas pixels.
 */

/** @import { View } from "../model/links.js" */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect */
/** @typedef {{columns: number, rows: number, tileSize: number}} Grid */

export const MAX_ZOOM = 64;
const FIT_MARGIN = 24;

/** Smallest zoom, as a fraction of the fitted one. */
const SMALLEST_OF_FIT = 0.5;

/**
 * @param {Grid} grid
 * @returns {Size} in canvas pixels
 */
export function sizeOf(grid) {
  return { width: grid.columns * grid.tileSize, height: grid.rows * grid.tileSize };
}

/**
 * Return the largest view that shows the whole canvas.
 * @param {Size} canvas
 * @param {Size} screen
 * @returns {View}
 */
export function fit(canvas, screen) {
  const across = Math.max(1, screen.width - 2 * FIT_MARGIN) / canvas.width;
  const down = Math.max(1, screen.height - 2 * FIT_MARGIN) / canvas.height;
  return { x: canvas.width / 2, y: canvas.height / 2, zoom: Math.min(MAX_ZOOM, across, down) };
}

/**
 * Return the nearest allowed view: its centre on the canvas, its zoom within the limits.
 * @param {View} view
 * @param {Size} canvas
 * @param {Size} screen
 * @returns {View}
 */
export function clamp(view, canvas, screen) {
  const smallest = Math.min(1, fit(canvas, screen).zoom * SMALLEST_OF_FIT);
  return {
    x: between(0, view.x, canvas.width),
    y: between(0, view.y, canvas.height),
    zoom: between(smallest, view.zoom, MAX_ZOOM),
  };
}

/**
 * @param {View} view
 * @param {Size} screen
 * @param {Point} point on the screen
 * @returns {Point} on the canvas
 */
export function toCanvas(view, screen, point) {
  return {
    x: view.x + (point.x - screen.width / 2) / view.zoom,
    y: view.y + (point.y - screen.height / 2) / view.zoom,
  };
}

/**
 * @param {View} view
 * @param {Size} screen
 * @param {Point} point on the canvas
 * @returns {Point} on the screen
 */
export function toScreen(view, screen, point) {
  return {
    x: screen.width / 2 + (point.x - view.x) * view.zoom,
    y: screen.height / 2 + (point.y - view.y) * view.zoom,
  };
}

/**
 * Return the visible part of the plane.
 * @param {View} view
 * @param {Size} screen
 * @returns {Rect}
 */
export function visibleRect(view, screen) {
  const corner = toCanvas(view, screen, { x: 0, y: 0 });
  return { ...corner, width: screen.width / view.zoom, height: screen.height / view.zoom };
}

/**
 * Return whether two rectangles have an area in common.
 * @param {Rect} one
 * @param {Rect} other
 */
export function overlaps(one, other) {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/**
 * Pan the view.
 * @param {View} view
 * @param {number} dx
 * @param {number} dy
 */
export function pan(view, dx, dy) {
  return { ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom };
}

/**
 * Zoom and keep the canvas point under `point` in place.
 * @param {View} view
 * @param {Size} canvas
 * @param {Size} screen
 * @param {Point} point
 * @param {number} factor
 * @returns {View}
 */
export function zoomAt(view, canvas, screen, point, factor) {
  const held = toCanvas(view, screen, point);
  const { zoom } = clamp({ ...view, zoom: view.zoom * factor }, canvas, screen);
  return holding(held, point, zoom, screen);
}

/**
 * Follow two fingers: the canvas points under them stay there, within the zoom limits.
 * @param {View} view when the fingers were at `before`
 * @param {Size} canvas
 * @param {Size} screen
 * @param {[Point, Point]} before
 * @param {[Point, Point]} after
 * @returns {View}
 */
export function pinch(view, canvas, screen, before, after) {
  const stretched = distance(...after) / Math.max(1, distance(...before));
  const { zoom } = clamp({ ...view, zoom: view.zoom * stretched }, canvas, screen);
  return holding(toCanvas(view, screen, middle(...before)), middle(...after), zoom, screen);
}

/**
 * Return the zoom factor of a wheel event; trackpads report many small ones.
 * @param {number} delta
 */
export function wheelFactor(delta) {
  return Math.exp(-between(-100, delta, 100) / 300);
}

/**
 * Return the cell at a canvas point, null outside the canvas.
 * @param {Grid} grid
 * @param {Point} point
 */
export function cellAt(grid, point) {
  const x = Math.floor(point.x / grid.tileSize);
  const y = Math.floor(point.y / grid.tileSize);
  return x >= 0 && y >= 0 && x < grid.columns && y < grid.rows ? { x, y } : null;
}

/**
 * Return the rectangle of a cell on the canvas.
 * @param {Grid} grid
 * @param {Point} cell
 * @returns {Rect}
 */
export function rectOf(grid, cell) {
  const side = grid.tileSize;
  return { x: cell.x * side, y: cell.y * side, width: side, height: side };
}

/**
 * Return the rectangle of cells that a drag spans, in the form of an area.
 * @param {Point} from
 * @param {Point} to
 */
export function spanOf(from, to) {
  return {
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    columns: Math.abs(from.x - to.x) + 1,
    rows: Math.abs(from.y - to.y) + 1,
  };
}

/**
 * Pan as little as possible to make a rectangle of the canvas visible.
 * @param {View} view
 * @param {Size} screen
 * @param {Rect} rect
 */
export function reveal(view, screen, rect) {
  const seen = visibleRect(view, screen);
  return {
    ...view,
    x: view.x + overhang(seen.x, seen.width, rect.x, rect.width),
    y: view.y + overhang(seen.y, seen.height, rect.y, rect.height),
  };
}

/**
 * Return a view close enough to paint, in which the cell fills much of the screen.
 * @param {Grid} grid
 * @param {Point} cell
 * @param {Size} screen
 * @returns {View}
 */
export function closeUp(grid, cell, screen) {
  const rect = rectOf(grid, cell);
  const zoom = Math.max(1, Math.floor((Math.min(screen.width, screen.height) * 0.5) / grid.tileSize));
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2, zoom: Math.min(MAX_ZOOM, zoom) };
}

/**
 * @param {number} low
 * @param {number} value
 * @param {number} high
 */
function between(low, value, high) {
  return Math.min(high, Math.max(low, value));
}

/**
 * @param {Point} held on the canvas
 * @param {Point} point on the screen
 * @param {number} zoom
 * @param {Size} screen
 * @returns {View}
 */
function holding(held, point, zoom, screen) {
  return {
    x: held.x - (point.x - screen.width / 2) / zoom,
    y: held.y - (point.y - screen.height / 2) / zoom,
    zoom,
  };
}

/**
 * @param {number} seen
 * @param {number} length
 * @param {number} from
 * @param {number} extent
 */
function overhang(seen, length, from, extent) {
  if (from < seen || extent > length) return from - seen;
  return Math.max(0, from + extent - (seen + length));
}

/**
 * @param {Point} a
 * @param {Point} b
 */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/**
 * @param {Point} a
 * @param {Point} b
 * @returns {Point}
 */
function middle(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
