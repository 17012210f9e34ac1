import { css, html, LitElement } from "../lit.js";
import { base } from "../ui/styles.js";
import { Atlas } from "./atlas.js";
import { listen } from "./gestures.js";
import { drawScene, themeOf } from "./renderer.js";
import * as viewport from "./viewport.js";

/** @import { CanvasPixels, Cell } from "../model/canvas-pixels.js" */
/** @import { Claims } from "../model/claims.js" */
/** @import { Person } from "../model/feed.js" */
/** @import { View } from "../model/links.js" */
/** @import { Actions } from "./gestures.js" */
/** @import { Span, Theme } from "./renderer.js" */
/** @import { Point } from "./viewport.js" */

const ZOOM_STEP = 1.5;

/** CSS pixels by which an arrow key pans. */
const PAN_STEP = 80;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * `<canvas-stage>`: the canvas, which can be panned, zoomed and pointed at. Draws only after changes. Fires
 * `view` when the visible part changes, `grid` when the grid is toggled, and with a cell as `detail`: `pick`
 * (selected), `cursor` (keyboard position), `hover` (pointer position; null outside the canvas), `span`
 * (rectangle drawn).
 */
export class CanvasStage extends LitElement {
  static properties = { label: {}, help: {} };
  static styles = [
    base,
    css`
    :host { position: relative; overflow: hidden; background: var(--sunken); }
    canvas {
      position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab;
      outline-offset: -3px;
    }
    canvas:active { cursor: grabbing; }
    :host([spanning]) canvas { cursor: crosshair; }
    .probe { position: absolute; visibility: hidden; }
  `,
  ];

  constructor() {
    super();
    this.label = "";
    this.help = "";
  }

  hasGrid = true;
  /** @type {Iterable<Person>} */
  people = [];
  /** @type {Cell | null} */
  selected = null;
  /**
   * The last rectangle of cells drawn by the user.
   * @type {Span | null}
   */
  span = null;
  /** Number of frames drawn so far. */ frames = 0;
  /** @type {View} */
  view = { x: 0, y: 0, zoom: 1 };
  screen = { width: 0, height: 0 };
  /** @type {CanvasPixels | null} */
  #pixels = null;
  /** @type {Atlas | null} */
  #atlas = null;
  /** @type {Claims | null} */
  #claims = null;
  /** @type {Theme | null} */
  #theme = null;
  /** @type {Cell | null} */
  #hover = null;
  /**
   * The cell of the keyboard cursor.
   * @type {Cell | null}
   */
  #cursor = null;
  #hasKeyboard = false;
  /**
   * Whether the view is still fitted to the window, and follows changes of its size.
   */
  #isFitted = true;
  #frame = 0;
  /** Aborted when the element is removed from the page. */ #stay = new AbortController();

  render() {
    return html`<canvas tabindex="0" role="application" aria-label=${this.label} aria-describedby="help"
        @keydown=${this.#press} @focus=${this.#focused} @blur=${this.#blurred}></canvas>
      <p id="help" class="visually-hidden">${this.help}</p><i class="probe"></i>`;
  }

  /** @type {HTMLCanvasElement | null} */
  canvas = null;
  /** @type {CanvasRenderingContext2D | null} */
  pen = null;

  firstUpdated() {
    this.canvas = /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector("canvas"));
    this.pen = this.canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    listen(this.canvas, this.#actions);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stay = new AbortController();
    const recolour = () => {
      this.#theme = null;
      this.draw();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, {
      signal: this.#stay.signal,
    });
    const theme = new MutationObserver(recolour);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#stay.signal.addEventListener("abort", () => theme.disconnect());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stay.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  get atlas() {
    return this.#atlas;
  }

  get isFitted() {
    return this.#isFitted;
  }

  get grid() {
    return this.#pixels?.canvas ?? { columns: 0, rows: 0, tileSize: 1 };
  }

  /**
   * Show a canvas, or a new state of it.
   * @param {CanvasPixels} pixels
   * @param {Claims} claims
   */
  open(pixels, claims) {
    this.#pixels = pixels;
    this.#claims = claims;
    this.#atlas = new Atlas(pixels);
    this.draw();
  }

  /** @param {Claims} claims */
  claimed(claims) {
    this.#claims = claims;
    this.draw();
  }

  /** @param {Cell} cell that has changed */
  touch(cell) {
    this.#atlas?.touch(cell);
    this.draw();
  }

  /** Draw in the next animation frame. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  /** @param {View} view */
  look(view) {
    this.#isFitted = false;
    this.#show(view);
  }

  fit() {
    this.#isFitted = true;
    this.#show(viewport.fit(viewport.sizeOf(this.grid), this.screen));
  }

  /** @param {number} steps positive to zoom in, around the centre */
  zoom(steps) {
    const middle = { x: this.screen.width / 2, y: this.screen.height / 2 };
    this.#zoomAt(middle, ZOOM_STEP ** steps);
  }

  /**
   * Pan as little as possible to make a cell visible.
   * @param {Cell} cell
   */
  reveal(cell) {
    this.look(viewport.reveal(this.view, this.screen, viewport.rectOf(this.grid, cell)));
  }

  /**
   * Show a cell, zoomed in far enough to see its pixels.
   * @param {Cell} cell
   */
  visit(cell) {
    this.look(viewport.closeUp(this.grid, cell, this.screen));
  }

