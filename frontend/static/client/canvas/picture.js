import { css, html, LitElement } from "../lit.js";
import { base } from "../ui/styles.js";

/**
 * `<canvas-picture .pixels=${bytes} .rgba=${words} side="64" label="…">`: the pixels of one tile, enlarged
 * with hard edges.
 */
export class Picture extends LitElement {
  static properties = { pixels: { attribute: false }, rgba: { attribute: false }, label: {} };
  static styles = [
    base,
    css`
    :host { display: inline-block; line-height: 0; }
    canvas {
      width: 100%; aspect-ratio: 1; image-rendering: pixelated;
      border: 1px solid var(--line); border-radius: var(--radius-1); background: var(--canvas-paper);
      forced-color-adjust: none;
    }
  `,
  ];

  constructor() {
    super();
    /** @type {Uint8Array | null} */
    this.pixels = null;
    this.rgba = new Uint32Array(1);
    this.label = "";
  }

  render() {
    return this.label
      ? html`<canvas role="img" aria-label=${this.label}></canvas>`
      : html`<canvas aria-hidden="true"></canvas>`;
  }

  updated() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector("canvas"));
    const { pixels, rgba } = this;
    const side = Math.sqrt(pixels?.length ?? 1);
    canvas.width = canvas.height = side;
    if (!pixels) return;
    const image = new ImageData(side, side);
    const words = new Uint32Array(image.data.buffer);
    for (let index = 0; index < pixels.length; index++) words[index] = rgba[pixels[index]];
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
}
customElements.define("canvas-picture", Picture);
