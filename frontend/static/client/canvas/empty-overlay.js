/** @import { CanvasPixels, Cell } from "../model/canvas-pixels.js" */

/** Pixels per side of the picture at most; one of a larger canvas has a pixel for several of the canvas. */
const LONGEST_SIDE = 2048;

/** A light magenta, which few pictures have over large parts. */
const MARK = [236, 150, 214, 255];

/** A picture over the canvas that marks what is still empty. */
export class EmptyOverlay {
  image = document.createElement("canvas");
  /** Pixels of the canvas per pixel of the picture. */
  #step = 1;

  /** @param {CanvasPixels} pixels */
  constructor(pixels) {
    this.pixels = pixels;
    const { columns, rows, tileSize } = pixels.canvas;
    while (Math.max(columns, rows) * tileSize > LONGEST_SIDE * this.#step) this.#step *= 2;
    const side = tileSize / this.#step;
    Object.assign(this.image, { width: columns * side, height: rows * side });
    for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) this.touch({ x, y });
  }

  /** @param {Cell} cell that has changed */
  touch({ x, y }) {
    const painted = this.pixels.pixelsOf(x, y);
    if (!painted && this.pixels.tileAt(x, y)) return; // not loaded yet: what is empty in it is not known
    const { tileSize } = this.pixels.canvas;
    const side = tileSize / this.#step;
    const data = new ImageData(side, side);
    for (let at = 0; at < side * side; at++) {
      const offset = Math.floor(at / side) * this.#step * tileSize + (at % side) * this.#step;
      if (!painted || isEmpty(painted, offset, this.#step, tileSize)) data.data.set(MARK, 4 * at);
    }
    this.#pen.putImageData(data, x * side, y * side);
  }

  get #pen() {
    return /** @type {CanvasRenderingContext2D} */ (this.image.getContext("2d"));
  }
}

/**
 * Return whether a square of a tile has no painted pixel.
 * @param {Uint8Array} pixels
 * @param {number} offset of its corner
 * @param {number} side
 * @param {number} tileSize
 */
function isEmpty(pixels, offset, side, tileSize) {
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) if (pixels[offset + row * tileSize + column]) return false;
  return true;
}
