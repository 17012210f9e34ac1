/**
 * The canvas as square bitmaps, rendered on demand at the resolution in use and updated tile by tile. A
 * canvas of 8192 × 8192 pixels costs only what the screen shows.
 */

/** @import { CanvasPixels, Cell } from "../model/canvas-pixels.js" */
/** @import { Rect } from "./viewport.js" */

/**
 * A square with `step` canvas pixels per texel; `stale` are its cells that changed since it was drawn.
 * @typedef {{bitmap: OffscreenCanvas, pen: OffscreenCanvasRenderingContext2D, rect: Rect, step: number,
 *   stale: Map<number, Cell>}} Square
 */

/** Texels per side; a multiple of every tile size. */
const SIDE = 512;

/** One megabyte each; twice the number that a large screen shows. */
const KEPT = 128;

export class Atlas {
  /**
   * In order of use, the most recent last.
   * @type {Map<string, Square>}
   */
  #squares = new Map();

  /** @param {CanvasPixels} pixels */
  constructor(pixels) {
    this.pixels = pixels;
    this.width = pixels.canvas.columns * pixels.canvas.tileSize;
    this.height = pixels.canvas.rows * pixels.canvas.tileSize;
  }

  /**
   * Mark a cell as changed.
   * @param {Cell} cell
   */
  touch(cell) {
    const { tileSize, columns } = this.pixels.canvas;
    for (const { rect, stale } of this.#squares.values()) {
      const x = cell.x * tileSize - rect.x;
      const y = cell.y * tileSize - rect.y;
      if (x >= 0 && y >= 0 && x < rect.width && y < rect.height) stale.set(cell.y * columns + cell.x, cell);
    }
  }

  /**
   * Draw a part of the canvas.
   * @param {CanvasRenderingContext2D} pen whose units are canvas pixels
   * @param {Rect} part in canvas pixels
   * @param {number} scale device pixels per canvas pixel
   */
  draw(pen, part, scale) {
    const step = stepFor(scale, this.pixels.canvas.tileSize);
    const covered = SIDE * step;
    // Enlarged pixels have hard edges; shrunk ones are smoothed.
    pen.imageSmoothingEnabled = scale < 1;
    const right = Math.min(this.width, part.x + part.width);
    const bottom = Math.min(this.height, part.y + part.height);
    for (let y = Math.max(0, Math.floor(part.y / covered)); y * covered < bottom; y++) {
      for (let x = Math.max(0, Math.floor(part.x / covered)); x * covered < right; x++) {
        const { bitmap, rect } = this.#square(x, y, step);
        pen.drawImage(bitmap, rect.x, rect.y, rect.width, rect.height);
      }
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} step
   */
  #square(x, y, step) {
    const key = `${step}/${x},${y}`;
    const known = this.#squares.get(key);
    const square = known ?? this.#blank(x * SIDE * step, y * SIDE * step, step);
    this.#squares.delete(key);
    this.#squares.set(key, square);
    if (!known) this.#fill(square);
    else if (square.stale.size) this.#refresh(square);
    const [oldest] = this.#squares.keys();
    if (this.#squares.size > KEPT && oldest) this.#squares.delete(oldest);
    return square;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} step
   * @returns {Square}
   */
  #blank(x, y, step) {
    const rect = {
      x,
      y,
      width: Math.min(SIDE * step, this.width - x),
      height: Math.min(SIDE * step, this.height - y),
    };
    const bitmap = new OffscreenCanvas(rect.width / step, rect.height / step);
    const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (bitmap.getContext("2d"));
    return { bitmap, pen, rect, step, stale: new Map() };
  }

  /** @param {Square} square */
  #fill({ bitmap, pen, rect, step }) {
    const { tileSize } = this.pixels.canvas;
    const image = new ImageData(bitmap.width, bitmap.height);
    const words = new Uint32Array(image.data.buffer);
    for (let y = rect.y / tileSize; y * tileSize < rect.y + rect.height; y++) {
      for (let x = rect.x / tileSize; x * tileSize < rect.x + rect.width; x++) {
        const at = ((y * tileSize - rect.y) / step) * bitmap.width + (x * tileSize - rect.x) / step;
        this.#lay({ x, y }, step, words, at, bitmap.width);
      }
    }
    pen.putImageData(image, 0, 0);
  }

  /** @param {Square} square */
  #refresh({ pen, rect, step, stale }) {
    const { tileSize } = this.pixels.canvas;
    const side = tileSize / step;
    for (const cell of stale.values()) {
      const image = new ImageData(side, side);
      this.#lay(cell, step, new Uint32Array(image.data.buffer), 0, side);
      pen.putImageData(image, (cell.x * tileSize - rect.x) / step, (cell.y * tileSize - rect.y) / step);
    }
    stale.clear();
  }

  /**
   * @param {Cell} cell
   * @param {number} step
   * @param {Uint32Array} words
   * @param {number} at
   * @param {number} width
   */
  #lay(cell, step, words, at, width) {
    const pixels = this.pixels.pixelsOf(cell.x, cell.y);
    if (pixels) layTile(pixels, this.pixels.canvas.tileSize, this.pixels.rgba, step, words, at, width);
  }
}

/**
 * Fill in a tile's texels: each from one pixel, or from four samples of the `step` x `step` pixels it covers.
 * @param {Uint8Array} pixels
 * @param {number} tileSize
 * @param {Uint32Array} rgba
 * @param {number} step a power of two
 * @param {Uint32Array} words of an image `width` wide, from word `at` on
 * @param {number} at
 * @param {number} width
 */
export function layTile(pixels, tileSize, rgba, step, words, at, width) {
  const half = step >> 1;
  for (let y = 0; y < tileSize; y += step, at += width) {
    const row = y * tileSize;
    for (let x = 0, to = at; x < tileSize; x += step, to++) {
      const pixel = row + x;
      words[to] = half
        ? blend(rgba, [
            pixels[pixel],
            pixels[pixel + half],
            pixels[pixel + half * tileSize],
            pixels[pixel + half * (tileSize + 1)],
          ])
        : rgba[pixels[pixel]];
    }
  }
}

/**
 * Average palette colours; index 0 is transparent.
 * @param {Uint32Array} rgba
 * @param {number[]} indices
 */
function blend(rgba, indices) {
  let [red, green, blue, painted] = [0, 0, 0, 0];
  for (const index of indices) {
    if (!index) continue;
    const word = rgba[index];
    red += word & 0xff;
    green += (word >> 8) & 0xff;
    blue += (word >> 16) & 0xff;
    painted++;
  }
  if (!painted) return 0;
  const alpha = Math.round((255 * painted) / indices.length);
  return (
    ((alpha << 24) |
      (Math.round(blue / painted) << 16) |
      (Math.round(green / painted) << 8) |
      Math.round(red / painted)) >>>
    0
  );
}

/**
 * Return the canvas pixels per texel side: the finest resolution that the screen can show.
 * @param {number} scale device pixels per canvas pixel
 * @param {number} tileSize
 */
export function stepFor(scale, tileSize) {
  let step = 1;
  while (step < tileSize && scale * step * 2 <= 1) step *= 2;
  return step;
}
