import { html } from "../lit.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { Templates } from "./templates.js" */

/**
 * Return the editor of a cell, which is loaded before; nothing without a canvas or a cell.
 * @param {LiveCanvas | null} live
 * @param {Cell | null} cell
 * @param {Templates | null} templates to paint by
 * @param {() => void} close
 */
export function tileEditor(live, cell, templates, close) {
  const { canvas, pixels, feed } = live ?? {};
  live?.parts?.pin(tileEditor, cell ? [{ x: cell.x - 1, y: cell.y - 1, columns: 3, rows: 3 }] : []);
  if (!cell || !canvas || !pixels) return "";
  const surroundings = (/** @type {number} */ dx, /** @type {number} */ dy) => {
    const x = cell.x + dx;
    return x >= 0 && x < pixels.canvas.columns ? pixels.pixelsOf(x, cell.y + dy) : null;
  };
  const guide = (/** @type {CanvasRenderingContext2D} */ pen, /** @type {number} */ scale) => {
    const side = canvas.tile_size;
    const part = { x: cell.x * side, y: cell.y * side, width: side, height: side };
    pen.translate(-part.x, -part.y);
    for (const layer of templates?.layers ?? []) layer.draw(pen, pixels, part, scale);
  };
  return html`<tile-editor .canvas=${canvas} .cell=${cell} .surroundings=${surroundings} .live=${feed}
    .role=${live?.role ?? null} .guide=${guide} @close=${close}></tile-editor>`;
}
