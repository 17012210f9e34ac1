/**
 * The canvas as square bitmaps, at the resolution in use and updated tile by tile. A canvas of 8192 × 8192
 * pixels costs only what the screen shows: at full resolution the blocks of pixels in view, from afar
 * pictures of them.
 */

import { Loader } from "../model/loader.js";
import { SIDE, Square } from "./square.js";

/** @import { CanvasPixels, Change } from "../model/canvas-pixels.js" */
/** @import { Parts } from "../model/parts.js" */
/** @import { Rect } from "./viewport.js" */

/** Squares of a large canvas that are drawn from pixels per frame: some milliseconds. */
const FILLS = 2;

/** Pictures that load at the same time. */
const AT_ONCE = 2;

/** Milliseconds after the last change of a picture until it is loaded again; it may be 3 s behind. */
const SETTLED_MS = 10_000;

/** Milliseconds after which it is loaded again although it still changes, and the coarsest in any case. */
const OUTDATED_MS = 60_000;

export class Atlas {
  /**
   * In order of use, the most recent last.
   * @type {Map<string, Square>}
   */
  #squares = new Map();
  /** How many squares are kept, a megabyte each: as many as a view shows at most. */
  #kept = 0;
  /**
   * The whole of a large canvas, coarse but always there; null where one square cannot show it.
   * @type {Square | null}
   */
  #base = null;
  /**
   * Another moment of the canvas, shown until this one has come.
   * @type {Atlas | null}
   */
  #older = null;
  /** @type {Loader<Square> | null} */
  #pictures = null;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {CanvasPixels} pixels
   * @param {Parts | null} parts of a large canvas
   * @param {() => void} redraw called when more can be shown
   */
  constructor(pixels, parts, redraw) {
    this.pixels = pixels;
    this.parts = parts;
    this.redraw = redraw;
    this.width = pixels.canvas.columns * pixels.canvas.tileSize;
    this.height = pixels.canvas.rows * pixels.canvas.tileSize;
    if (!parts) return;
    if (Math.max(this.width, this.height) <= SIDE * parts.coarsest)
      this.#base = new Square(pixels, { x: 0, y: 0 }, parts.coarsest);
    this.#pictures = new Loader((square) => this.#load(square, parts), AT_ONCE, parts.signal);
    if (this.#base) this.#pictures.want([this.#base]);
    parts.addEventListener("block", redraw);
    parts.signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Whether anything of the canvas can be shown. */
  get isReady() {
    return this.#base?.isDrawn ?? true;
  }

  /**
   * Take a change of a cell into account.
   * @param {Change} change
   */
  touch(change) {
    for (const [key, square] of this.#squares) {
      if (!square.covers(change)) continue;
      if (this.parts && square.step > 1) square.paint(change);
      else if (this.pixels.isLoaded(this.pixels.blockAt(change.x, change.y))) square.mark(change);
      else this.#squares.delete(key); // its pixels are not followed any more
    }
    this.#base?.paint(change);
  }

  /**
   * Draw a part of the canvas, and load what is missing of it.
   * @param {CanvasRenderingContext2D} pen whose units are canvas pixels
   * @param {Rect} part in canvas pixels
   * @param {number} scale device pixels per canvas pixel
   */
  draw(pen, part, scale) {
    const finest = stepFor(scale, this.pixels.canvas.tileSize);
    const step = this.parts ? Math.min(finest, this.parts.coarsest) : finest;
    const { width, height } = pen.canvas;
    this.#kept = Math.max(this.#kept, Math.ceil((2 * width) / SIDE + 1) * Math.ceil((2 * height) / SIDE + 1));
    const shown = this.#squaresIn(part, step);
    if (this.parts) this.#require(shown, step, this.parts);
    pen.imageSmoothingEnabled = true;
    if (shown.every(({ isDrawn }) => isDrawn)) this.#older = null;
    if (this.#older && !this.#base?.isDrawn) this.#older.#drawKept(pen);
    for (const square of shown) if (!square.isDrawn) this.#drawCoarser(pen, square);
    // Enlarged pixels have hard edges; shrunk ones are smoothed.
    pen.imageSmoothingEnabled = scale < 1;
    for (const square of shown) square.draw(pen);
    this.#trim(shown.length);
  }

  /**
   * Stand for another moment of the canvas, which is shown until this one has come.
   * @param {Atlas | null} older
   */
  replace(older) {
    // Of moments that never came, the one before them is shown.
    this.#older = older && (older.#hasPicture ? older : older.#older);
    if (older) older.#older = null;
  }

  get #hasPicture() {
    return this.#base?.isDrawn || [...this.#squares.values()].some(({ isDrawn }) => isDrawn);
  }

  /**
   * Draw what there is, the finest last, and load nothing.
   * @param {CanvasRenderingContext2D} pen
   */
  #drawKept(pen) {
    this.#base?.draw(pen);
    for (const square of [...this.#squares.values()].sort((one, other) => other.step - one.step))
      square.draw(pen);
  }

  /**
   * Draw all of the canvas, small. Of a large one only what is there.
   * @param {CanvasRenderingContext2D} pen as above
   * @param {number} scale as above
   */
  drawSmall(pen, scale) {
    if (!this.parts) return this.draw(pen, { x: 0, y: 0, width: this.width, height: this.height }, scale);
    pen.imageSmoothingEnabled = true;
    this.#base?.draw(pen);
  }

  /**
   * Return the squares of a part, those in its middle first.
   * @param {Rect} part
   * @param {number} step
   */
  #squaresIn(part, step) {
    const covered = SIDE * step;
    const right = Math.min(this.width, part.x + part.width);
    const bottom = Math.min(this.height, part.y + part.height);
    const found = [];
    for (let y = Math.max(0, Math.floor(part.y / covered)); y * covered < bottom; y++)
      for (let x = Math.max(0, Math.floor(part.x / covered)); x * covered < right; x++)
        found.push(this.#square(x, y, step));
    if (!this.parts) for (const square of found) square.refresh();
    const middle = { x: part.x + part.width / 2, y: part.y + part.height / 2 };
    const distance = (/** @type {Square} */ { rect }) =>
      Math.hypot(rect.x + rect.width / 2 - middle.x, rect.y + rect.height / 2 - middle.y);
    return found.sort((one, other) => distance(one) - distance(other));
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} step
   * @returns {Square}
   */
  #square(x, y, step) {
    if (this.#base?.step === step) return this.#base;
    const key = `${step}/${x},${y}`;
    const square = this.#squares.get(key) ?? new Square(this.pixels, { x, y }, step);
    this.#squares.delete(key);
    this.#squares.set(key, square);
    return square;
  }

  /** @param {number} shown squares that must stay */
  #trim(shown) {
    for (const key of this.#squares.keys()) {
      if (this.#squares.size <= Math.max(shown, this.#kept)) return;
      this.#squares.delete(key);
    }
  }

  /**
   * Draw squares of a large canvas whose pixels are here, and ask for what is missing.
   * @param {readonly Square[]} shown
   * @param {number} step
   * @param {Parts} parts
   */
  #require(shown, step, parts) {
    const blocks = step === 1 ? shown.map(({ cells }) => this.pixels.blockAt(cells.x, cells.y)) : [];
    parts.see(blocks);
    let fills = FILLS;
    for (const [index, block] of blocks.entries()) {
      const square = shown[index];
      if (!this.pixels.isLoaded(block)) continue;
      if (square.isDrawn || fills-- > 0) square.refresh();
      else this.redraw();
    }
    const pictures = [this.#base, ...(step > 1 ? shown : [])].filter((square) => square !== null);
    this.#pictures?.want(pictures.filter((square) => isDue(square, square === this.#base)));
    if (pictures.some(({ touchedSeq, seq }) => touchedSeq > seq)) this.#redrawLater();
  }

  /** Look at changed pictures again when they have settled. */
  #redrawLater() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.redraw();
    }, SETTLED_MS);
  }

