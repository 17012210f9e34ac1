import { css, html, LitElement } from "../lit.js";
import { cursorsOver } from "../model/cursors.js";
import "../ui/cursors.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Locate } from "../ui/cursors.js" */
/** @import { Editor } from "./editor.js" */
/** @import { PixelGrid } from "./grid.js" */

/**
 * `<editor-cursors .editor=${editor}>` near a `<pixel-grid>`, which it covers: who else points at the tile
 * and paints it; shows the others where the user is in it.
 */
export class EditorCursors extends LitElement {
  static properties = { editor: { attribute: false } };
  static styles = css`
    :host { position: relative; pointer-events: none; }
  `;

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  get #cursors() {
    return cursorsOver(this.editor.feed);
  }

  get #grid() {
    return /** @type {PixelGrid} */ (this.parentElement?.querySelector("pixel-grid"));
  }

  firstUpdated() {
    this.#grid.addEventListener("cursor", (event) => {
      const pixel = /** @type {CustomEvent<Point | null>} */ (event).detail;
      const { x, y } = this.#corner;
      this.#cursors?.point(pixel && [x + pixel[0] + 0.5, y + pixel[1] + 0.5], null);
    });
  }

  render() {
    return html`<ui-cursors .cursors=${this.#cursors} .locate=${this.#locate}></ui-cursors>`;
  }

  /** The first pixel of the tile, in pixels of the canvas. */
  get #corner() {
    const { canvas, cell } = this.editor;
    return { x: cell.x * canvas.tile_size, y: cell.y * canvas.tile_size };
  }

  /** @type {Locate} */
  #locate = (x, y) => {
    const { tile_size: size } = this.editor.canvas;
    const { view } = this.#grid;
    const [column, row] = [x - this.#corner.x, y - this.#corner.y];
    if (column < 0 || row < 0 || column > size || row > size) return null;
    return { x: view.x + column * view.scale, y: view.y + row * view.scale };
  };
}
customElements.define("editor-cursors", EditorCursors);
