import { css, html, LitElement } from "../lit.js";
import { onDensityChange } from "../ui/density.js";
import { base } from "../ui/styles.js";
import { preventFling } from "../ui/touch.js";
import { visibleRect } from "./viewport.js";

/** @import { CanvasStage } from "./stage.js" */
/** @import { Rect, Size } from "./viewport.js" */

/** CSS pixels of the longer side. */
const SIDE = 144;

/** Milliseconds between two redraws. */
const REFRESH_MS = 200;

/**
 * `<canvas-minimap .stage=${stage}>`: the whole canvas with the visible part marked. Click or drag to move
 * there.
 */
export class CanvasMinimap extends LitElement {
  static properties = { stage: { attribute: false } };
  static styles = [
    base,
    css`
    :host { line-height: 0; }
    canvas {
      border: 1px solid var(--line-strong); border-radius: var(--radius-1); background: var(--canvas-paper);
      box-shadow: var(--shadow); cursor: pointer; touch-action: none; forced-color-adjust: none;
    }
  `,
  ];

  constructor() {
    super();
    /** @type {CanvasStage | null} */
    this.stage = null;
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #due;
  /** Ends with the element's stay in the page. */
  #life = new AbortController();

  render() {
    // hidden from assistive technology, for which the keys of the stage do the same
    return html`<canvas aria-hidden="true" @pointerdown=${this.#grab} @pointermove=${this.#move}
      @touchmove=${preventFling}></canvas>`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    onDensityChange(() => this.refresh(), this.#life.signal);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    clearTimeout(this.#due);
    this.#due = undefined;
  }

  /** Redraw after a change of the canvas or the view. Hidden while the whole canvas is visible. */
  refresh() {
    const { stage } = this;
    if (!stage?.atlas) return;
    this.hidden = holdsAll(visibleRect(stage.view, stage.screen), stage.atlas);
    if (!this.hidden)
      this.#due ??= setTimeout(() => {
        this.#due = undefined;
        requestAnimationFrame(() => this.#paint());
      }, REFRESH_MS);
  }

  #paint() {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    const { stage } = this;
    if (!canvas || !pen || !stage?.atlas) return;
    const { atlas } = stage;
    const shrink = SIDE / Math.max(atlas.width, atlas.height);
    const width = Math.round(atlas.width * shrink);
    const height = Math.round(atlas.height * shrink);
    const scale = shrink * devicePixelRatio;
    canvas.style.setProperty("width", `${width}px`);
    canvas.style.setProperty("height", `${height}px`);
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    atlas.drawSmall(pen, scale);
    const part = visibleRect(stage.view, stage.screen);
    const colours = getComputedStyle(this);
    for (const [colour, thickness] of [
      ["#ffffff", 3],
      [colours.color, 1.5],
    ]) {
      pen.strokeStyle = String(colour);
      pen.lineWidth = Number(thickness) / shrink;
      pen.strokeRect(part.x, part.y, part.width, part.height);
    }
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    if (!event.isPrimary) return; // one finger moves the view
    /** @type {HTMLElement} */ (event.target).setPointerCapture(event.pointerId);
    this.#go(event);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.buttons && event.isPrimary) this.#go(event);
  }

  /** @param {PointerEvent} event */
  #go(event) {
    const { stage } = this;
    if (!stage?.atlas) return;
    const box = /** @type {HTMLElement} */ (event.target).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * stage.atlas.width;
    const y = ((event.clientY - box.top) / box.height) * stage.atlas.height;
    stage.camera.look({ ...stage.view, x, y });
  }
}

/**
 * @param {Rect} part
 * @param {Size} whole
 */
function holdsAll(part, whole) {
  return (
    part.x <= 0 && part.y <= 0 && part.x + part.width >= whole.width && part.y + part.height >= whole.height
  );
}
customElements.define("canvas-minimap", CanvasMinimap);