  toggleGrid() {
    this.hasGrid = !this.hasGrid;
    this.draw();
    this.dispatchEvent(new Event("grid"));
  }

  /**
   * Make drags select rectangles of cells, or pan again.
   * @param {boolean} isWanted
   */
  letSpan(isWanted) {
    this.toggleAttribute("spanning", isWanted);
    this.#actions.span = isWanted ? this.#spanned : null;
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {boolean} isDone
   */
  #spanned = (from, to, isDone) => {
    const [start, end] = [from, to].map((point) => this.#cellUnder(this.#withinCanvas(point)));
    this.span = start && end ? viewport.spanOf(start, end) : null;
    this.draw();
    if (isDone && this.span) this.#fire("span", this.span);
  };

  /** @type {Actions} */
  #actions = {
    drag: (dx, dy) => this.look(viewport.pan(this.view, dx, dy)),
    pinch: (before, after) =>
      this.look(viewport.pinch(this.view, viewport.sizeOf(this.grid), this.screen, before, after)),
    wheel: (point, delta) => this.#zoomAt(point, viewport.wheelFactor(delta)),
    tap: (point) => {
      const cell = this.#cellUnder(point);
      if (!cell) return;
      this.#cursor = cell;
      this.#fire("pick", cell);
    },
    hover: (point) => this.#point(point && this.#cellUnder(point)),
    span: null,
  };

  /** @param {Point} point on the screen */
  #cellUnder(point) {
    return viewport.cellAt(this.grid, viewport.toCanvas(this.view, this.screen, point));
  }

  /**
   * Return the nearest point of the screen that shows the canvas.
   * @param {Point} point
   */
  #withinCanvas(point) {
    const { width, height } = viewport.sizeOf(this.grid);
    const { x, y } = viewport.toCanvas(this.view, this.screen, point);
    const nearest = { x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1) };
    return viewport.toScreen(this.view, this.screen, nearest);
  }

  /** @param {Cell | null} cell under the pointer */
  #point(cell) {
    if (cell?.x === this.#hover?.x && cell?.y === this.#hover?.y) return;
    this.#hover = cell;
    this.#fire("hover", cell);
    this.draw();
  }

  /**
   * @param {Point} point
   * @param {number} factor
   */
  #zoomAt(point, factor) {
    this.look(viewport.zoomAt(this.view, viewport.sizeOf(this.grid), this.screen, point, factor));
  }

  /** @param {View} view */
  #show(view) {
    this.view = this.screen.width ? viewport.clamp(view, viewport.sizeOf(this.grid), this.screen) : view;
    this.dispatchEvent(new Event("view"));
    this.draw();
  }

  #resize() {
    if (!this.canvas || !this.pen) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.screen = { width, height };
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    if (this.#isFitted && this.#pixels) this.fit();
    else this.#show(this.view);
    // resizing clears a canvas, so draw before the next frame is shown
    this.#paint();
  }

  #paint() {
    if (!this.pen || !this.#atlas || !this.#claims || !this.screen.width) return;
    this.#theme ??= themeOf(this);
    drawScene(this.pen, {
      atlas: this.#atlas,
      claims: this.#claims,
      people: this.people,
      view: this.view,
      screen: this.screen,
      ratio: devicePixelRatio,
      theme: this.#theme,
      hasGrid: this.hasGrid,
      hover: this.#hover,
      cursor: this.#hasKeyboard ? this.#cursor : null,
      selected: this.selected,
      span: this.span,
    });
    this.frames++;
    if (this.frames === 1) performance.mark("tessera:first-paint");
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow && event.shiftKey)
      this.look(viewport.pan(this.view, -arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP));
    else if (arrow) this.#step(...arrow);
    else if (event.key === "+" || event.key === "=") this.zoom(1);
    else if (event.key === "-") this.zoom(-1);
    else if (event.key === "0") this.fit();
    else if (event.key === "g") this.toggleGrid();
    else if ((event.key === "Enter" || event.key === " ") && this.#cursor) this.#fire("pick", this.#cursor);
    else return;
    event.preventDefault();
  }

  /**
   * @param {number} dx
   * @param {number} dy in cells
   */
  #step(dx, dy) {
    const { columns, rows } = this.grid;
    const from = this.#cursor ?? this.#cellInTheMiddle();
    const x = Math.min(columns - 1, Math.max(0, from.x + dx));
    const y = Math.min(rows - 1, Math.max(0, from.y + dy));
    this.#stand({ x, y });
    this.reveal({ x, y });
  }

  #cellInTheMiddle() {
    return viewport.cellAt(this.grid, this.view) ?? { x: 0, y: 0 };
  }

  /** @param {Cell} cell of the keyboard cursor */
  #stand(cell) {
    this.#cursor = cell;
    this.#hasKeyboard = true;
    this.#fire("cursor", cell);
    this.draw();
  }

  #focused() {
    if (this.canvas?.matches(":focus-visible") && this.#pixels)
      this.#stand(this.#cursor ?? this.#cellInTheMiddle());
  }

  #blurred() {
    this.#hasKeyboard = false;
    this.#fire("cursor", null);
    this.draw();
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
customElements.define("canvas-stage", CanvasStage);
