import { css, html, LitElement } from "../lit.js";
import { paletteRgba } from "../model/tile-pixels.js";

/** `<tile-preview .pixels=${pixels} .palette=${palette} label="…">`: a tile as a picture. */
export class TilePreview extends LitElement {
  static properties = { pixels: { attribute: false }, palette: { attribute: false }, label: {} };
  static styles = css`
    :host { display: block; }
    canvas {
      display: block; width: 100%; aspect-ratio: 1; image-rendering: pixelated;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-1);
      background: conic-gradient(#8883 25%, #8881 0 50%, #8883 0 75%, #8881 0) 0 0 / 16px 16px;
    }
  `;

  constructor() {
    super();
    this.pixels = new Uint8Array(1);
    /** @type {readonly string[]} */
    this.palette = [];
    this.label = "";
  }

  render() {
    return html`<canvas role="img" aria-label=${this.label}></canvas>`;
  }

  updated() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector("canvas"));
    const size = Math.sqrt(this.pixels.length);
    canvas.width = canvas.height = size;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const image = context.createImageData(size, size);
    const rgba = paletteRgba([...this.palette]);
    new Uint32Array(image.data.buffer).set(Array.from(this.pixels, (colour) => rgba[colour]));
    context.putImageData(image, 0, 0);
  }
}
customElements.define("tile-preview", TilePreview);
