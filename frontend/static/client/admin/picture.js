import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { setPaper } from "../ui/paper.js";
import { base } from "../ui/styles.js";
import { decodeRgba, fitScale, parsePalette } from "./region.js";

/** @import { Cell, Region } from "./region.js" */

/**
 * The fields of a canvas that a picture needs.
 * @typedef {{tile_size: number, palette: string[], paper_color: string}} Ground
 */
/** @typedef {Cell & {pixels: string | null}} Patch pixels to draw over a cell; null clears it */

const WIDTH = 480; // target size of a picture in screen pixels

/**
 * `<admin-picture label="…" .canvas=${canvas} .region=${region} .png=${blob} .patches=${[…]}
 * .marked=${cells}>`.
 */
export class Picture extends Element {
  static properties = {
    label: {},
    canvas: { attribute: false },
    region: { attribute: false },
    png: { attribute: false },
    patches: { attribute: false },
    marked: { attribute: false },
  };
  static styles = [
    base,
    css`
    canvas {
      display: block; width: 100%; height: auto; border: 1px solid var(--line);
      border-radius: var(--radius-1);
      background: var(--canvas-paper); forced-color-adjust: none;
      image-rendering: pixelated;
    }
  `,
  ];

  constructor() {
    super();
    this.label = "";
    /** @type {Ground | null} */
    this.canvas = null;
    /** @type {Region | null} */
    this.region = null;
    /** @type {Blob | null} the region as the server draws it */
    this.png = null;
    /** @type {Patch[]} */
    this.patches = [];
    /** @type {Cell[]} cells with a frame around them */
    this.marked = [];
  }

  render() {
    return html`<canvas role="img" aria-label=${this.label}></canvas>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (this.canvas) setPaper(this, this.canvas);
    if (changed.size > (changed.has("label") ? 1 : 0)) void this.#draw();
  }

  async #draw() {
    const { canvas, region, png, patches } = this;
    if (!canvas || !region || !png) return;
    const side = canvas.tile_size;
    const colours = parsePalette(canvas.palette);
    const bitmap = await createImageBitmap(png);
    const tiles = await Promise.all(
      patches.map(({ pixels }) =>
        pixels ? createImageBitmap(new ImageData(decodeRgba(pixels, colours), side, side)) : null,
      ),
    );
    if (png !== this.png || patches !== this.patches) return; // a newer picture is being drawn
    const scale = fitScale(region.columns * side, WIDTH);
    const surface = /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector("canvas"));
    [surface.width, surface.height] = [bitmap.width * scale, bitmap.height * scale];
    const pen = /** @type {CanvasRenderingContext2D} */ (surface.getContext("2d"));
    pen.imageSmoothingEnabled = false;
    pen.drawImage(bitmap, 0, 0, surface.width, surface.height);
    for (const [index, { x, y }] of patches.entries()) {
      const tile = tiles[index];
      const [left, top, width] = [(x - region.x) * side * scale, (y - region.y) * side * scale, side * scale];
      pen.clearRect(left, top, width, width);
      if (tile) pen.drawImage(tile, left, top, width, width);
    }
    for (const { x, y } of this.marked) {
      const [left, top, width] = [(x - region.x) * side * scale, (y - region.y) * side * scale, side * scale];
      // a black line inside a white one is visible on any picture
      for (const [colour, line] of /** @type {const} */ ([
        ["#ffffff", 5],
        ["#000000", 2],
      ])) {
        pen.strokeStyle = colour;
        pen.lineWidth = line;
        pen.strokeRect(left + 2.5, top + 2.5, width - 5, width - 5);
      }
    }
  }
}
customElements.define("admin-picture", Picture);
