import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { paletteRgba } from "../model/tile-pixels.js";
import { onDensityChange } from "../ui/density.js";
import { Element } from "../ui/element.js";
import { base } from "../ui/styles.js";
import { PointerGestures } from "./pointer-gestures.js";
import { Screen } from "./screen.js";
import { isInside, TOOLS } from "./tools.js";
import { fitView, keepInView, pixelAt, zoomView } from "./view.js";

/** @import { Painting } from "./painting.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Point } from "./tools.js" */
/** @import { View } from "./view.js" */
/** @import { Surroundings } from "./screen.js" */

/**
 * Which way an arrow key leads.
 * @type {Record<string, Point>}
 */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Pixels that an arrow key moves with Shift. */
const LEAP = 8;

/**
 * `<pixel-grid .pen=${pen} .palette=${palette}>`: the tile, painted with mouse, pen, touch or keys. Two
 * fingers, the wheel and the middle button move the view. Fires `cursor` with the pixel in question, or null,
 * as its detail.
 */
export class PixelGrid extends Element {
  static properties = {
    pen: { attribute: false },
    palette: { attribute: false },
    surroundings: { attribute: false },
    readonly: { type: Boolean },
    label: {},
  };
  static styles = [
    base,
    css`
    :host { position: relative; overflow: hidden; background: var(--sunken); touch-action: none; }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; }
    .overlay:focus-visible { outline-offset: -3px; }
    .overlay { cursor: crosshair; user-select: none; -webkit-touch-callout: none; }
    .overlay.hand { cursor: grab; }
    .overlay.select { cursor: cell; }
    .overlay.readonly { cursor: default; }
  `,
  ];

  /** @type {Screen | null} */
  #screen = null;
  #gestures = new PointerGestures(this);
  /**
   * The pixel under the pointer.
   * @type {Point | null}
   */
  #hovered = null;
  /**
   * The pixel that the keys are at.
   * @type {Point}
   */
  #cursor = [0, 0];
  #isPointed = false;
  #isFrameDue = false;
  #isWhole = true;
  #isFitted = true;
  #observer = new ResizeObserver(() => this.#resize());
  /** Ends with the element's stay in the page. */
  #life = new AbortController();

  constructor() {
    super();
    this.pen = /** @type {Pen} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /** @type {readonly string[]} */
    this.palette = [];
    /** @type {Surroundings} */
    this.surroundings = () => null;
    this.readonly = false;
    this.label = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
    this.#life = new AbortController();
    onDensityChange(() => this.#resize(), this.#life.signal);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.#life.abort();
  }

  /** @type {Painting} */
  get #painting() {
    return this.pen.painting;
  }