  /**
   * @param {Square} square
   * @param {Parts} parts
   */
  async #load(square, parts) {
    const { image, seq } = await parts.loadPicture(square.cells, square.step);
    square.take(image, seq);
    this.redraw();
  }

  /**
   * Draw the finest picture that there is in place of a square.
   * @param {CanvasRenderingContext2D} pen
   * @param {Square} square
   */
  #drawCoarser(pen, { rect, step }) {
    for (let coarser = 2 * step; coarser <= (this.parts?.coarsest ?? 0); coarser *= 2) {
      const side = SIDE * coarser;
      const key = `${coarser}/${Math.floor(rect.x / side)},${Math.floor(rect.y / side)}`;
      const square = this.#squares.get(key);
      if (square?.isDrawn) return square.draw(pen, rect);
    }
    this.#base?.draw(pen, rect);
  }
}

/**
 * Return whether a picture is to be loaded: for the first time, or again because it has changed.
 * @param {Square} square
 * @param {boolean} isBase which is only seen until something finer has come, and on the map
 */
function isDue({ isDrawn, seq, touchedSeq, touchedAt, loadedAt }, isBase) {
  if (!isDrawn) return true;
  const now = performance.now();
  const isSettled = now - touchedAt >= SETTLED_MS && !isBase;
  return touchedSeq > seq && (isSettled || now - loadedAt >= OUTDATED_MS);
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
