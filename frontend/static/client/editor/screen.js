import { edgesOf } from "../model/regions.js";
import { paperOf } from "../ui/paper.js";
import { handlesOf } from "./view.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Box, Region } from "../model/regions.js" */
/** @import { Symmetry } from "../model/symmetry.js" */
/** @import { Dirty } from "./painting.js" */
/** @import { View } from "./view.js" */

/**
 * Draws the tile: pixels, dimmed neighbours, grid, and the preview of the current tool. Redraws only what
 * changed.
 * @typedef {(dx: number, dy: number) => Uint8Array | null} Surroundings the pixels of a neighbouring cell, -1
 *   to 1 cells away
 * @typedef {(pen: CanvasRenderingContext2D, scale: number) => void} Guide draws what to paint by over the
 *   tile; the pen's unit is a pixel of it, which has `scale` device pixels
 * @typedef {{brush: Box | null, ink: string | null, selection: Region | null, handles: Box | null,
 *   cursor: Point | null, axes: Symmetry}} Marks `ink`: what the brush is filled with, `handles`: the box
 *   that has them
 */

/** Minimum side in screen pixels of the squares behind transparent pixels. */
const CHECK = 6;

/** Screen pixels per pixel from which a grid is drawn. */
const GRID_FROM = 6;

/** Screen pixels per side of a handle. */
const HANDLE = 7;

/** Pixels between two stronger grid lines. */
const GRID_GROUP = 8;

const FAINT = "rgb(128 128 128 / 0.25)";
const STRONG = "rgb(128 128 128 / 0.6)";

export class Screen {
  /** @type {View} */
  view = { scale: 8, x: 0, y: 0 };
  hasGrid = true;
  /** @type {Guide | null} */
  guide = null;
  #tile;
  #image;
  #words;
  #around;
  #board = board();

  /**
   * @param {HTMLCanvasElement} art
   * @param {HTMLCanvasElement} overlay  over `art`, of the same size
   * @param {number} size  of the tile
   * @param {Uint32Array} rgba  the palette; 0 is transparent
   */
  constructor(art, overlay, size, rgba) {
    this.art = context(art);
    this.overlay = context(overlay);
    this.size = size;
    this.rgba = rgba;
    this.#tile = context(canvasOf(size));
    this.#image = this.#tile.createImageData(size, size);
    this.#words = new Uint32Array(this.#image.data.buffer);
    this.#around = context(canvasOf(3 * size));
  }

