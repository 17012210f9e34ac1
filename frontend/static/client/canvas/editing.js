import { html } from "../lit.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */

/**
 * Return the editor of a cell, which is loaded before; nothing without a canvas or a cell.
 * @param {LiveCanvas | null} live
 * @param {Cell | null} cell
 * @param {() => void} close
 */
export function tileEditor(live, cell, close) {
  const { canvas, pixels, feed } = live ?? {};
  if (!cell || !canvas || !pixels) return "";
  const surroundings = (/** @type {number} */ dx, /** @type {number} */ dy) => {
    const x = cell.x + dx;
    return x >= 0 && x < pixels.canvas.columns ? pixels.pixelsOf(x, cell.y + dy) : null;
  };
  return html`<tile-editor .canvas=${canvas} .cell=${cell} .surroundings=${surroundings} .live=${feed}
    @close=${close}></tile-editor>`;
}
