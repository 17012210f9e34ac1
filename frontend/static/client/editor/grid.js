import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { isInside } from "../model/geometry.js";
import { paletteRgba } from "../model/tile-pixels.js";
import { onDensityChange } from "../ui/density.js";
import { Element } from "../ui/element.js";
import { base } from "../ui/styles.js";
import { preventFling } from "../ui/touch.js";
import { KeyCursor } from "./key-cursor.js";
import { PointerGestures } from "./pointer-gestures.js";
import { Screen } from "./screen.js";
import { isSelecting, TOOLS } from "./tools.js";
import { fitView, handleAt, keepInView, pixelAt, zoomView } from "./view.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Painting } from "./painting.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Guide, Surroundings } from "./screen.js" */
/** @import { View } from "./view.js" */

/**
 * `<pixel-grid .pen=${pen} .palette=${palette}>`: the tile, painted with mouse, pen, touch or keys. Two
 * fingers, the wheel, the middle button and Space move the view. Fires `cursor` with the pixel in question,
 * or null, as its detail, and `select` when something is selected, and when nothing is any more.
 */
export class PixelGrid extends Element {
  static properties = {
    pen: { attribute: false },
    palette: { attribute: false },
    surroundings: { attribute: false },
    guide: { attribute: false },
    readonly: { type: Boolean },
    label: {},
    isHand: { state: true },
  };
  static styles = [
    base,
    css`
    :host { position: relative; overflow: hidden; background: var(--sunken); touch-action: none; }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; }
    .overlay:focus-visible { outline-offset: -3px; }
    .overlay { cursor: crosshair; user-select: none; -webkit-touch-callout: none; }
    .overlay.edge, .overlay.ink { cursor: none; }
    .overlay.hand { cursor: grab; }
    .overlay.select { cursor: cell; }
    .overlay.readonly { cursor: default; }
  `,
  ];

  /** @type {Screen | null} */
  #screen = null;
  #gestures = new PointerGestures(this);
  #keys = new KeyCursor(this);
  /**
   * The pixel under the pointer.
   * @type {Point | null}
   */
  #hovered = null;
  #isPointed = false;
  #isUnselected = true;
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
    /** @type {Guide | null} */
    this.guide = null;
    this.readonly = false;
    this.label = "";
    this.isHand = false; // whether the pointer moves the view, whatever the tool
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
    return html`<canvas class="art"></canvas>
      <canvas class="overlay ${this.#pointerStyle}" tabindex="0" role="application"
        aria-roledescription=${t("editor.grid_role")} aria-label=${this.label}
        @pointerdown=${(/** @type {PointerEvent} */ event) => this.#gestures.press(event)}
        @pointermove=${(/** @type {PointerEvent} */ event) => this.#gestures.move(event)}
        @pointerup=${(/** @type {PointerEvent} */ event) => this.#gestures.release(event)}
        @pointercancel=${(/** @type {PointerEvent} */ event) => this.#gestures.cancel(event)}
        @pointerleave=${() => this.#gestures.leave()}
        @wheel=${(/** @type {WheelEvent} */ event) => this.#gestures.turnWheel(event)}
        @contextmenu=${(/** @type {Event} */ event) => event.preventDefault()} @touchmove=${preventFling}
        @keydown=${this.#handleKeyDown} @keyup=${this.#handleKeyUp} @focus=${this.#handleFocus}
        @blur=${this.#handleBlur}></canvas>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const { size } = this.#painting;
    if (!this.#screen || this.#screen.size !== size || changed.has("palette")) {
      const [art, overlay] = this.renderRoot.querySelectorAll("canvas");
      this.#screen = new Screen(art, overlay, size, paletteRgba([...this.palette]));
      this.#keys.at = [size >> 1, size >> 1];
      this.#resize();
    }
    this.#screen.guide = this.guide;
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
    const { settings, selection } = this.pen;
    if ((selection === null) !== this.#isUnselected) {
      this.#isUnselected = selection === null;
      this.dispatchEvent(new Event("select"));
    }
    this.#screen.mark({
      brush: this.#brushBox,
      ink: settings.cursor === "ink" ? (this.palette[settings.colour - 1] ?? null) : null,
      selection,
      handles: this.#hasHandles ? selection : null,
      cursor: this.#hasKeys ? this.#keys.at : null,
      axes: settings.symmetry,
    });
  }

  get #pointerStyle() {
    if (this.isHand) return "hand";
    const { tool, cursor } = this.pen.settings;
    const { kind } = TOOLS[tool];
    if (kind === "author") return "picker";
    if (this.readonly) return "readonly";
    return kind === "freehand" || kind === "shape" || kind === "fill" ? cursor : kind;
  }

  /** Whether what is selected can be scaled by its sides. */
  get #hasHandles() {
    const { selection, settings } = this.pen;
    const isScaling = isSelecting(settings.tool) && settings.combination === "replace";
    return isScaling && selection !== null && !this.readonly;
  }

  /**
   * Return the handle of the selection at a place of this element, or null.
   * @param {Point} place
   * @param {number} reach CSS pixels
   */
  handleAt(place, reach) {
    const { selection } = this.pen;
    return this.#hasHandles && selection ? handleAt(this.view, selection, place, reach) : null;
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
    if (kind === "hand" || isSelecting(tool)) return null;
    const side = (kind === "freehand" || kind === "shape") && tool !== "gradient" ? brush : 1;
    const [x, y] = this.#hovered;
    return { x: x - Math.floor(side / 2), y: y - Math.floor(side / 2), width: side, height: side };
  }

  #redraw() {
    this.#isWhole = true;
    this.drawSoon();
  }

  #resize() {
    if (!this.#screen || !this.clientWidth) return;
    this.#gestures.interrupt();
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
    this.announce(pixel);
  }

  /** @param {Point | null} pixel */
  announce(pixel) {
    const detail = pixel && isInside(this.#painting.size, pixel) ? pixel : null;
    this.dispatchEvent(new CustomEvent("cursor", { detail }));
  }

  get isPointedAt() {
    return this.#isPointed && this.#hovered !== null;
  }

  get isGestureUnderway() {
    return this.#gestures.isUnderway;
  }

  leavePointer() {
    this.#isPointed = false;
    this.#hovered = null;
  }

  #handleFocus() {
    this.drawSoon();
    if (this.#hasKeys) this.announce(this.#keys.at);
  }

  #handleBlur() {
    this.isHand = false;
    if (!this.#gestures.isDrawing) this.pen.up();
    this.drawSoon();
  }

  /** @param {KeyboardEvent} event */
  #handleKeyDown(event) {
    if (!this.#keys.press(event)) return;
    event.preventDefault();
    event.stopPropagation();
    this.drawSoon();
  }

  /** @param {KeyboardEvent} event */
  #handleKeyUp(event) {
    this.#keys.release(event);
    this.drawSoon();
  }
}
customElements.define("pixel-grid", PixelGrid);