  /**
   * Resize the canvases to their element.
   * @param {number} width  in CSS pixels
   * @param {number} height
   */
  resize(width, height) {
    for (const { canvas } of [this.art, this.overlay]) {
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
  }

  /**
   * Redraw the neighbours.
   * @param {Surroundings} surroundings
   */
  surround(surroundings) {
    const { size } = this;
    this.#around.clearRect(0, 0, 3 * size, 3 * size);
    const image = this.#around.createImageData(size, size);
    const words = new Uint32Array(image.data.buffer);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const pixels = dx || dy ? surroundings(dx, dy) : null;
        if (!pixels) continue;
        for (let offset = 0; offset < pixels.length; offset++) words[offset] = this.rgba[pixels[offset]];
        this.#around.putImageData(image, (dx + 1) * size, (dy + 1) * size);
      }
    }
  }

  /**
   * Draw the pixels that changed, or everything.
   * @param {Uint8Array} pixels
   * @param {Dirty | null} dirty  what changed since the last call
   * @param {boolean} isWhole  whether to redraw everything, for example after panning
   */
  draw(pixels, dirty, isWhole) {
    if (dirty) this.#load(pixels, dirty);
    if (isWhole) this.#paint(null);
    else if (dirty) this.#paint(dirty);
  }

  /**
   * Draw the overlay.
   * @param {Marks} marks
   */
  mark({ brush, ink, selection, handles, cursor, axes }) {
    const { overlay } = this;
    overlay.setTransform(1, 0, 0, 1, 0, 0);
    overlay.clearRect(0, 0, overlay.canvas.width, overlay.canvas.height);
    overlay.scale(devicePixelRatio, devicePixelRatio);
    this.#drawAxes(axes);
    if (brush && ink) this.#fill(brush, ink);
    if (brush) this.#stroke(this.#pathOf(brush), []);
    if (selection) this.#stroke(this.#pathOf(selection), [5, 4]);
    if (handles) this.#drawHandles(handles);
    if (cursor) this.#stroke(this.#pathOf({ x: cursor[0], y: cursor[1], width: 1, height: 1 }), [], 2);
  }

  /**
   * @param {Uint8Array} pixels
   * @param {Dirty} dirty
   */
  #load(pixels, { left, top, right, bottom }) {
    for (let y = top; y <= bottom; y++) {
      for (let offset = y * this.size + left; offset <= y * this.size + right; offset++) {
        this.#words[offset] = this.rgba[pixels[offset]];
      }
    }
    this.#tile.putImageData(this.#image, 0, 0, left, top, right - left + 1, bottom - top + 1);
  }

  /** @param {Dirty | null} dirty  null for the whole screen */
  #paint(dirty) {
    const { art, size } = this;
    const { scale, x, y } = this.view;
    const side = size * scale;
    art.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    art.imageSmoothingEnabled = false;
    art.save();
    if (dirty) {
      // one more pixel on each side, for edges between two screen pixels
      const [left, top] = [
        Math.max(x, Math.floor(x + dirty.left * scale) - 1),
        Math.max(y, Math.floor(y + dirty.top * scale) - 1),
      ];
      const right = Math.min(x + side, Math.ceil(x + (dirty.right + 1) * scale) + 1);
      const bottom = Math.min(y + side, Math.ceil(y + (dirty.bottom + 1) * scale) + 1);
      art.beginPath();
      art.rect(left, top, right - left, bottom - top);
      art.clip();
    } else {
      art.clearRect(0, 0, art.canvas.width, art.canvas.height);
      art.globalAlpha = 0.4;
      art.drawImage(this.#around.canvas, x - side, y - side, 3 * side, 3 * side);
      art.globalAlpha = 1;
    }
    art.fillStyle = paperOf(art.canvas);
    art.fillRect(x, y, side, side);
    // Squares aligned to the pixels: half a pixel, or several whole ones.
    const square = scale >= 2 * CHECK ? scale / 2 : scale * Math.ceil(CHECK / scale);
    this.#board.setTransform(new DOMMatrix([square, 0, 0, square, x, y]));
    art.fillStyle = this.#board;
    art.fillRect(x, y, side, side);
    art.drawImage(this.#tile.canvas, x, y, side, side);
    if (this.guide) this.#drawGuide(this.guide);
    if (this.hasGrid && scale >= GRID_FROM)
      this.#drawGrid(dirty ?? { left: 0, top: 0, right: size - 1, bottom: size - 1 });
    art.strokeStyle = STRONG;
    art.strokeRect(x - 0.5, y - 0.5, side + 1, side + 1);
    art.restore();
  }

  /** @param {Guide} guide */
  #drawGuide(guide) {
    const { art, size } = this;
    const { scale, x, y } = this.view;
    art.save();
    art.beginPath();
    art.rect(x, y, size * scale, size * scale);
    art.clip();
    art.translate(x, y);
    art.scale(scale, scale);
    guide(art, scale * devicePixelRatio);
    art.restore();
  }

  /** @param {Dirty} lines */
  #drawGrid({ left, top, right, bottom }) {
    const { art } = this;
    const { scale, x, y } = this.view;
    for (const [style, isDrawn] of /** @type {[string, (line: number) => boolean][]} */ ([
      [FAINT, (line) => line % GRID_GROUP !== 0],
      [STRONG, (line) => line % GRID_GROUP === 0],
    ])) {
      art.beginPath();
      for (let column = left; column <= right + 1; column++) {
        if (!isDrawn(column)) continue;
        const at = Math.round(x + column * scale) + 0.5;
        art.moveTo(at, y + top * scale);
        art.lineTo(at, y + (bottom + 1) * scale);
      }
      for (let row = top; row <= bottom + 1; row++) {
        if (!isDrawn(row)) continue;
        const at = Math.round(y + row * scale) + 0.5;
        art.moveTo(x + left * scale, at);
        art.lineTo(x + (right + 1) * scale, at);
      }
      art.strokeStyle = style;
      art.stroke();
    }
  }

  /**
   * Return the edge of a region on the screen, on whole pixels of it.
   * @param {Region} region
   */
  #pathOf(region) {
    const { scale, x, y } = this.view;
    const path = new Path2D();
    const place = (/** @type {number} */ start, /** @type {number} */ at) =>
      Math.round(start + at * scale) + 0.5;
    for (const [left, top, right, bottom] of edgesOf(region)) {
      path.moveTo(place(x, left), place(y, top));
      path.lineTo(place(x, right), place(y, bottom));
    }
    return path;
  }

  /**
   * @param {Box} box
   * @param {string} colour
   */
  #fill({ x, y, width, height }, colour) {
    const { overlay, view } = this;
    overlay.fillStyle = colour;
    overlay.fillRect(
      view.x + x * view.scale,
      view.y + y * view.scale,
      width * view.scale,
      height * view.scale,
    );
  }

  /**
   * Draw a path in black and white, visible on any colour.
   * @param {Path2D} path
   * @param {number[]} dashes
   * @param {number} [thickness]
   */
  #stroke(path, dashes, thickness = 1) {
    const { overlay } = this;
    overlay.lineCap = "square";
    overlay.setLineDash([]);
    overlay.lineWidth = thickness + 2;
    overlay.strokeStyle = "#000";
    overlay.stroke(path);
    overlay.lineCap = "butt";
    overlay.setLineDash(dashes);
    overlay.lineWidth = thickness;
    overlay.strokeStyle = "#fff";
    overlay.stroke(path);
    overlay.setLineDash([]);
  }

  /** @param {Box} box */
  #drawHandles(box) {
    const path = new Path2D();
    for (const { place } of handlesOf(this.view, box))
      path.rect(place[0] - HANDLE / 2, place[1] - HANDLE / 2, HANDLE, HANDLE);
    this.overlay.fillStyle = "#fff";
    this.overlay.strokeStyle = "#000";
    this.overlay.lineWidth = 2;
    this.overlay.stroke(path);
    this.overlay.fill(path);
  }

  /** @param {Marks["axes"]} axes */
  #drawAxes(axes) {
    const { overlay, size } = this;
    const { scale, x, y } = this.view;
    const middle = (size * scale) / 2;
    overlay.beginPath();
    if (axes === "horizontal" || axes === "both" || axes === "rotational") {
      overlay.moveTo(x + middle, y);
      overlay.lineTo(x + middle, y + 2 * middle);
    }
    if (axes === "vertical" || axes === "both" || axes === "rotational") {
      overlay.moveTo(x, y + middle);
      overlay.lineTo(x + 2 * middle, y + middle);
    }
    overlay.lineWidth = 2;
    overlay.setLineDash(axes === "rotational" ? [2, 6] : [8, 4]);
    overlay.strokeStyle = "rgb(0 140 190 / 0.9)";
    overlay.stroke();
    overlay.setLineDash([]);
  }
}

/** @param {number} side */
function canvasOf(side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
function context(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/**
 * The checkerboard behind transparent pixels, one square per pixel; half transparent, for any paper.
 */
function board() {
  const squares = context(canvasOf(2));
  squares.fillStyle = "rgb(128 128 128 / 0.1)";
  squares.fillRect(0, 0, 2, 2);
  squares.fillStyle = "rgb(128 128 128 / 0.1)";
  squares.fillRect(0, 0, 1, 1);
  squares.fillRect(1, 1, 1, 1);
  return /** @type {CanvasPattern} */ (squares.createPattern(squares.canvas, "repeat"));
}
