import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { paletteRgba } from "../model/tile-pixels.js";
import { Element } from "../ui/element.js";
import { base } from "../ui/styles.js";
import { Screen } from "./screen.js";
import { isInside, TOOLS } from "./tools.js";
import { fitted, kept, pixelAt, zoomed } from "./view.js";

/** @import { Painting } from "./painting.js" */
/** @import { Pen } from "./pen.js" */
/** @import { Point } from "./tools.js" */
/** @import { View } from "./view.js" */

/** Which way an arrow key leads. @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Pixels that an arrow key leads with Shift. */
const LEAP = 8;

const BUTTON = { left: 0, middle: 1, right: 2 };

/**
 * `<pixel-grid .pen=${pen} .palette=${palette}>`: the tile, painted with mouse, pen, touch or keys. Two fingers, the
 * wheel and the middle button move the view. Fires `cursor` with the pixel in question, or null, as its detail.
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
  /** Fingers on the glass, and where. @type {Map<number, Point>} */
  #fingers = new Map();
  /** @type {"draw" | "pan" | "pinch" | null} */
  #gesture = null;
  /** The pixel under the pointer. @type {Point | null} */
  #hovered = null;
  /** The pixel that the keys are at. @type {Point} */
  #cursor = [0, 0];
  #isPointed = false;
  #isFrameDue = false;
  #isWhole = true;
  #isFitted = true;
  #observer = new ResizeObserver(() => this.#resize());

  constructor() {
    super();
    this.pen = /** @type {Pen} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /** @type {readonly string[]} */
    this.palette = [];
    /** @type {import("./screen.js").Surroundings} */
    this.surroundings = () => null;
    this.readonly = false;
    this.label = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
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
        @pointerdown=${this.#pressed} @pointermove=${this.#moved} @pointerup=${this.#released}
        @pointercancel=${this.#cancelled} @pointerleave=${this.#left} @wheel=${this.#wheeled}
        @contextmenu=${(/** @type {Event} */ event) => event.preventDefault()}
        @keydown=${this.#keyPressed} @keyup=${this.#keyReleased} @focus=${this.#focused} @blur=${this.#blurred}></canvas>`;
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
    /** @type {HTMLElement} */ (this.renderRoot.querySelector(".overlay")).focus();
  }

  /** Where the tile lies in this element. @returns {View} */
  get view() {
    return this.#screen?.view ?? fitted(this.#painting.size, this.clientWidth, this.clientHeight);
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
    this.#look(fitted(this.#painting.size, this.clientWidth, this.clientHeight));
  }

  /** Magnify about the middle. @param {number} factor */
  zoom(factor) {
    this.#zoomAt(factor, this.clientWidth / 2, this.clientHeight / 2);
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

  /** Whether the keys are what paints at present: the focus is here, and no pointer moved since. */
  get #hasKeys() {
    return !this.#isPointed && this.renderRoot.querySelector(".overlay:focus-visible") !== null;
  }

  /** What the pencil would touch under the pointer. */
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
    this.#screen.view = kept(view, this.#painting.size, this.clientWidth, this.clientHeight);
    this.#redraw();
  }

  /** @param {number} factor @param {number} x @param {number} y */
  #zoomAt(factor, x, y) {
    this.#isFitted = false;
    this.#look(zoomed(this.view, factor, x, y));
  }

  /** @param {number} right @param {number} down */
  #pan(right, down) {
    this.#isFitted = false;
    const { scale, x, y } = this.view;
    this.#look({ scale, x: x + right, y: y + down });
  }

  /** @param {PointerEvent} event @returns {Point} */
  #place(event) {
    const { left, top } = this.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  /** @param {PointerEvent} event @returns {Point} */
  #pixel(event) {
    return pixelAt(this.view, ...this.#place(event));
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    /** @type {HTMLElement} */ (event.target).setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") this.#fingers.set(event.pointerId, this.#place(event));
    const isHand = TOOLS[this.pen.settings.tool].kind === "hand" || this.readonly;
    if (this.#fingers.size === 2) {
      // The first finger drew a dot only because the second one came later.
      this.pen.cancel();
      this.#gesture = "pinch";
    } else if (this.#gesture) {
      return;
    } else if (event.button === BUTTON.middle || (isHand && event.button === BUTTON.left)) {
      this.#fingers.set(event.pointerId, this.#place(event));
      this.#gesture = "pan";
    } else if (event.button === BUTTON.right || (event.altKey && event.button === BUTTON.left)) {
      this.pen.pick(this.#pixel(event));
    } else if (event.button === BUTTON.left) {
      this.#gesture = "draw";
      this.#point(this.#pixel(event));
      this.pen.down(this.#pixel(event));
    }
    this.drawSoon();
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    this.#point(this.#pixel(event));
    if (this.#gesture === "draw") {
      // What the screen was too slow to tell one by one: without it fast curves are made of straight lines.
      const samples = event.getCoalescedEvents?.() ?? [];
      this.pen.move(
        (samples.length ? samples : [event]).map((sample) => this.#pixel(sample)),
        event.shiftKey,
      );
    } else if (this.#fingers.has(event.pointerId)) {
      this.#drag(event);
    }
    this.drawSoon();
  }

  /** Move the view with a finger, or with two of them. @param {PointerEvent} event */
  #drag(event) {
    const before = [...this.#fingers.values()];
    this.#fingers.set(event.pointerId, this.#place(event));
    const after = [...this.#fingers.values()];
    const [from, to] = [middle(before), middle(after)];
    this.#pan(to[0] - from[0], to[1] - from[1]);
    if (after.length === 2) this.#zoomAt(spread(after) / (spread(before) || 1), to[0], to[1]);
  }

  /** @param {PointerEvent} event */
  #released(event) {
    this.#fingers.delete(event.pointerId);
    if (this.#gesture === "draw") this.pen.up();
    // The last finger of a pinch draws nothing until it is lifted.
    if (this.#fingers.size === 0) this.#gesture = null;
    if (event.pointerType === "touch") this.#point(null);
    this.drawSoon();
  }

  /** @param {PointerEvent} event */
  #cancelled(event) {
    this.pen.cancel();
    this.#released(event);
  }

  #left() {
    if (!this.#gesture) this.#point(null);
    this.drawSoon();
  }

  /** @param {Point | null} point */
  #point(point) {
    this.#isPointed = true;
    if (String(point) === String(this.#hovered)) return;
    this.#hovered = point;
    this.#tell(point);
  }

  /** @param {Point | null} point */
  #tell(point) {
    const detail = point && isInside(this.#painting.size, point) ? point : null;
    this.dispatchEvent(new CustomEvent("cursor", { detail }));
  }

  /** @param {WheelEvent} event */
  #wheeled(event) {
    event.preventDefault();
    const { left, top } = this.getBoundingClientRect();
    if (event.shiftKey) this.#pan(-event.deltaY, 0);
    else this.#zoomAt(Math.exp(-event.deltaY / 400), event.clientX - left, event.clientY - top);
  }

  #focused() {
    this.drawSoon();
    if (this.#hasKeys) this.#tell(this.#cursor);
  }

  #blurred() {
    if (this.#gesture !== "draw") this.pen.up();
    this.drawSoon();
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) this.#step(arrow, event.shiftKey ? LEAP : 1);
    else if (event.key === " " || event.key === "Enter") this.#keyDown(event);
    else if (event.key === "Escape" && (this.pen.isDown || this.pen.selection)) this.#escape();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.drawSoon();
  }

  /** Space draws for as long as it is held; a shape begins with it, and ends with it. @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.repeat || this.readonly || this.#gesture) return;
    if (this.pen.isDown) this.pen.up();
    else this.pen.down(this.#cursor);
    this.#tell(this.#cursor);
  }

  /** @param {KeyboardEvent} event */
  #keyReleased(event) {
    if (event.key !== " " && event.key !== "Enter") return;
    const { kind } = TOOLS[this.pen.settings.tool];
    if (kind !== "shape" && kind !== "select" && !this.#gesture) this.pen.up();
    this.drawSoon();
  }

  /** @param {Point} direction @param {number} distance */
  #step([right, down], distance) {
    this.#isPointed = false;
    this.#hovered = null;
    const last = this.#painting.size - 1;
    const bounded = (/** @type {number} */ value) => Math.max(0, Math.min(last, value));
    this.#cursor = [bounded(this.#cursor[0] + right * distance), bounded(this.#cursor[1] + down * distance)];
    if (this.pen.isDown && !this.#gesture) this.pen.move([this.#cursor]);
    else if (this.pen.floating) this.pen.nudge(right * distance, down * distance);
    this.#keepInSight();
    this.#tell(this.#cursor);
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
    if (right || down) this.#pan(right, down);
  }
}
customElements.define("pixel-grid", PixelGrid);

/** @param {Point[]} points @returns {Point} */
function middle(points) {
  const sum = points.reduce(([x, y], [right, down]) => [x + right, y + down]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** How far apart two points are. @param {Point[]} points */
function spread([one, other]) {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}
