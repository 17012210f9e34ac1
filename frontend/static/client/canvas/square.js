/** @import { CanvasPixels, Cell, Change } from "../model/canvas-pixels.js" */
/** @import { Rect } from "./viewport.js" */

/** Texels per side; a multiple of every tile size, and the side of a block of pixels. */
export const SIDE = 512;

/** A part of a canvas as a bitmap, `step` canvas pixels per texel, drawn from pixels or from a picture. */
export class Square {
  /** Whether there is something to show. */
  isDrawn = false;
  /** Of a picture: the last change that it shows, and the last one that is drawn over it. */
  seq = 0;
  touchedSeq = 0;
  /** When that was, in milliseconds since the page was opened. */
  touchedAt = 0;
  loadedAt = 0;
  /**
   * Cells that changed since the square was drawn.
   * @type {Map<number, Cell>}
   */
  #stale = new Map();
  /** @type {OffscreenCanvas | null} */
  #bitmap = null;

  /**
   * @param {CanvasPixels} pixels
   * @param {Cell} place counted in squares of this step
   * @param {number} step
   */
  constructor(pixels, { x, y }, step) {
    this.pixels = pixels;
    this.step = step;
    const { columns, rows, tileSize } = pixels.canvas;
    const side = SIDE * step;
    /** @type {Rect} in canvas pixels */
    this.rect = {
      x: x * side,
      y: y * side,
      width: Math.min(side, columns * tileSize - x * side),
      height: Math.min(side, rows * tileSize - y * side),
    };
  }

  /** The cells that the square covers. */
  get cells() {
    const { tileSize } = this.pixels.canvas;
    const { x, y, width, height } = this.rect;
    return { x: x / tileSize, y: y / tileSize, columns: width / tileSize, rows: height / tileSize };
  }

  /** @param {Cell} cell */
  covers({ x, y }) {
    const { tileSize } = this.pixels.canvas;
    const [left, top] = [x * tileSize - this.rect.x, y * tileSize - this.rect.y];
    return left >= 0 && top >= 0 && left < this.rect.width && top < this.rect.height;
  }

  /**
   * Draw a part of the square, or all of it.
   * @param {CanvasRenderingContext2D} pen whose units are canvas pixels
   * @param {Rect} part of the canvas that the square covers
   */
  draw(pen, part = this.rect) {
    if (!this.#bitmap) return;
    const { rect, step } = this;
    const [x, y] = [(part.x - rect.x) / step, (part.y - rect.y) / step];
    const [width, height] = [part.width / step, part.height / step];
    pen.drawImage(this.#bitmap, x, y, width, height, part.x, part.y, part.width, part.height);
  }

  /** Draw the square from its pixels, or what changed of them. */
  refresh() {
    if (!this.isDrawn) this.#fill();
    for (const cell of this.#stale.values()) this.#lay(cell, this.pixels.pixelsOf(cell.x, cell.y));
    this.#stale.clear();
  }

  /** @param {Cell} cell that is drawn again with the next refresh */
  mark(cell) {
    this.#stale.set(cell.y * this.pixels.canvas.columns + cell.x, cell);
  }

  /**
   * Draw a picture of the square.
   * @param {ImageBitmap} image
   * @param {number} seq the last change that it shows
   */
  take(image, seq) {
    const pen = this.#pen();
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.drawImage(image, 0, 0);
    image.close();
    this.seq = seq;
    this.loadedAt = performance.now();
    this.isDrawn = true;
  }

  /**
   * Draw a change over the picture: exactly if it is of a whole tile, else by the share that the painted
   * pixels have in their texel. The picture does not tell what was below them.
   * @param {Change} change
   */
  paint({ x, y, seq, painted, pixels }) {
    if (!this.isDrawn || seq <= this.seq) return;
    this.touchedSeq = seq;
    this.touchedAt = performance.now();
    if (!painted) return this.#lay({ x, y }, pixels);
    const { tileSize } = this.pixels.canvas;
    const [left, top] = [(x * tileSize - this.rect.x) / this.step, (y * tileSize - this.rect.y) / this.step];
    const pen = this.#pen();
    for (const { texel, colour, share } of sharesOf(painted, tileSize, this.step)) {
      pen.globalAlpha = share;
      pen.globalCompositeOperation = colour ? "source-over" : "destination-out";
      pen.fillStyle = this.pixels.palette[Math.max(0, colour - 1)];
      pen.fillRect(left + texel.x, top + texel.y, 1, 1);
    }
    pen.globalAlpha = 1;
    pen.globalCompositeOperation = "source-over";
  }

  #fill() {
    const { step, rect, pixels } = this;
    const { tileSize } = pixels.canvas;
    const pen = this.#pen();
    const image = new ImageData(pen.canvas.width, pen.canvas.height);
    const words = new Uint32Array(image.data.buffer);
    const { x: left, y: top, columns, rows } = this.cells;
    for (let y = top; y < top + rows; y++) {
      for (let x = left; x < left + columns; x++) {
        const at = ((y * tileSize - rect.y) / step) * image.width + (x * tileSize - rect.x) / step;
        const tile = pixels.pixelsOf(x, y);
        if (tile) layTile(tile, tileSize, pixels.rgba, step, words, at, image.width);
      }
    }
    pen.putImageData(image, 0, 0);
    this.#stale.clear();
    this.isDrawn = true;
  }

  /**
   * @param {Cell} cell
   * @param {Uint8Array | null} tile
   */
  #lay({ x, y }, tile) {
    const { tileSize } = this.pixels.canvas;
    const side = tileSize / this.step;
    const image = new ImageData(side, side);
    const words = new Uint32Array(image.data.buffer);
    if (tile) layTile(tile, tileSize, this.pixels.rgba, this.step, words, 0, side);
    const [left, top] = [x * tileSize - this.rect.x, y * tileSize - this.rect.y];
    this.#pen().putImageData(image, left / this.step, top / this.step);
  }

  #pen() {
    this.#bitmap ??= new OffscreenCanvas(this.rect.width / this.step, this.rect.height / this.step);
    return /** @type {OffscreenCanvasRenderingContext2D} */ (this.#bitmap.getContext("2d"));
  }
}

/**
 * Count the pixels of each colour in each texel of a tile.
 * @param {readonly [offset: number, colour: number][]} painted in order; the last one of a pixel counts
 * @param {number} tileSize
 * @param {number} step
 * @returns {{texel: Cell, colour: number, share: number}[]} `share` of the texel's pixels, 0 to 1
 */
export function sharesOf(painted, tileSize, step) {
  const width = tileSize / step;
  /** @type {Map<number, {texel: Cell, colour: number, share: number}>} */
  const shares = new Map();
  for (const [offset, colour] of new Map(painted)) {
    const x = Math.floor((offset % tileSize) / step);
    const y = Math.floor(offset / tileSize / step);
    const key = 256 * (y * width + x) + colour;
    const known = shares.get(key) ?? { texel: { x, y }, colour, share: 0 };
    known.share += 1 / (step * step);
    shares.set(key, known);
  }
  return [...shares.values()];
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