  render() {
    const kind = TOOLS[this.pen.settings.tool].kind;
    return html`<canvas class="art"></canvas>
      <canvas class="overlay ${this.readonly ? "readonly" : kind}" tabindex="0" role="application"
        aria-roledescription=${t("editor.grid_role")} aria-label=${this.label}
        @pointerdown=${(/** @type {PointerEvent} */ event) => this.#gestures.press(event)}
        @pointermove=${(/** @type {PointerEvent} */ event) => this.#gestures.move(event)}
        @pointerup=${(/** @type {PointerEvent} */ event) => this.#gestures.release(event)}
        @pointercancel=${(/** @type {PointerEvent} */ event) => this.#gestures.cancel(event)}
        @pointerleave=${() => this.#gestures.leave()}
        @wheel=${(/** @type {WheelEvent} */ event) => this.#gestures.turnWheel(event)}
        @contextmenu=${(/** @type {Event} */ event) => event.preventDefault()}
        @keydown=${this.#handleKeyDown} @keyup=${this.#handleKeyUp} @focus=${this.#handleFocus}
        @blur=${this.#handleBlur}></canvas>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const { size } = this.#painting;
    if (!this.#screen || this.#screen.size !== size || changed.has("palette")) {
      const [art, overlay] = this.renderRoot.querySelectorAll("canvas");
      this.#screen = new Screen(art, overlay, size, paletteRgba([...this.palette]));
      this.#cursor = [size >> 1, size >> 1];
      this.#resize();
    }
    if (changed.has("pen") || changed.has("surroundings")) this.surround();
    this.drawSoon();
  }

  focus() {
    /** @type {HTMLElement} */
    (this.renderRoot.querySelector(".overlay")).focus();
  }

  /**
   * Where the tile lies in this element.
   * @returns {View}
   */
  get view() {
    return this.#screen?.view ?? fitView(this.#painting.size, this.clientWidth, this.clientHeight);
  }

  /** Draw the neighbours as they are now. */
  surround() {
    this.#screen?.surround(this.surroundings);
    this.#redraw();
  }

  get hasGrid() {
    return this.#screen?.hasGrid ?? true;
  }

  set hasGrid(value) {
    if (this.#screen) this.#screen.hasGrid = value;
    this.#redraw();
  }

  /** Show the whole tile. */
  fit() {
    this.#isFitted = true;
    this.#look(fitView(this.#painting.size, this.clientWidth, this.clientHeight));
  }

  /**
   * Magnify about the middle.
   * @param {number} factor
   */
  zoom(factor) {
    this.zoomAt(factor, this.clientWidth / 2, this.clientHeight / 2);
  }

  /** Draw what changed with the next frame of the screen. */
  drawSoon() {
    if (this.#isFrameDue) return;
    this.#isFrameDue = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#isFrameDue = false;
    if (!this.#screen || !this.isConnected) return;
    this.#screen.draw(this.#painting.pixels, this.#painting.takeDirty(), this.#isWhole);
    this.#isWhole = false;
    this.#screen.mark({
      brush: this.#brushBox,
      selection: this.pen.selection,
      cursor: this.#hasKeys ? this.#cursor : null,
      axes: this.pen.settings.symmetry,
    });
  }

  /** Whether the keyboard paints: the focus is here, and no pointer moved since. */
  get #hasKeys() {
    return !this.#isPointed && this.renderRoot.querySelector(".overlay:focus-visible") !== null;
  }

  /** The box that the brush would paint under the pointer. */
  get #brushBox() {
    const { tool, brush } = this.pen.settings;
    if (!this.#hovered || this.readonly || !isInside(this.#painting.size, this.#hovered)) return null;
    const { kind } = TOOLS[tool];
    if (kind === "hand" || kind === "select") return null;
    const side = kind === "freehand" || kind === "shape" ? brush : 1;
    const [x, y] = this.#hovered;
    return { x: x - Math.floor(side / 2), y: y - Math.floor(side / 2), width: side, height: side };
  }

  #redraw() {
    this.#isWhole = true;
    this.drawSoon();
  }

  #resize() {
    if (!this.#screen || !this.clientWidth) return;
    this.#screen.resize(this.clientWidth, this.clientHeight);
    if (this.#isFitted) this.fit();
    else this.#look(this.view);
  }

  /** @param {View} view */
  #look(view) {
    if (!this.#screen) return;
    this.#screen.view = keepInView(view, this.#painting.size, this.clientWidth, this.clientHeight);
    this.#redraw();
  }

  /**
   * @param {number} factor
   * @param {number} x
   * @param {number} y
   */
  zoomAt(factor, x, y) {
    this.#isFitted = false;
    this.#look(zoomView(this.view, factor, x, y));
  }

  /**
   * @param {number} right
   * @param {number} down
   */
  pan(right, down) {
    this.#isFitted = false;
    const { scale, x, y } = this.view;
    this.#look({ scale, x: x + right, y: y + down });
  }

  /**
   * Return the pixel at a place of this element, in CSS pixels.
   * @param {Point} place
   */
  pixelAt(place) {
    return pixelAt(this.view, ...place);
  }

  /**
   * Show the pixel that the pointer is at, or none.
   * @param {Point | null} pixel
   */
  point(pixel) {
    this.#isPointed = true;
    if (String(pixel) === String(this.#hovered)) return;
    this.#hovered = pixel;
    this.#announce(pixel);
  }

  /** @param {Point | null} pixel */
  #announce(pixel) {
    const detail = pixel && isInside(this.#painting.size, pixel) ? pixel : null;
    this.dispatchEvent(new CustomEvent("cursor", { detail }));
  }

  #handleFocus() {
    this.drawSoon();
    if (this.#hasKeys) this.#announce(this.#cursor);
  }

  #handleBlur() {
    if (!this.#gestures.isDrawing) this.pen.up();
    this.drawSoon();
  }

  /** @param {KeyboardEvent} event */
  #handleKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) this.#step(arrow, event.shiftKey ? LEAP : 1);
    else if (event.key === " " || event.key === "Enter") this.#pressSpace(event);
    else if (event.key === "Escape" && (this.pen.isDown || this.pen.selection)) this.#escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.drawSoon();
  }

  /**
   * Draw for as long as Space is held; a shape begins with one press and ends with the next.
   * @param {KeyboardEvent} event
   */
  #pressSpace(event) {
    if (event.repeat || this.readonly || this.#gestures.isUnderway) return;
    if (this.pen.isDown) this.pen.up();
    else this.pen.down(this.#cursor);
    this.#announce(this.#cursor);
  }

  /** @param {KeyboardEvent} event */
  #handleKeyUp(event) {
    if (event.key !== " " && event.key !== "Enter") return;
    const { kind } = TOOLS[this.pen.settings.tool];
    if (kind !== "shape" && kind !== "select" && !this.#gestures.isUnderway) this.pen.up();
    this.drawSoon();
  }

  /**
   * @param {Point} direction
   * @param {number} distance
   */
  #step([right, down], distance) {
    this.#isPointed = false;
    this.#hovered = null;
    const last = this.#painting.size - 1;
    const bounded = (/** @type {number} */ value) => Math.max(0, Math.min(last, value));
    this.#cursor = [bounded(this.#cursor[0] + right * distance), bounded(this.#cursor[1] + down * distance)];
    if (this.pen.isDown && !this.#gestures.isUnderway) this.pen.move([this.#cursor]);
    else this.pen.nudge(right * distance, down * distance);
    this.#keepInSight();
    this.#announce(this.#cursor);
  }

  #escape() {
    if (this.pen.isDown) this.pen.cancel();
    else this.pen.deselect();
  }

  /** Move the view so that the cursor of the keys is seen. */
  #keepInSight() {
    const { scale, x, y } = this.view;
    const [left, top] = [x + this.#cursor[0] * scale, y + this.#cursor[1] * scale];
    const right = Math.max(0, -left) - Math.max(0, left + scale - this.clientWidth);
    const down = Math.max(0, -top) - Math.max(0, top + scale - this.clientHeight);
    if (right || down) this.pan(right, down);
  }
}
customElements.define("pixel-grid", PixelGrid);
